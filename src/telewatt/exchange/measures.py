"""What a file holds once it is read: summaries, as if a meter had been listened to.

A load curve says how much energy there was from one instant to another. It becomes a running total
in Wh that carries its fractions on, so that sums over any range are exact; where the curve has
a hole, one portion ends and another begins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import NamedTuple

from telewatt.config import Fault
from telewatt.exchange.fault import NotImportableError
from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.rollup import Fold, Portion
from telewatt.rollup.instant import to_ms
from telewatt.truth import Event, EventKind

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


def fold_intervals(quantity: str, intervals: Iterable[Interval]) -> list[Portion]:
    """The running total of a load curve, as it was at both ends of each interval.

    Raises:
        NotImportableError: two intervals contradict or overlap each other (equal ones are fine).
    """
    folds: list[Fold] = []
    total, before = Fraction(0), None
    for interval in sorted(intervals, key=lambda interval: (interval.start, interval.end)):
        if before is not None and interval.start < before.end:
            _require_same(interval, before)
            continue
        if before is None or interval.start > before.end:
            folds.append(Fold(""))
            folds[-1].settle(to_ms(interval.start), {quantity: floor(total)})
        total += interval.wh
        folds[-1].settle(to_ms(interval.end), {quantity: floor(total)})
        before = interval
    return [fold.take() for fold in folds]


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
    """What the truth engine says about readings, folded meter by meter."""
    from telewatt.derivation.derivation import Derivation

    derivation = Derivation()
    for reading in readings:
        derivation.take(reading)
    return derivation.harvest()


def quantities(portion: Portion) -> set[str]:
    """The quantities a portion knows anything about."""
    minutes = portion.minutes.values()
    return {name for minute in minutes for name in (*minute.counters, *minute.gauges)}
