"""Civil time in metropolitan France, fast enough to be asked every simulated second.

Instants are whole seconds since 1970 UTC; the meter writes them as horodates `SAAMMJJhhmmss` (54E
6.2.1.1). Europe/Paris changes its offset only on a full UTC hour, so one look-up an hour is
enough.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DAY_S = 86_400


class LocalTime(NamedTuple):
    """``day`` counts as `date.toordinal` does; ``second`` is the wall clock's, 0..86399."""

    day: int
    second: int
    summer: bool


@lru_cache(maxsize=4096)
def _offset_s(hour: int) -> int:
    offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(PARIS).utcoffset()
    return int((offset or timedelta()).total_seconds())


def local_time(epoch_s: int) -> LocalTime:
    """The wall clock in Paris at an instant."""
    offset = _offset_s(epoch_s // 3600)
    day, second = divmod(epoch_s + offset, DAY_S)
    return LocalTime(day + EPOCH_ORDINAL, second, offset == 7200)


@lru_cache(maxsize=1024)
def instant(day: int, minute: int) -> int:
    """The instant at which the wall clock shows ``minute`` (0..2880) after midnight of ``day``.

    Of autumn's double hour the first counts; a time in the hour that spring skips falls one hour
    later.
    """
    carried, minute = divmod(minute, 1440)
    wall = datetime.combine(date.fromordinal(day + carried), datetime.min.time())
    wall = wall.replace(hour=minute // 60, minute=minute % 60, tzinfo=PARIS)
    return int(wall.timestamp())


@lru_cache(maxsize=64)
def _digits(day: int) -> str:
    when = date.fromordinal(day)
    return f"{when.year % 100:02}{when.month:02}{when.day:02}"


@lru_cache(maxsize=512)
def horodate(epoch_s: int, degraded: bool = False) -> str:
    """The instant as the meter writes it; a degraded clock writes its season in lower case.

    >>> horodate(1230240918)
    'H081225223518'
    >>> horodate(1247550353, degraded=True)
    'e090714074553'
    """
    day, second, summer = local_time(epoch_s)
    season = ("e" if summer else "h") if degraded else ("E" if summer else "H")
    minutes, seconds = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{season}{_digits(day)}{hours:02}{minutes:02}{seconds:02}"


def seasonless(epoch_s: int) -> str:
    """A horodate whose season does not apply (DPMn, FPMn): a space in its place.

    >>> seasonless(1676264400)
    ' 230213060000'
    """
    return " " + horodate(epoch_s)[1:]


def midnight_before(epoch_s: int, days: int) -> int:
    """The instant of the local midnight ``days`` before the last one."""
    return instant(local_time(epoch_s).day - days, 0)
