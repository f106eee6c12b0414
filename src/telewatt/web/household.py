"""What the page may ask about the house it shows: handed in by the wiring."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from telewatt.config import Config
from telewatt.derivation import Judged
from telewatt.language import Text
from telewatt.quality import LineReport, SinkReport
from telewatt.reading import Reading
from telewatt.rollup import Summary
from telewatt.store import Journal


class Entries(Protocol):
    """The newest entries, judged, in memory."""

    @property
    def recent(self) -> Sequence[Judged]:
        """The newest entries, ascending."""

    @property
    def last_seq(self) -> int:
        """Number of the newest one; 0 if there was none yet."""

    @property
    def began(self) -> int | None:
        """Every later entry was, or will be, among them; ``None`` before it is known."""

    def after(self, seq: int) -> Sequence[Judged]:
        """The kept entries after this number, ascending."""

    def follow(self, after: int | None = None) -> AsyncIterator[Judged]:
        """The entries after this number, or from now on, for ever."""


class OpenPart(NamedTuple):
    """What the history's file does not hold yet.

    Attributes:
        place: the last entry that is in the file.
        minutes: by meter, summaries by start in milliseconds.
    """

    place: int
    minutes: Mapping[str, Mapping[int, Summary]]


class Port(NamedTuple):
    """A serial port: device, lasting name if it has one, what the adapter says of itself."""

    device: str
    stable_name: str | None
    description: str


class Heard(NamedTuple):
    """What was heard on a port; ``meter`` is an address, personal data."""

    state: str
    text: Text
    speed: int | None
    mode: str | None
    parity: bool
    meter: str | None


@dataclass(frozen=True)
class Household:
    """One running service.

    Attributes:
        config, file: the configuration as loaded and where it stands (``None``: nowhere).
        folder: where relative paths start, and secrets of the page lie.
        started: aware UTC.
        journal, history: the journal, and the path of the history beside it.
        live: the newest entries.
        judged_after: all entries after a number, judged, then live, for ever.
        open_part: what the history's file does not hold yet.
        lines, sinks: how they are now.
        metrics: the text of ``/metrics``; empty where none is configured.
        ports, listen: the serial ports; listening on one takes up to 20 s.
        hide: the bytes of a capture of these readings without what identifies the household;
            ``None`` where that cannot be proved.
    """

    config: Config
    file: Path | None
    folder: Path
    started: datetime
    journal: Journal
    history: Path
    live: Entries
    judged_after: Callable[[int], AsyncGenerator[Sequence[Judged]]]
    open_part: Callable[[], OpenPart]
    lines: Callable[[], Sequence[LineReport]]
    sinks: Callable[[], Sequence[SinkReport]]
    metrics: Callable[[], str]
    ports: Callable[[], Sequence[Port]]
    listen: Callable[[str], Awaitable[Heard]]
    hide: Callable[[Sequence[Reading]], bytes | None]
