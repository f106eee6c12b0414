"""Times as people write them on the command line: a date, a date with a time, or so long ago."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from telewatt.cli.console import Console
from telewatt.language import Text

PARIS = ZoneInfo("Europe/Paris")

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NO_TIME = Text(
    "{option} {given}: not a time → write 2026-01-31, 2026-01-31T18:30 (French time), "
    "2026-01-31T18:30+01:00, or so long ago: 90m, 24h, 7d, 4w",
    "{option} {given} : ce n'est pas une date → écrivez 2026-01-31, 2026-01-31T18:30 (heure "
    "française), 2026-01-31T18:30+01:00, ou il y a tant : 90m, 24h, 7d, 4w",
)


def read_time(text: str, now: datetime) -> datetime:
    """A time as aware UTC.

    Args:
        text: ``2026-01-31``, ``2026-01-31T18:30`` (French time unless it has an offset), ``7d``.
        now: aware.

    Raises:
        ValueError: none of these, or out of range.

    >>> read_time("2026-01-31", datetime(2026, 2, 1, tzinfo=UTC)).isoformat()
    '2026-01-30T23:00:00+00:00'
    >>> read_time("90m", datetime(2026, 2, 1, tzinfo=UTC)).isoformat()
    '2026-01-31T22:30:00+00:00'
    """
    try:
        if ago := _AGO.fullmatch(text):
            return now.astimezone(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=PARIS)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"out of range: {text}") from error


def time_option(console: Console, option: str, given: str | None, now: datetime) -> datetime | None:
    """The value of an option; a wrong one ends the command with code 2."""
    if given is None:
        return None
    try:
        return read_time(given, now)
    except ValueError:
        return console.fail(_NO_TIME, option=option, given=given)
