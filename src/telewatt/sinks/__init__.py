"""Sinks: where readings go besides the journal.

A sink writes a batch of judged entries or raises. Its place in the journal, retry, back-off,
counting and logging are the framework's (`telewatt.service.delivery`), so a sink that was away
misses nothing. A `LiveSink` shows the newest value at once as well; what it could not show then
comes later, oldest first, through `Sink.write`.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from telewatt.derivation import Judged
from telewatt.language import Language, TextError
from telewatt.quality import LineReport, SinkReport


class SinkError(TextError, OSError):
    """The other end is away or refuses: ``text`` says what is wrong and the remedy."""


class Sink(ABC):
    """One output. Used by one task, in order.

    Attributes:
        batch_entries: at most so many entries are given at once, when there is much to catch up
            with.
        pace_s: once all is written, the next entries are gathered for so long.
        again: when it starts, so many entries before its place come again, for who has kept some in
            memory.
        refused: entries, or parts of them, that the other end will never take; it has said why,
            and they were left out so that the others are not held up.
    """

    batch_entries: int = 50
    pace_s: float = 0.0
    again: int = 0
    refused: int = 0

    @property
    def connection(self) -> object:
        """What it is connected by now, another object after each loss; ``None``: it is not."""
        return None

    @abstractmethod
    async def write(self, batch: Sequence[Judged]) -> None:
        """Write these, the next ones of the journal; all of them, or raise.

        After a crash, and after an error, the same entries come again: writing them a second time
        must change nothing.

        Raises:
            OSError: the world is away (a `SinkError` names the remedy); the same entries are given
                again later.
        """

    async def close(self) -> None:  # noqa: B027 - most sinks have nothing to close
        """Nothing more will come."""


class LiveSink(Sink):
    """A sink that shows each entry as it comes, whatever it has still to catch up with."""

    async def attend(self) -> AsyncIterator[None]:
        """Be there while nothing comes, for ever: say what is silent, hear what others say.

        Iterated in a task of its own, beside `show` and `write`, and anew after an error. Yields
        now and then, when the other end is known to be there.

        Raises:
            OSError: the world is away.
        """
        await asyncio.get_running_loop().create_future()
        yield

    @abstractmethod
    async def show(self, judged: Judged) -> None:
        """Show this entry now, and return once the other end has it.

        Called in a task of its own, beside `write`. What was shown is not written again.

        Raises:
            OSError: the world is away; the entry comes again through `write`, later ones through
                `show` as soon as it works again.
        """


class AskedSink(LiveSink):
    """A live sink whose other end comes and asks, over the web server of the service."""

    @abstractmethod
    def text(self) -> str:
        """What it is told now."""


class House(NamedTuple):
    """What a sink may ask about the house it writes for.

    Attributes:
        folder: where relative paths of the configuration start: that of the journal.
        language: of what it says to people.
        lines: how every line is now.
        sinks: how every sink is now.
        unsaved: how many entries of the journal are not on its disk yet.
        secret: from a section's ``*_file`` and ``*_env`` to a function that gives the secret as it
            is now (``None`` where none is configured), or raises an OSError with a ``text``.
    """

    folder: Path
    language: Language
    lines: Callable[[], Sequence[LineReport]]
    secret: Callable[[str | None, str | None], Callable[[], str | None]]
    sinks: Callable[[], Sequence[SinkReport]] = list
    unsaved: Callable[[], int] = int
