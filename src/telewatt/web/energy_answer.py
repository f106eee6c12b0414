"""``energy`` and ``compare``: energies between instants, and of two times side by side."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from telewatt.language import Text
from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.rollup.calendar import PARIS
from telewatt.web.endpoint import Asked
from telewatt.web.errors import AnswerError
from telewatt.web.json_text import instant
from telewatt.web.past import Past
from telewatt.web.times import at_home, moved, period_end, period_start
from telewatt.web.words_of_quantities import quantity_object

COUNTERS = tuple(n for n, q in QUANTITIES.items() if q.kind is QuantityKind.COUNTER)
PERIODS = ("day", "week", "month", "year")
_BACKWARDS = Text("start must lie before end", "start doit précéder end")
_HALF = Text(
    "give start, end and other together, or none of them",
    "donnez start, end et other ensemble, ou aucun d'eux",
)


def energy(past: Past, asked: Asked) -> dict[str, Any]:
    """The energies of one meter between two instants."""
    who, end = asked["who"], min(asked["end"] or past.now, past.now)
    start = asked["start"]
    if start >= end:
        raise AnswerError(400, "bad_request", _BACKWARDS)
    known = past.quantities(who)
    wanted = asked["quantity"] or [name for name in COUNTERS if name in known]
    profile = past.profile(who)
    found = []
    for name in wanted:
        wh, quality = past.energy(who, name, start, end)
        told = quantity_object(name, profile)
        found.append({**told, "value": wh, "quality": str(quality)})
    if not wanted:
        past.energy(who, "import_wh", start, end)  # says so if nothing has this name
    return {"who": who, "start": instant(start), "end": instant(end), "energy": found}


class Range(NamedTuple):
    """A time that is compared: until the same moment, and as a whole."""

    name: str
    start: datetime
    end: datetime
    whole_end: datetime


def compare(past: Past, asked: Asked) -> dict[str, Any]:
    """One quantity now and before, each until the same moment, and as a whole."""
    who, quantity = asked["who"], asked["quantity"]
    start, end, other = free = [asked[name] for name in ("start", "end", "other")]
    at = min(asked["at"] or past.now, past.now)
    if None not in free:
        ranges = list(_free_ranges(start, end, other, past.now))
    elif free == [None, None, None]:
        ranges = list(_ranges(asked["period"], at))
    else:
        raise AnswerError(400, "bad_request", _HALF)
    return {
        "who": who,
        "quantity": quantity,
        "period": asked["period"],
        "at": instant(at),
        "items": [_item(past, who, quantity, one) for one in ranges],
    }


def _ranges(period: str, at: datetime) -> Iterator[Range]:
    yield _range("current", period, at)
    yield _range("previous", period, moved(at, period, -1))
    if period == "day":
        yield _range("same_weekday", period, moved(at, "week", -1))
    if period in ("day", "week"):  # so that weekdays are the same
        yield _range("last_year", period, moved(at, "week", -52))
    elif period == "month":
        yield _range("last_year", period, moved(at, "year", -1))


def _range(name: str, period: str, at: datetime) -> Range:
    start = period_start(period, at)
    return Range(name, start, max(at, start), period_end(period, start))


def _free_ranges(start: datetime, end: datetime, other: datetime, now: datetime) -> Iterator[Range]:
    """Two ranges of the same length by the calendar and the clock at home, both so far."""
    if not start < end:
        raise AnswerError(400, "bad_request", _BACKWARDS)
    until = max(min(end, now), start)
    yield Range("current", start, until, end)
    yield Range("other", other, _shifted(until, start, other), _shifted(end, start, other))


def _shifted(at: datetime, start: datetime, other: datetime) -> datetime:
    """``at`` as far from ``other`` as it is from ``start``, by the clock at home."""
    clocks = (each.astimezone(PARIS).replace(tzinfo=None) for each in (at, start, other))
    at_clock, start_clock, other_clock = clocks
    clock = other_clock + (at_clock - start_clock)
    return max(at_home(clock.date(), clock.time()), other)


def _item(past: Past, who: str, quantity: str, one: Range) -> dict[str, Any]:
    wh, quality = past.energy(who, quantity, one.start, one.end)
    over = one.whole_end <= past.now
    whole_wh = past.energy(who, quantity, one.start, one.whole_end).wh if over else None
    return {
        "name": one.name,
        "start": instant(one.start),
        "end": instant(one.end),
        "value": wh,
        "quality": str(quality),
        "whole_end": instant(one.whole_end),
        "whole_value": whole_wh,
    }
