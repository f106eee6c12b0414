"""The calendar of roll-ups: minutes, quarters, hours, days and months of Europe/Paris.

Europe/Paris is a whole number of hours from UTC, so minutes, quarters and hours are those of UTC.
A day begins at local midnight and has 23, 24 or 25 hours. Everything is in milliseconds since 1970
UTC (`telewatt.rollup.instant`).

Source: the IANA time zones of the system or of the package tzdata, by `zoneinfo`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from telewatt.rollup.instant import HOUR_MS, MINUTE_MS

PARIS = ZoneInfo("Europe/Paris")
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class Step(StrEnum):
    """The length of the intervals of a series."""

    MINUTE = "minute"
    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    @property
    def minutes(self) -> int:
        """How long an interval is, at least."""
        return _MINUTES[self]


class Level(IntEnum):
    """What is kept: each level is merged from the one before, month and year from days."""

    MINUTE = 0
    QUARTER = 1
    HOUR = 2
    DAY = 3

    @property
    def step(self) -> Step:
        """The length of one summary of this level."""
        return _STEPS[self]

    @property
    def span(self) -> Step:
        """The length of one chunk of this level."""
        return _SPANS[self]


_MINUTES = dict(zip(Step, (1, 15, 60, 1440, 28 * 1440, 365 * 1440), strict=True))
_STEPS = (Step.MINUTE, Step.QUARTER, Step.HOUR, Step.DAY)
_SPANS = (Step.HOUR, Step.DAY, Step.MONTH, Step.YEAR)
_FIXED_MS = {Step.MINUTE: MINUTE_MS, Step.QUARTER: 15 * MINUTE_MS, Step.HOUR: HOUR_MS}


def floor_ms(step: Step, at_ms: int) -> int:
    """The start of the minute, quarter, hour, day, month or year that holds this instant."""
    if size := _FIXED_MS.get(step):
        return at_ms - at_ms % size
    starts = _starts_around(step, at_ms)
    return starts[bisect_right(starts, at_ms) - 1]


def next_ms(step: Step, start_ms: int) -> int:
    """The start of the next one, from a start.

    >>> autumn = int(datetime(2025, 10, 25, 22, tzinfo=UTC).timestamp()) * 1000
    >>> (next_ms(Step.DAY, autumn) - autumn) // HOUR_MS
    25
    """
    if size := _FIXED_MS.get(step):
        return start_ms + size
    starts = _starts_around(step, start_ms)
    return starts[bisect_right(starts, start_ms)]


def starts_ms(step: Step, start_ms: int, end_ms: int) -> list[int]:
    """The starts of all that touch ``[start_ms, end_ms)``, ascending, and the end of the last.

    One more than there are intervals; a single instant if ``end_ms <= start_ms``.
    """
    first = floor_ms(step, start_ms)
    if end_ms <= start_ms:
        return [first]
    if size := _FIXED_MS.get(step):
        return list(range(first, end_ms + size, size))
    starts = [first]
    while starts[-1] < end_ms:
        around = _starts_around(step, starts[-1])
        after = bisect_right(around, starts[-1])
        starts += around[after : max(bisect_left(around, end_ms), after) + 1]
    return starts


def not_starts(step: Step, at_ms: Sequence[int]) -> list[int]:
    """Those of these instants, ascending, that are not a start."""
    if size := _FIXED_MS.get(step):
        return [instant for instant in at_ms if instant % size]
    found: list[int] = []
    start = end = None
    for instant in at_ms:
        if end is None or instant >= end:
            start = floor_ms(step, instant)
            end = next_ms(step, start)
        if instant != start:
            found.append(instant)
    return found


def _starts_around(step: Step, at_ms: int) -> list[int]:
    """The starts in the year of Paris that holds this instant, and its end."""
    starts = _starts_of(step, datetime.fromtimestamp(at_ms // 1000, UTC).year)
    if at_ms >= starts[-1]:  # at home the year is already the next one
        return _starts_of(step, datetime.fromtimestamp(at_ms // 1000, UTC).year + 1)
    return starts


@lru_cache(maxsize=128)
def _starts_of(step: Step, year: int) -> list[int]:
    if step is Step.YEAR:
        return [_midnight_ms(date(year, 1, 1)), _midnight_ms(date(year + 1, 1, 1))]
    if step is Step.MONTH:
        firsts = [date(year, month, 1) for month in range(1, 13)]
        return [_midnight_ms(first) for first in (*firsts, date(year + 1, 1, 1))]
    days = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal() + 1)
    return [_midnight_ms(date.fromordinal(day)) for day in days]


def _midnight_ms(day: date) -> int:
    offset = datetime(day.year, day.month, day.day, tzinfo=PARIS).utcoffset() or timedelta()
    return (day.toordinal() - _EPOCH_ORDINAL) * 24 * HOUR_MS - offset.seconds * 1000
