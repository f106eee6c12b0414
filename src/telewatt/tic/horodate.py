"""Horodates: the meter's time stamp ``SAAMMJJhhmmss`` (13 characters), as aware UTC.

S, the season: ``H`` winter (UTC+1), ``E`` summer (UTC+2), lower case where the meter's clock is
degraded (it lost its reserve and is not set again yet), a space where it does not apply: then the
stamp is civil time of metropolitan France. Years are 20AA.

The season letter, not the calendar, gives the offset: that is what tells the two 02:30 of the
autumn night apart. Overseas meters (EURIDIS types 86 and 87) keep another civil time, which the
line does not say.

Source: Enedis-NOI-CPT_54E v3, 6.2.2.
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from telewatt.tic.formats import FormatError
from telewatt.tic.values import from_civil_time

_UNPROVISIONED_DATE = "000000"
_SHAPE = re.compile("([HEhe ])([0-9]{6})((?:[01][0-9]|2[0-3])[0-9]{2})")
_SECONDS = {f"{second:02}": timedelta(seconds=second) for second in range(60)}
_OFFSET = {
    "H": timedelta(hours=1),
    "h": timedelta(hours=1),
    "E": timedelta(hours=2),
    "e": timedelta(hours=2),
}


def parse(text: str) -> datetime | None:
    """The horodate as aware UTC; ``None`` for an all-zero date (a meter never set up).

    Raises:
        FormatError: not a season and twelve digits, or no date of the calendar.

    >>> parse("H081225223518").isoformat()
    '2008-12-25T21:35:18+00:00'
    >>> parse(" 230213060000").isoformat()
    '2023-02-13T05:00:00+00:00'
    """
    minute, second = _minute(text[:-2]), _SECONDS.get(text[-2:])
    if second is None:
        raise FormatError(f"{text!r} is not a horodate")
    return minute and minute + second


@lru_cache(maxsize=256)
def _minute(text: str) -> datetime | None:
    """A horodate without its seconds: DATE has the same for a minute, the others for long."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise FormatError(f"{text!r} is not the beginning of a horodate")
    season, date, time = match.groups()
    if date == _UNPROVISIONED_DATE:
        return None
    try:
        if season == " ":
            return from_civil_time(f"20{date}T{time}")
        return datetime.fromisoformat(f"20{date}T{time}+00") - _OFFSET[season]
    except ValueError as error:
        raise FormatError(f"{text!r} is no date of the calendar") from error


def is_degraded(text: str) -> bool:
    """Whether the season letter says that the meter's clock is not to be trusted.

    >>> is_degraded("h081225223518"), is_degraded("H081225223518")
    (True, False)
    """
    return text[:1] in ("h", "e")
