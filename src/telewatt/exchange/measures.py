"""What a file holds once it is read: summaries, as if a meter had been listened to.

A load curve says how much energy there was from one instant to another. It becomes a running total
in Wh that carries its fractions on, so that sums over any range are exact; where the curve has
a hole, one portion ends and another begins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import NamedTuple

from telewatt.config import Fault
from telewatt.derivation import meter_key
from telewatt.exchange.fault import NotImportableError
from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.rollup import Fold, Portion
from telewatt.rollup.instant import from_ms, to_ms
from telewatt.truth import Event, EventKind, Truth

_OTHER_VALUE = Fault(
    Text("another value than line {other} for the same time", "autre valeur que la ligne {other}"),
    Text(
        "download the file again, or remove the line that is wrong",
        "téléchargez de nouveau le fichier, ou ôtez la ligne fausse",
    ),
)
_OVERLAP = Fault(
    Text(
        "its interval overlaps the one of line {other}",
        "son intervalle chevauche celui de la ligne {other}",
    ),
    Text(
        "download the file again, or import files of different steps one by one",
        "téléchargez de nouveau le fichier, ou importez un par un les fichiers de pas différents",
    ),
)
_RESET = Text(
    "index {quantity} went from {before} to {after} Wh: the total goes on, the jump counts 0",
    "l'index {quantity} est passé de {before} à {after} Wh : le total continue, le saut compte 0",
)


HOLES_MAX = 40
"""Of more holes than that in a curve the shorter ones are filled: each slows all questions down."""
_SECOND = timedelta(seconds=1)


class Measures(NamedTuple):
    """What a file holds.

    Attributes:
        kind: ``capture``, ``log``, ``curve``, ``daily``, ``index`` or ``power``.
        portions: what was folded of each meter, one for each stretch without holes, in order;
            ``meter`` is the identity the file tells (ADCO, ADSC or PRM), ``""`` if it tells none.
        remarks: what the user should know about the content, though it is no error.
    """

    kind: str
    portions: Sequence[Portion]
    remarks: Sequence[Text] = ()


class Interval(NamedTuple):
    """Energy from ``start`` to ``end`` (aware UTC), and the line that says so."""

    start: datetime
    end: datetime
    wh: Fraction
    line: int


class Indexes(NamedTuple):
    """The registers in Wh at one instant (aware UTC), by quantity, and the line that says so."""

    at: datetime
    wh: Mapping[str, int]
    line: int


def fold_intervals(quantity: str, intervals: Iterable[Interval]) -> tuple[list[Portion], int]:
    """The running total of a load curve, as it was at both ends of each interval.

    Returns:
        A portion for each stretch without holes, and how many holes were filled.

    Raises:
        NotImportableError: two intervals contradict or overlap each other (equal ones are fine).
    """
    folds: list[Fold] = []
    total, end = Fraction(0), None
    known = _consistent(intervals)
    complete = list(_without_most_holes(known))
    for interval in complete:
        if end != interval.start:
            folds.append(Fold(""))
            folds[-1].settle(to_ms(interval.start), {quantity: floor(total)})
        total, end = total + interval.wh, interval.end
        folds[-1].settle(to_ms(end), {quantity: floor(total)})
    return [fold.take() for fold in folds], len(complete) - len(known)


def _consistent(intervals: Iterable[Interval]) -> list[Interval]:
    """Ascending, each once."""
    found: list[Interval] = []
    for interval in sorted(intervals, key=lambda interval: (interval.start, interval.end)):
        if found and interval.start < found[-1].end:
            _require_same(interval, found[-1])
        else:
            found.append(interval)
    return found


def _without_most_holes(intervals: Sequence[Interval]) -> Iterator[Interval]:
    """All but the ``HOLES_MAX`` longest holes filled with the mean power around them."""
    holes = sorted(
        ((b.start - a.end, b.start) for a, b in pairwise(intervals) if b.start > a.end),
        reverse=True,
    )
    filled = {start for _, start in holes[HOLES_MAX:]}
    for place, interval in enumerate(intervals):
        if interval.start in filled:
            before = intervals[place - 1]
            around = before.end - before.start + interval.end - interval.start
            share = Fraction((interval.start - before.end) // _SECOND, around // _SECOND)
            wh = (before.wh + interval.wh) * share
            yield Interval(before.end, interval.start, wh, interval.line)
        yield interval


def _require_same(one: Interval, other: Interval) -> None:
    """The later line of the two is the one to look at."""
    early, late = sorted((one, other), key=lambda interval: interval.line)
    if (one.start, one.end) != (other.start, other.end):
        raise NotImportableError(_OVERLAP, line=late.line, other=early.line)
    if one.wh != other.wh:
        raise NotImportableError(_OTHER_VALUE, line=late.line, other=early.line)


def fold_indexes(readings: Iterable[Indexes]) -> list[Portion]:
    """Index readings as totals that never go back, whatever the registers do.

    Raises:
        NotImportableError: two readings of one instant contradict each other.
    """
    fold = Fold("")
    events: list[Event] = []
    total: dict[str, int] = {}
    last: dict[str, int] = {}
    before: Indexes | None = None
    for reading in sorted(readings, key=lambda reading: reading.at):
        if before is not None and reading.at == before.at:
            _require_same_indexes(reading, before)
            continue
        events += _resets(reading, last)
        for quantity, index in reading.wh.items():
            gained = max(0, index - last[quantity]) if quantity in last else index
            total[quantity] = total.get(quantity, 0) + gained
        last.update(reading.wh)
        fold.settle(to_ms(reading.at), {quantity: total[quantity] for quantity in reading.wh})
        before = reading
    return [fold.take()._replace(events=tuple(events))] if before else []


def _require_same_indexes(one: Indexes, other: Indexes) -> None:
    if any(other.wh.get(quantity, index) != index for quantity, index in one.wh.items()):
        early, late = sorted((one.line, other.line))
        raise NotImportableError(_OTHER_VALUE, line=late, other=early)


def _resets(reading: Indexes, last: Mapping[str, int]) -> Iterator[Event]:
    for quantity, index in reading.wh.items():
        before = last.get(quantity, 0)
        if index < before:
            text = _RESET.fill(quantity=quantity, before=before, after=index)
            at = reading.at
            yield Event(EventKind.RESET, at, at, quantity, str(before), str(index), text)


def fold_readings(readings: Iterable[Reading]) -> list[Portion]:
    """What the truth engine says about readings, meter by meter; nothing comes after them."""
    meters: dict[str, tuple[Truth, Fold]] = {}
    for reading in readings:
        meter = meter_key(reading)
        truth, fold = meters.setdefault(meter, (Truth(), Fold(meter)))
        fold.add(reading, truth.judge(reading))
    for truth, fold in meters.values():
        for settled in truth.close().settled:
            fold.settle(to_ms(settled.received_at), settled.totals)
    return [fold.take() for _, fold in meters.values()]


def quantities(portion: Portion) -> set[str]:
    """The quantities a portion knows anything about."""
    minutes = portion.minutes.values()
    return {name for minute in minutes for name in (*minute.counters, *minute.gauges)}


def span_of(portion: Portion) -> tuple[datetime, datetime]:
    """From when until when a portion knows anything, aware UTC."""
    times: list[int] = []
    for start, minute in portion.minutes.items():
        times += minute.arrival or ([start] if minute.gauges else [])
        for total in minute.counters.values():
            times += (total.first_ms, total.last_ms)
    return from_ms(min(times)), from_ms(max(times))
