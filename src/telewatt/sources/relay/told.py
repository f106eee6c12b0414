"""What a program tells: values as text, horodates, and messages made of them."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from telewatt.tic import Mode
from telewatt.tic.labels import TABLE
from telewatt.tic.relayed import Value

_NOTHING = frozenset(("", "unavailable", "unknown", "none", "null", "nan", "undefined", "invalid"))
KWH_END = 1e6
"""A register has nine digits of Wh."""
_PARIS = ZoneInfo("Europe/Paris")
_ONLY = {
    mode: frozenset(TABLE[mode]) - frozenset(TABLE[other])
    for mode, other in ((Mode.HISTORIC, Mode.STANDARD), (Mode.STANDARD, Mode.HISTORIC))
}


class Message(NamedTuple):
    """What one message says of a meter.

    Attributes:
        mode: whose labels these are; ``None``: the labels do not tell.
        values: in the order told.
    """

    mode: Mode | None
    values: tuple[Value, ...]


def text_of(value: object) -> str | None:
    """A value as characters; ``None`` if it is none, or no value at all.

    >>> text_of(750.0), text_of("HP.."), text_of("unavailable"), text_of(True), text_of(3.5)
    ('750', 'HP..', None, None, '3.5')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(value)
    odd = "\ufffd" in text or not text.isprintable()
    return None if odd or text.strip().casefold() in _NOTHING else text


def wh_of_kwh(value: object) -> str | None:
    """Whole Wh of a number of kWh with three decimals or fewer; ``None`` if it is no such number.

    >>> wh_of_kwh(12345.678), wh_of_kwh("0.001"), wh_of_kwh(1.23456)
    ('12345678', '1', None)
    """
    text = text_of(value)
    try:
        kwh = float(text) if text is not None else math.nan
    except ValueError:
        return None
    if not 0 <= kwh < KWH_END or abs(kwh * 1000 - round(kwh * 1000)) > 1e-4:
        return None
    return str(round(kwh * 1000))


def horodate_of(local: object, season: str | None = None) -> str | None:
    """The meter's time stamp of a local time (ISO 8601; an offset is not believed).

    Args:
        season: ``summer`` or ``winter`` if it was told, else the calendar decides.

    >>> horodate_of("2025-07-08T19:51:50"), horodate_of("2022-06-09T06:05:31.000Z", "summer")
    ('E250708195150', 'E220609060531')
    """
    try:
        time = datetime.fromisoformat(str(local)).replace(tzinfo=None)
    except ValueError:
        return None
    is_summer = bool(time.replace(tzinfo=_PARIS).dst()) if season is None else season == "summer"
    return f"{'E' if is_summer else 'H'}{time:%y%m%d%H%M%S}"


def horodate_of_utc(time: object) -> str | None:
    """The meter's time stamp of an instant (ISO 8601 with its offset).

    >>> horodate_of_utc("2025-07-08T17:51:50Z"), horodate_of_utc("2025-07-08T17:51:50")
    ('E250708195150', None)
    """
    try:
        instant = datetime.fromisoformat(str(time))
        if instant.tzinfo is None:
            return None
        local = instant.astimezone(_PARIS)
    except (ValueError, OverflowError):
        return None
    return horodate_of(local.isoformat(), "summer" if local.dst() else "winter")


def mode_of(labels: Iterable[str]) -> Mode | None:
    """The mode that has these labels; ``None`` if both have them, or each has some."""
    found = set(labels)
    historic, standard = (len(found & _ONLY[mode]) for mode in (Mode.HISTORIC, Mode.STANDARD))
    if historic == standard:
        return None
    return Mode.HISTORIC if historic > standard else Mode.STANDARD
