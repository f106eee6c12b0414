"""What happens on the lines, as it happens: from a running service, or from lines of our own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from telewatt.cli.setup import Setup
from telewatt.config import MeterConfig
from telewatt.derivation import Judge
from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.service import line_of
from telewatt.service.feed import feed_path, frame_line, reading_line, state_line
from telewatt.shapes.frame import JsonFrames
from telewatt.sources import LineStatus

Event = dict[str, Any]
"""A state, a frame or what it is worth as `telewatt.service.feed` writes it."""

LINE_MAX = 1 << 20

_OTHERS = Text(
    "{path} belongs to another user's service: run this as that user, for example with sudo",
    "{path} est le flux du service d'un autre utilisateur : lancez cette commande sous son nom, "
    "par exemple avec sudo",
)


@asynccontextmanager
async def open_events(setup: Setup) -> AsyncIterator[tuple[AsyncIterator[Event], bool]]:
    """The events of this configuration's meters, and whether a service gives them.

    While a service reads them its feed has them, else the sources are opened here; then they end
    with the sources.
    """
    path = str(feed_path(setup.journal))
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE_MAX)
    except PermissionError:
        setup.console.fail(_OTHERS, path=path)
    except OSError:  # no service, only what a killed one left, or a path too long for a feed
        own = _OwnLines(setup.config.meters, setup.journal.parent)
        async with own.read() as events:
            yield events, False
        return
    try:
        yield _from_feed(reader), True
    finally:
        writer.close()


async def _from_feed(reader: asyncio.StreamReader) -> AsyncIterator[Event]:
    with suppress(ConnectionError):
        while (line := await reader.readline()).endswith(b"\n"):  # the last one may be cut
            yield json.loads(line)


class _OwnLines:
    """Lines that are read here; nothing of them is stored.

    Args:
        folder: where relative paths of secrets start.
    """

    def __init__(self, meters: Mapping[str, MeterConfig], folder: Path) -> None:
        self._said: asyncio.Queue[bytes] = asyncio.Queue()
        self._frames, self._judge, self._numbers = JsonFrames(), Judge(), count(1)
        self._lines = [
            line_of(
                name,
                meter,
                on_reading=self._tell,
                on_state=partial(self._tell_state, name),
                ready=self._said.join,
                folder=folder,
            )
            for name, meter in meters.items()
        ]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncIterator[Event]]:
        """As long as this lasts; the events end with the sources."""
        async with asyncio.TaskGroup() as parts:
            tasks = [parts.create_task(line.run()) for line in self._lines]
            tasks.append(parts.create_task(self._end(tuple(tasks))))
            try:
                yield self._events()
            finally:
                for task in tasks:
                    task.cancel()

    def _tell(self, reading: Reading) -> None:
        judged = self._judge.take(next(self._numbers), reading)
        self._said.put_nowait(frame_line(reading, self._frames, judged.seq))
        self._said.put_nowait(reading_line(judged))

    def _tell_state(self, name: str, status: LineStatus) -> None:
        self._said.put_nowait(state_line(name, status))

    async def _events(self) -> AsyncIterator[Event]:
        while said := await self._said.get():
            yield json.loads(said)
            self._said.task_done()

    async def _end(self, reading: Iterable[asyncio.Task[None]]) -> None:
        await asyncio.wait(reading)
        self._said.put_nowait(b"")
