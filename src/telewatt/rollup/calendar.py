"""The calendar of roll-ups: minutes, quarters, hours, days and months of Europe/Paris.

Europe/Paris is a whole number of hours from UTC, so minutes, quarters and hours are those of UTC.
A day begins at local midnight and has 23, 24 or 25 hours. Everything is in milliseconds since 1970
UTC (`telewatt.rollup.instant`).

Source: the IANA time zones of the system or of the package tzdata, by `zoneinfo`.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from telewatt.rollup.instant import HOUR_MS, MINUTE_MS, to_ms

PARIS = ZoneInfo("Europe/Paris")
_DAY_MS = 24 * HOUR_MS


class Step(StrEnum):
    """The length of the intervals of a series."""

    MINUTE = "minute"
    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


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


_STEPS = (Step.MINUTE, Step.QUARTER, Step.HOUR, Step.DAY)
_SPANS = (Step.HOUR, Step.DAY, Step.MONTH, Step.YEAR)
_FIXED_MS = {Step.MINUTE: MINUTE_MS, Step.QUARTER: 15 * MINUTE_MS, Step.HOUR: HOUR_MS}


def floor_ms(step: Step, at_ms: int) -> int:
    """The start of the minute, quarter, hour, day, month or year that holds this instant."""
    if size := _FIXED_MS.get(step):
        return at_ms - at_ms % size
    starts = _starts_around(step, at_ms // _DAY_MS)
    return starts[bisect_right(starts, at_ms) - 1]


def next_ms(step: Step, start_ms: int) -> int:
    """The start of the next one, from a start.

    >>> autumn = to_ms(datetime(2025, 10, 25, 22, tzinfo=UTC))
    >>> (next_ms(Step.DAY, autumn) - autumn) // HOUR_MS
    25
    """
    if size := _FIXED_MS.get(step):
        return start_ms + size
    starts = _starts_around(step, start_ms // _DAY_MS)
    return starts[bisect_right(starts, start_ms)]


def starts_ms(step: Step, start_ms: int, end_ms: int) -> list[int]:
    """The starts of all that touch ``[start_ms, end_ms)``, ascending, and the end of the last.

    One more than there are intervals; a single instant if ``end_ms <= start_ms``.
    """
    first = floor_ms(step, start_ms)
    if size := _FIXED_MS.get(step):
        count = -(-(end_ms - first) // size) if end_ms > start_ms else 0
        return list(range(first, first + count * size + 1, size))
    starts = [first]
    while starts[-1] < end_ms and end_ms > start_ms:
        starts.append(next_ms(step, starts[-1]))
    return starts


@lru_cache(maxsize=4096)
def _starts_around(step: Step, utc_day: int) -> list[int]:
    """Starts before, around and after a day of UTC."""
    day = date(1970, 1, 1) + timedelta(days=utc_day)
    if step is Step.DAY:
        return [_midnight_ms(day + timedelta(days=n)) for n in range(-1, 4)]
    if step is Step.MONTH:
        months = (day.year * 12 + day.month - 1 + n for n in range(-1, 4))
        return [_midnight_ms(date(month // 12, month % 12 + 1, 1)) for month in months]
    return [_midnight_ms(date(day.year + n, 1, 1)) for n in range(-1, 4)]


@lru_cache(maxsize=4096)
def _midnight_ms(day: date) -> int:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC))
