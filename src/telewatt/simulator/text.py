"""How people write durations, instants, switches and calendars in settings and scripts.

Every reader raises `RefusedError` with what it wanted to see; the caller adds where it stood.
"""

import re
from datetime import UTC, date, datetime

from telewatt.language import Text, TextError
from telewatt.simulator.clock import PARIS
from telewatt.simulator.contracts import CLOSES, OPENS, OffPeak, Profile, Slot

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class RefusedError(TextError, ValueError):
    """Something written cannot be used; ``text`` says why and what to write, in both languages."""


def refusal(en: str, fr: str, **values: object) -> RefusedError:
    """A refusal with these words."""
    return RefusedError(Text(en, fr).fill(**values))


def read_int(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
        raise refusal("write a whole number", "écrivez un nombre entier")
    return int(text)


def read_seconds(text: str) -> int:
    """A duration such as ``90s``, ``10m``, ``2h``, ``-1d`` or ``1h30m``.

    >>> read_seconds("1h30m")
    5400
    """
    if not re.fullmatch(r"[+-]?([0-9]{1,6}[smhd]){1,4}", text):
        raise refusal(
            "write a duration such as 90s, 10m, 2h or 1d",
            "écrivez une durée comme 90s, 10m, 2h ou 1d (jour)",
        )
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
        raise refusal(
            "write a date and time such as 2025-01-15T18:00",
            "écrivez une date et une heure comme 2025-01-15T18:00",
        ) from None
    if not 2000 < when.year < 2099:
        raise refusal(
            "a meter knows the years 2001 to 2098", "un compteur connaît les années 2001 à 2098"
        )
    return (when if when.tzinfo else when.replace(tzinfo=PARIS)).astimezone(UTC)


def read_day(text: str) -> date:
    """A day such as ``2025-01-09``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusal(
            "write a day such as 2025-01-09", "écrivez un jour comme 2025-01-09"
        ) from None


def read_switch(text: str) -> bool:
    """``yes`` or ``no``, or one of their usual synonyms."""
    answers = {"yes": True, "1": True, "true": True, "on": True}
    answers |= {"no": False, "0": False, "false": False, "off": False}
    if text.lower() not in answers:
        raise refusal("write yes or no", "écrivez yes ou no")
    return answers[text.lower()]


def read_minute(text: str) -> int:
    """``HHMM`` as minutes after midnight."""
    if not re.fullmatch(r"([01][0-9]|2[0-3])[0-5][0-9]", text):
        raise refusal("write hours as HHMM, e.g. 0630", "écrivez les heures HHMM, par exemple 0630")
    return int(text[:2]) * 60 + int(text[2:])


def read_off_peak(text: str) -> OffPeak:
    """Off-peak hours such as ``2200-0600`` or ``0130-0700,1200-1430``."""
    spans = []
    for span in text.split(","):
        start, dash, end = span.partition("-")
        if not dash or start == end:
            raise refusal(
                "write off-peak hours such as 2200-0600 or 0130-0700,1200-1430",
                "écrivez les heures creuses comme 2200-0600 ou 0130-0700,1200-1430",
            )
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
            raise refusal(
                "write a calendar such as mon-fri@0000:1,0600:2/sat-sun@0000:3",
                "écrivez un calendrier comme mon-fri@0000:1,0600:2/sat-sun@0000:3",
            )
        for day in _read_days(days):
            if day in week:
                raise refusal("name {day} only once", "ne nommez {day} qu'une fois", day=_DAYS[day])
            week[day] = len(profiles)
        profiles.append(_read_profile(slots))
    missing = [name for day, name in enumerate(_DAYS) if day not in week]
    if missing or len(profiles) > 10:
        raise refusal(
            "cover every weekday, in at most 10 sorts; missing: {missing}",
            "couvrez tous les jours de la semaine, en 10 sortes au plus ; il manque : {missing}",
            missing=" ".join(missing),
        )
    return tuple(profiles), tuple(week[day] for day in range(7))


def _read_days(text: str) -> range:
    first, _, last = text.partition("-")
    if first not in _DAYS or (last or first) not in _DAYS:
        raise refusal(
            "name days mon tue wed thu fri sat sun, or a range such as mon-fri",
            "nommez les jours mon tue wed thu fri sat sun, ou une suite comme mon-fri",
        )
    days = range(_DAYS.index(first), _DAYS.index(last or first) + 1)
    if not days:
        raise refusal(
            "write the range {days} in the order of the week, from mon to sun",
            "écrivez la suite {days} dans l'ordre de la semaine, de mon à sun",
            days=text,
        )
    return days


def _read_profile(text: str) -> Profile:
    slots = []
    for slot in text.split(","):
        found = re.fullmatch(r"([0-9]{4}):(10|[1-9])(c?)", slot)
        if not found:
            raise refusal(
                "write slots such as 0600:2 or 2200:1c, index 1 to 10",
                "écrivez les plages comme 0600:2 ou 2200:1c, index de 1 à 10",
            )
        contact = CLOSES if found[3] else OPENS
        slots.append(Slot(read_minute(found[1]), int(found[2]), contact))
    minutes = [slot.minute for slot in slots]
    if minutes[0] != 0 or minutes != sorted(set(minutes)) or len(slots) > 11:
        raise refusal(
            "begin a day at 0000, go forward, use at most 11 slots",
            "commencez un jour à 0000, avancez, 11 plages au plus",
        )
    return tuple(slots)
