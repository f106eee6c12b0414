"""Daily logs: one file of plain text a day and line, for people who like files.

``FOLDER/YYYY/YYYY-MM-DD-NAME.log``, the day is that of France. A line is that of
`telewatt.logline`: of each interval the first reading whose indexes the truth engine believes; of
one that has none, once it is over, the first with an index, which is then called doubtful. So
nobody adds up a false index, and an import, which judges all lines anew, misses nothing that
proves right later. A file begins with a line that names its meter, and has another one where the
meter changes.

A reading that comes again is not written again: what the last line of a file says tells how far
it is. Lines are given to the system at once, and to the disk when it likes: a power cut may cost
the last half minute of them, and never more than what the journal still has.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from telewatt.config.model import DailyLogConfig
from telewatt.derivation import Judged
from telewatt.logline import METER, LineError, read_line, write_line, write_remark
from telewatt.reading import Reading
from telewatt.sinks import House, Sink
from telewatt.sinks.undecided import Undecided
from telewatt.truth.sight import INDEXES

_PARIS = ZoneInfo("Europe/Paris")
_TAIL = 8192
_INDEX = "Index"


class _Written(NamedTuple):
    """What a file ends with: the number of its last interval, and its meter."""

    interval: int = -1
    meter: str | None = None


class _Line(NamedTuple):
    """A reading that may become a line, and the labels of its indexes that are not believed."""

    reading: Reading
    doubtful: frozenset[str]


class DailyLog(Sink):
    """Writes daily logs.

    Args:
        folder: made if it is not there.
        interval_s: at most one line of each meter in so many seconds.
    """

    again = 32  # among them, of several meters, those that are not decided

    def __init__(self, folder: Path, interval_s: int) -> None:
        self._folder, self._interval_s = folder, interval_s
        self._files: dict[str, tuple[Path, _Written]] = {}  # by line, the file of its day
        self._undecided = Undecided()
        self._doubtful: dict[str, _Line] = {}  # by line, the first of an interval without better

    @classmethod
    def of(cls, section: DailyLogConfig, house: House) -> "DailyLog":
        """The one a section ``[daily_log]`` describes."""
        return cls(house.folder / Path(section.folder).expanduser(), section.interval_s)

    async def write(self, batch: Sequence[Judged]) -> None:
        """See `Sink`."""
        undecided, doubtful = self._undecided.copy(), self._doubtful.copy()
        decided = [
            _Line(reading, _doubtful_of(reading, totals.keys()))
            for judged in batch
            for reading, totals in undecided.take(judged)
            if self._is_due(reading)
        ]
        if lines := list(self._choose(decided, doubtful)):
            await asyncio.to_thread(self._write, lines)
        self._undecided, self._doubtful = undecided, doubtful

    def _choose(self, decided: Sequence[_Line], doubtful: dict[str, _Line]) -> Iterator[_Line]:
        """Those whose interval has no better one: the first beyond doubt, or the first of all."""
        for line in decided:
            source, interval = line.reading.source, self._interval_of(line.reading)
            first = doubtful.get(source)
            if first and self._interval_of(first.reading) < interval:
                yield doubtful.pop(source)
            if line.doubtful:
                doubtful.setdefault(source, line)
            else:
                doubtful.pop(source, None)
                yield line

    def _write(self, chosen: Sequence[_Line]) -> None:
        try:
            for path, lines in self._gather(chosen).items():
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("ab") as file:
                    file.write(lines)
        except OSError:
            self._files.clear()  # who knows what of it was written: look again
            raise

    def _gather(self, chosen: Sequence[_Line]) -> dict[Path, bytes]:
        """What is to be added to each file."""
        news: dict[Path, list[str]] = {}
        for reading, doubtful in chosen:
            path, written = self._file_of(reading)
            interval = self._interval_of(reading)
            line = write_line(reading.received_at, reading.frame, doubtful)
            if interval > written.interval and _INDEX in line:
                if reading.meter != written.meter:
                    news.setdefault(path, []).append(_heading(reading))
                news.setdefault(path, []).append(line)
                self._files[reading.source] = path, _Written(interval, reading.meter)
        return {
            path: "".join(f"{line}\n" for line in lines).encode() for path, lines in news.items()
        }

    def _is_due(self, reading: Reading) -> bool:
        """Whether its interval is another one than that of the last line, as far as is known."""
        known = self._files.get(reading.source)
        return known is None or self._interval_of(reading) > known[1].interval

    def _interval_of(self, reading: Reading) -> int:
        return self._interval_at(reading.received_at)

    def _interval_at(self, at: datetime) -> int:
        return int(at.timestamp()) // self._interval_s

    def _file_of(self, reading: Reading) -> tuple[Path, _Written]:
        day = reading.received_at.astimezone(_PARIS)
        path = self._folder / f"{day:%Y}" / f"{day:%Y-%m-%d}-{reading.source}.log"
        known = self._files.get(reading.source)
        if known is None or known[0] != path:
            known = self._files[reading.source] = path, self._look(path)
        return known

    def _look(self, path: Path) -> _Written:
        """What is in a file; a line that was cut off at its end is removed."""
        if not path.exists():
            return _Written()
        with path.open("rb+") as file:
            heading = file.readline(_TAIL)
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
            whole = tail.rpartition(b"\n")[0]
            if tail and not tail.endswith(b"\n"):
                file.truncate(size - len(tail) + len(whole) + bool(whole))
        lines = [*whole.split(b"\n")[::-1], heading.rstrip(b"\n")]
        return self._read([line.decode("utf-8", "replace") for line in lines])

    def _read(self, lines: Sequence[str]) -> _Written:
        """The last interval; the meter as far as these lines tell, the last one first."""
        interval = -1
        for line in lines:
            try:
                found = read_line(line)
            except LineError:
                continue
            if found.word == "DATA":
                interval = max(interval, self._interval_at(found.stamp))
            elif found.meter:
                return _Written(interval, found.meter)
        return _Written(interval)


def _doubtful_of(reading: Reading, final: Collection[str]) -> frozenset[str]:
    labels = (dataset.label for dataset in reading.frame.datasets)
    return frozenset(each for each in labels if each in INDEXES and INDEXES[each] not in final)


def _heading(reading: Reading) -> str:
    return write_remark(
        reading.received_at, f"{METER}={reading.meter or ''}, Ligne={reading.source}"
    )
