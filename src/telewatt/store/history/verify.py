"""Whether every quarter, hour and day of a history is what its minutes give.

A level is compared with the next finer one, so in the end all of them follow from the minutes. The
contents of imports must have the hash under which they are known. Nothing is written, and others
may write meanwhile: each month of a meter is read in one state of the file.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, pairwise, zip_longest
from typing import NamedTuple

from telewatt.rollup import Level, Step, Summary, merge_summaries
from telewatt.rollup.calendar import floor_ms, next_ms, starts_ms
from telewatt.store.history import imports
from telewatt.store.history.database import Database
from telewatt.store.history.shelf import Shelf, Stage

_FINER = {Level.QUARTER: Level.MINUTE, Level.HOUR: Level.QUARTER, Level.DAY: Level.HOUR}


class Difference(NamedTuple):
    """The first interval of a month that is not what the finer ones give.

    Attributes:
        meter: its identity.
        origin: `JOURNAL`, or the number of an import.
        level: of the interval; start_ms: when it begins.
    """

    meter: str
    origin: int
    level: Level
    start_ms: int


@dataclass(slots=True)
class Report:
    """What was found.

    Attributes:
        meters: how many there is anything of.
        minutes: how many there are, of all meters and origins.
        differences: what does not follow from the minutes; ascending within a meter.
        imports: how many contents were read.
        altered: names of files whose content is not what was brought in.
    """

    meters: int = 0
    minutes: int = 0
    differences: list[Difference] = field(default_factory=list)
    imports: int = 0
    altered: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.differences and not self.altered


class _Month(NamedTuple):
    """A month of one meter and origin; no interval of any level reaches out of it."""

    meter: str
    number: int
    origin: int
    start_ms: int
    end_ms: int


def verify(database: Database, on_part: Callable[[int, int], None] | None = None) -> Report:
    """Compare everything that queries see.

    Args:
        on_part: called with how many parts are done, and how many there are.

    Raises:
        HistoryDamagedError: a chunk cannot be read.
    """
    report, months = Report(), list(_months(database))
    report.meters = len({month.meter for month in months})
    with database.reading() as connection:
        known = imports.list_imports(connection)
    parts: list[Callable[[], None]] = [
        *(partial(_compare, database, month, report) for month in months),
        *(partial(_read_content, database, each, report) for each in known),
    ]
    for done, part in enumerate(parts, start=1):
        part()
        if on_part is not None:
            on_part(done, len(parts))
    return report


def _months(database: Database) -> Iterator[_Month]:
    sql = """
        SELECT name, meter.id, origin, min(start_ms), max(start_ms) FROM chunk
        JOIN meter ON meter.id = meter WHERE stage = ?
        GROUP BY name, origin ORDER BY name, origin"""
    with database.reading() as connection:
        rows = connection.execute(sql, [Stage.LIVE]).fetchall()
    for name, number, origin, first_ms, last_ms in rows:
        end_ms = next_ms(Step.YEAR, floor_ms(Step.YEAR, last_ms))  # a chunk of days is a year long
        for start, end in pairwise(starts_ms(Step.MONTH, first_ms, end_ms)):
            yield _Month(name, number, origin, start, end)


def _compare(database: Database, month: _Month, report: Report) -> None:
    span = month.start_ms, month.end_ms
    with database.reading() as connection:
        shelf = Shelf(connection, month.number, month.origin)
        for level, finer in _FINER.items():
            found = shelf.summaries(finer, *span)
            if finer is Level.MINUTE:
                found = _counted(found, report)
            pairs = zip_longest(_merged(found, level), shelf.summaries(level, *span))
            different = [pair for pair in pairs if pair[0] != pair[1]]
            if different:
                start_ms = min(one[0] for one in different[0] if one is not None)
                report.differences.append(Difference(month.meter, month.origin, level, start_ms))


def _read_content(database: Database, known: imports.Import, report: Report) -> None:
    digest = hashlib.sha256()
    for piece in imports.read_content(database, known.number):
        digest.update(piece)
    report.imports += 1
    if digest.hexdigest() != known.hash:
        report.altered.append(known.name)


def _counted(found: Iterator[tuple[int, Summary]], report: Report) -> Iterator[tuple[int, Summary]]:
    for each in found:
        report.minutes += 1
        yield each


def _merged(found: Iterator[tuple[int, Summary]], level: Level) -> Iterator[tuple[int, Summary]]:
    for start_ms, group in groupby(found, lambda each: floor_ms(level.step, each[0])):
        yield start_ms, merge_summaries(summary for _, summary in group)
