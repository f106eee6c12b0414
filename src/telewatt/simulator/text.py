"""How people write durations, instants, switches and calendars in settings and scripts.

Every reader raises `ValueError` with what it wanted to see; the caller adds where it stood.
"""

import re
from datetime import UTC, date, datetime

from telewatt.simulator.clock import PARIS
from telewatt.simulator.contracts import CLOSES, OPENS, OffPeak, Profile, Slot

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_int(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError("write a whole number")
    return int(text)


def read_seconds(text: str) -> int:
    """A duration such as ``90s``, ``10m``, ``2h``, ``-1d`` or ``1h30m``.

    >>> read_seconds("1h30m")
    5400
    """
    if not re.fullmatch(r"[+-]?(\d+[smhd])+", text):
        raise ValueError("write a duration such as 90s, 10m, 2h or 1d")
    total = sum(int(n) * _UNIT_S[unit] for n, unit in re.findall(r"(\d+)([smhd])", text))
    return -total if text.startswith("-") else total


def read_instant(text: str) -> datetime:
    """An ISO date and time as aware UTC; without an offset it is French civil time.

    >>> read_instant("2025-01-15T18:00").isoformat()
    '2025-01-15T17:00:00+00:00'
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("write a date and time such as 2025-01-15T18:00") from None
    return (when if when.tzinfo else when.replace(tzinfo=PARIS)).astimezone(UTC)


def read_day(text: str) -> date:
    """A day such as ``2025-01-09``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a day such as 2025-01-09") from None


def read_switch(text: str) -> bool:
    """``yes`` or ``no``, or one of their usual synonyms."""
    answers = {"yes": True, "1": True, "true": True, "on": True}
    answers |= {"no": False, "0": False, "false": False, "off": False}
    if text.lower() not in answers:
        raise ValueError("write yes or no")
    return answers[text.lower()]


def read_minute(text: str) -> int:
    """``HHMM`` as minutes after midnight."""
    if not re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", text):
        raise ValueError("write hours as HHMM, e.g. 0630")
    return int(text[:2]) * 60 + int(text[2:])


def read_off_peak(text: str) -> OffPeak:
    """Off-peak hours such as ``2200-0600`` or ``0130-0700,1200-1430``."""
    spans = []
    for span in text.split(","):
        start, dash, end = span.partition("-")
        if not dash or start == end:
            raise ValueError("write off-peak hours such as 2200-0600 or 0130-0700,1200-1430")
        spans.append((read_minute(start), read_minute(end)))
    return tuple(spans)


def read_calendar(text: str) -> tuple[tuple[Profile, ...], tuple[int, ...]]:
    """Day profiles and the week of a free contract.

    Days, ``@``, then ``HHMM:index`` with ``c`` behind it where the dry contact closes; ``/``
    between the sorts of day: ``mon-fri@0000:1c,0600:2,2200:1c/sat-sun@0000:3``. Every weekday
    occurs once.
    """
    profiles: list[Profile] = []
    week: dict[int, int] = {}
    for part in text.split("/"):
        days, at, slots = part.partition("@")
        if not at:
            raise ValueError("write a calendar such as mon-fri@0000:1,0600:2/sat-sun@0000:3")
        for day in _read_days(days):
            if day in week:
                raise ValueError(f"name {_DAYS[day]} only once")
            week[day] = len(profiles)
        profiles.append(_read_profile(slots))
    missing = [name for day, name in enumerate(_DAYS) if day not in week]
    if missing or len(profiles) > 10:
        raise ValueError(f"cover every weekday (missing: {' '.join(missing)}), in at most 10 sorts")
    return tuple(profiles), tuple(week[day] for day in range(7))


def _read_days(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in _DAYS or (last or first) not in _DAYS:
        raise ValueError("name days mon tue wed thu fri sat sun, or a range such as mon-fri")
    days = range(_DAYS.index(first), _DAYS.index(last or first) + 1)
    if not days:
        raise ValueError(f"write the range {text} in the order of the week, from mon to sun")
    return days


def _read_profile(text: str) -> Profile:
    slots = []
    for slot in text.split(","):
        found = re.fullmatch(r"(\d{4}):(10|[1-9])(c?)", slot)
        if not found:
            raise ValueError("write slots such as 0600:2 or 2200:1c, index 1 to 10")
        contact = CLOSES if found[3] else OPENS
        slots.append(Slot(read_minute(found[1]), int(found[2]), contact))
    minutes = [slot.minute for slot in slots]
    if minutes[0] != 0 or minutes != sorted(set(minutes)) or len(slots) > 11:
        raise ValueError("begin a day at 0000, go forward, use at most 11 slots")
    return tuple(slots)
