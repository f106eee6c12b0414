"""Daily logs that follow one another, read as one: what was used between two of them counts.

They are read in parts of some files, so that years of them fit into a small machine. A part begins
with the last readings of the one before, thus nothing is missing between them either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from telewatt.exchange.content import text_of
from telewatt.exchange.daylog import log_readings, parse_log
from telewatt.exchange.hints import Hints
from telewatt.exchange.measures import Measures
from telewatt.logline import METER, read_line

PART_SIZE = 4 << 20
"""In characters: a month of a line a minute. To judge it takes fifty times as much memory."""
REPEATED = 5
"""Readings of the part before: enough for the truth engine to know a false index among them."""


class LogFile(NamedTuple):
    """A daily log that was looked through.

    Attributes:
        told: of each meter it names its first reading, aware UTC; ``""`` where it names none.
        last: its last reading, aware UTC.
        size: in characters.
        end: its last lines: with them before its own, the next one goes on where this one ends.
    """

    path: Path
    told: Mapping[str, datetime]
    last: datetime
    size: int
    end: str


class LogPart(NamedTuple):
    """Logs that are read at once: several follow one another and tell of one meter.

    Attributes:
        before: the log that they follow: its end is read before them.
    """

    files: Sequence[LogFile]
    before: LogFile | None = None

    @property
    def path(self) -> Path:
        """Names it: the path of its file, or those of the first and the last one."""
        first, last = self.files[0].path, self.files[-1].path
        return first if first == last else first.with_name(f"{first.name} … {last.name}")

    def content(self, contents: Sequence[bytes]) -> bytes:
        """What is imported, of the contents of the files: that of one alone as it is."""
        if len(contents) == 1 and self.before is None:
            return contents[0]
        end = self.before.end if self.before else ""
        return "".join([end, *map(text_of, contents)]).encode()

    def measures(self, content: bytes, hints: Hints) -> Measures:
        """What happened up to the end of the log before was told with that."""
        found = parse_log(text_of(content), hints)
        if self.before is None:
            return found
        told = self.before.last
        portions = [
            portion._replace(events=tuple(each for each in portion.events if each.at > told))
            for portion in found.portions
        ]
        return found._replace(portions=portions)


def look_through(path: Path, text: str, hints: Hints) -> LogFile:
    """All of a log but the judging of it.

    Raises:
        NotImportableError: see `telewatt.exchange.daylog.parse_log`.
    """
    told: dict[str, datetime] = {}
    for reading in log_readings(text, hints):
        told.setdefault(reading.meter or "", reading.received_at)
        last = reading.received_at
    return LogFile(path, told, last, len(text), "".join(_end_of(text)))


def parts_of(files: Iterable[LogFile]) -> Iterator[LogPart]:
    """The files in order of time, those of one meter together."""
    part: LogPart | None = None
    for file in sorted(files, key=_by_meter_and_time):
        if part is None or not _follows(file, part.files[-1]):
            if part is not None:
                yield part
            part = LogPart([file])
        elif sum(each.size for each in part.files) + file.size > PART_SIZE:
            yield part
            part = LogPart([file], part.files[-1])
        else:
            part = part._replace(files=[*part.files, file])
    if part is not None:
        yield part


def _by_meter_and_time(file: LogFile) -> tuple[list[str], datetime]:
    return sorted(file.told), min(file.told.values())


def _follows(file: LogFile, before: LogFile) -> bool:
    """Whether both tell of one meter, and one after the other."""
    (meter, first), *others = file.told.items()
    return not others and [meter] == list(before.told) and first > before.last


def _end_of(text: str) -> Iterator[str]:
    """The line that names the meter, and the last readings."""
    lines = [line.rstrip() for line in text.split("\n") if line.strip()][::-1]
    named = (line for line in lines if METER in line and read_line(line).meter)
    read = (line for line in lines if read_line(line).fields)
    for line in (*islice(named, 1), *list(islice(read, REPEATED))[::-1]):
        yield f"{line}\n"
