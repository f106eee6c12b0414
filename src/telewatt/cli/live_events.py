"""What happens on the lines, as it happens: from a running service, or from lines of our own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
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
from telewatt.sources.line import Line

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
        async with _own_lines(setup.config.meters, setup.journal.parent) as events:
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


@asynccontextmanager
async def _own_lines(
    meters: Mapping[str, MeterConfig], folder: Path
) -> AsyncIterator[AsyncIterator[Event]]:
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    frames, judge, numbers = JsonFrames(), Judge(), count(1)

    def tell(reading: Reading) -> None:
        judged = judge.take(next(numbers), reading)
        lines.put_nowait(frame_line(reading, frames, judged.seq))
        lines.put_nowait(reading_line(judged))

    def line(name: str, meter: MeterConfig) -> Line:
        return line_of(
            name,
            meter,
            on_reading=tell,
            on_state=lambda status: lines.put_nowait(state_line(name, status)),
            ready=lines.join,
            folder=folder,
        )

    async def from_queue() -> AsyncIterator[Event]:
        while said := await lines.get():
            yield json.loads(said)
            lines.task_done()

    async def end(sources: Iterable[asyncio.Task[None]]) -> None:
        await asyncio.wait(sources)
        lines.put_nowait(b"")

    async with asyncio.TaskGroup() as parts:
        tasks = [parts.create_task(line(*item).run()) for item in meters.items()]
        tasks.append(parts.create_task(end(tuple(tasks))))
        try:
            yield from_queue()
        finally:
            for task in tasks:
                task.cancel()
