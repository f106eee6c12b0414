"""Time stamps and numbers as files write them.

A stamp with an offset is an instant. One without is civil time of Paris: in the autumn night its
hour from 2 to 3 comes twice, and the order of the rows tells which is which.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
YEARS = range(2000, 2100)
_DAY = re.compile(r"(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4}))(.*)", re.S)
_TIME = re.compile(
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*"
)
_NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,9})?")
_SPACES = str.maketrans("", "", " \u00a0\u202f'")
_NOTHING = {"", "-", "--", "na", "n/a", "nan", "null", "none"}


def parse_stamp(text: str) -> datetime | None:
    """A date and time; naive where no offset is written, midnight where no time is.

    ``None`` if it is none, or outside of 2000 to 2099. 24:00 is the midnight that ends the day.

    >>> parse_stamp("2020-08-20T23:40:00+02:00").isoformat()
    '2020-08-20T23:40:00+02:00'
    >>> parse_stamp("01/12/2025 00:30"), parse_stamp("soon")
    (datetime.datetime(2025, 12, 1, 0, 30), None)
    """
    day = _DAY.fullmatch(text.strip())
    time = day and _TIME.fullmatch(day[7])
    if not day or not time:
        return None
    year, month, number = (
        int(part) for part in (day.groups()[:3] if day[1] else day.group(6, 5, 4))
    )
    hour, minute, second = (int(part or 0) for part in time.groups()[:3])
    try:
        stamp = datetime(year, month, number, hour % 24 if hour <= 24 else hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    if (hour == 24 and (minute or second)) or year not in YEARS:
        return None
    stamp += timedelta(days=hour // 24)
    return datetime.fromisoformat(stamp.isoformat() + time[4]) if time[4] else stamp


def midnight(day: date) -> datetime:
    """The beginning of this day in Paris, aware UTC.

    >>> midnight(date(2025, 3, 31)).isoformat()
    '2025-03-30T22:00:00+00:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def instants(stamps: Sequence[datetime]) -> list[datetime]:
    """The stamps of a column as aware UTC, in the same order.

    Naive ones are civil time of Paris, ascending or descending as a whole.
    """
    if len(stamps) > 1 and stamps[0].replace(tzinfo=None) > stamps[-1].replace(tzinfo=None):
        return list(_ascending(reversed(stamps)))[::-1]
    return list(_ascending(stamps))


def _ascending(stamps: Iterable[datetime]) -> Iterable[datetime]:
    before = datetime.min.replace(tzinfo=UTC)
    for stamp in stamps:
        if stamp.tzinfo is not None:
            instant = stamp.astimezone(UTC)
        else:
            instant = stamp.replace(tzinfo=PARIS).astimezone(UTC)
            later = stamp.replace(tzinfo=PARIS, fold=1).astimezone(UTC)
            if instant <= before < later:
                instant = later
        yield instant
        before = instant


def parse_number(text: str) -> Fraction | None:
    """A number with decimal comma or point, spaces between thousands; ``None`` for no value.

    Raises:
        ValueError: neither a number nor one of the ways to say that there is none.

    >>> parse_number("1 016,5"), parse_number("NA")
    (Fraction(2033, 2), None)
    """
    bare = text.translate(_SPACES)
    if bare.lower() in _NOTHING:
        return None
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"{text!r} is no number")
    return Fraction(bare.replace(",", "."))
