"""Steps and periods of the calendar at home, Europe/Paris."""

import calendar
from datetime import UTC, date, datetime, time, timedelta

from telewatt.rollup import Step
from telewatt.rollup.calendar import PARIS

MINUTE = timedelta(minutes=1)
WEEK = "week"
_LADDER: tuple[tuple[int | Step | str, int], ...] = (
    *((minutes, minutes) for minutes in (1, 2, 5, 10)),
    (Step.QUARTER, 15),
    (30, 30),
    (Step.HOUR, 60),
    *((60 * hours, 60 * hours) for hours in (2, 3, 6)),
    (Step.DAY, 1440),
    (WEEK, 7 * 1440),
    (Step.MONTH, 28 * 1440),
)


def step_for(asked: str | int, start: datetime, end: datetime, points: int) -> int | Step | str:
    """The step that was asked for; of ``auto`` the shortest one with at most so many intervals."""
    if asked == "auto":
        length = (end - start) / MINUTE
        return next((step for step, size in _LADDER if length / size <= points), Step.YEAR)
    if isinstance(asked, int) or asked == WEEK:
        return asked
    return Step(asked)


def minutes_of(step: int | Step | str) -> int:
    """How long an interval is, at least."""
    if isinstance(step, Step):
        return step.minutes
    return step if isinstance(step, int) else 7 * 1440


def aligned(step: int | Step | str, start: datetime) -> datetime:
    """Where the first interval begins: minutes count from midnight, weeks from Monday."""
    home = start.astimezone(PARIS)
    midnight = at_home(home.date())
    if step == WEEK:
        return at_home(home.date() - timedelta(days=home.weekday()))
    if isinstance(step, int):
        passed = (start - midnight) // MINUTE
        return midnight + passed // step * step * MINUTE
    return start


def at_home(day: date, clock: time = time()) -> datetime:
    """A time of a day at home, as UTC."""
    return datetime.combine(day, clock, PARIS).astimezone(UTC)


def period_start(period: str, at: datetime) -> datetime:
    """When the day, week, month or year of this instant began."""
    day = at.astimezone(PARIS).date()
    if period == "week":
        day -= timedelta(days=day.weekday())
    elif period == "month":
        day = day.replace(day=1)
    elif period == "year":
        day = day.replace(month=1, day=1)
    return at_home(day)


def period_end(period: str, start: datetime) -> datetime:
    """When the period that began then ends."""
    return at_home(_moved(period, start.astimezone(PARIS).date(), 1))


def moved(at: datetime, period: str, by: int) -> datetime:
    """The same moment so many periods later, by the calendar and the clock at home.

    >>> moved(datetime(2026, 3, 31, 10, tzinfo=UTC), "month", -1).isoformat()
    '2026-02-28T11:00:00+00:00'
    """
    home = at.astimezone(PARIS)
    return at_home(_moved(period, home.date(), by), home.time())


def _moved(period: str, day: date, by: int) -> date:
    if period in ("day", "week"):
        return day + timedelta(days=by * (7 if period == "week" else 1))
    months = day.year * 12 + day.month - 1 + by * (12 if period == "year" else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
