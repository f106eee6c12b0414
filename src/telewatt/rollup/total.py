"""The total of a quantity at any instant, from what is known of it.

The settled totals of an origin (the journal, or one import) are points. Between two points that
are at most 60 s apart the total is that of the earlier one, which is exact. In a longer gap it is
somewhere between both. What origins of lower rank measured there gives it its shape: their energy
counts where they know it, and the rest is spread evenly over the time nobody knows; if they know
all of that time, or more energy than there was, theirs is scaled to it. Before the first point and
after the last one, energy is what the origins of lower rank say.

So for each origin there is one function of time, and energy is the difference of two of its
values: exactly additive, whatever origins there are. Everything is whole Wh (or varh), rounded
down; times are milliseconds since 1970 UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from telewatt.rollup.calendar import Level, Step, floor_ms, next_ms
from telewatt.rollup.instant import ALWAYS, GAP_MS
from telewatt.rollup.rows import Row, Rows
from telewatt.rollup.summary import Counter

_FINER = {Level.DAY: Level.HOUR, Level.HOUR: Level.MINUTE, Level.QUARTER: Level.MINUTE}


class Quality(StrEnum):
    """What an energy is worth."""

    MEASURED = "measured"  # the totals at both ends are known
    BRACKETED = "bracketed"  # an end lies in a gap; what was used in all of the gap is known
    MISSING = "missing"  # of a part of the time nothing is known; the energy is that of the rest


_RANKS = {Quality.MEASURED: 0, Quality.BRACKETED: 1, Quality.MISSING: 2}


def worst(qualities: Iterable[Quality]) -> Quality:
    """The worst of these; `Quality.MEASURED` if there are none."""
    return max(qualities, key=_RANKS.__getitem__, default=Quality.MEASURED)


class Energy(NamedTuple):
    """The energy of an interval.

    Attributes:
        wh: in Wh (or varh); ``None`` if nothing is known of the interval.
        quality: what it is worth.
    """

    wh: int | None
    quality: Quality


class Total(NamedTuple):
    """The total at one instant; only differences of totals of one function mean something.

    Attributes:
        exact: it was measured, not interpolated.
        unknown_ms: how long, until this instant, nothing was known.
    """

    value: int
    exact: bool
    unknown_ms: int


Measure = Callable[[Sequence[int]], list[Total]]
"""The totals at these instants, ascending."""


def know_nothing(at: Sequence[int]) -> list[Total]:
    """The totals where there is no origin at all."""
    return [Total(0, False, instant) for instant in at]


def measure(origins: Sequence[Rows], quantity: str, level: Level) -> Measure:
    """The totals of a counter.

    Args:
        origins: the highest rank first.
        level: the coarsest one on whose starts most instants will be; any instant is right.
    """
    totals: Measure = know_nothing
    for rows in reversed(origins):
        totals = _ranked(rows, quantity, level, totals)
    return totals


def chain(parts: Sequence[tuple[int, int, Measure]]) -> Measure:
    """The totals of meters that follow each other: from when, until when, what it measured."""

    def totals(at: Sequence[int]) -> list[Total]:
        sums = [Total(0, True, 0)] * len(at)
        for start_ms, end_ms, part in parts:
            if at and start_ms <= at[-1] and end_ms >= at[0]:
                found = part([min(max(instant, start_ms), end_ms) for instant in at])
                sums = [
                    _add(one, other, start_ms <= instant < end_ms)
                    for one, other, instant in zip(sums, found, at, strict=True)
                ]
        return sums

    return totals


def _add(one: Total, other: Total, inside: bool) -> Total:
    return Total(
        one.value + other.value,
        other.exact if inside else one.exact,
        one.unknown_ms + other.unknown_ms,
    )


def energies(totals: Sequence[Total], at: Sequence[int]) -> list[Energy]:
    """The energy between each instant and the next."""
    return [
        _energy(one, other, end - start)
        for one, other, start, end in zip(totals, totals[1:], at, at[1:], strict=False)
    ]


def _energy(one: Total, other: Total, length_ms: int) -> Energy:
    unknown_ms = other.unknown_ms - one.unknown_ms
    if unknown_ms:
        known = unknown_ms < length_ms
        return Energy(other.value - one.value if known else None, Quality.MISSING)
    exact = one.exact and other.exact
    return Energy(other.value - one.value, Quality.MEASURED if exact else Quality.BRACKETED)


# -- one origin over those of lower rank -----------------------------------------------------------


def _ranked(rows: Rows, quantity: str, level: Level, below: Measure) -> Measure:
    def totals(at: Sequence[int]) -> list[Total]:
        points = _points(rows, quantity, level, at) if at else _NO_POINTS
        return _follow(points, at, below) if points.times_ms else below(at)

    return totals


class _Points(NamedTuple):
    """Known totals, ascending: the first and the last of each row, in turn."""

    times_ms: list[int]
    totals: list[int]


_NO_POINTS = _Points([], [])


def _points(rows: Rows, quantity: str, level: Level, at: Sequence[int]) -> _Points:
    """All days; instead of those that hold one of these instants the rows of the level."""
    found = rows.counters(quantity, Level.DAY, *ALWAYS)
    if level is Level.DAY:
        found = _zoom(rows, quantity, level, found, at)
    else:
        starts = [start for start, _ in found]
        for start, end in reversed(_days_of(at)):
            instants = at[bisect_left(at, start) : bisect_left(at, end)]
            fine = _fine_rows(rows, quantity, level, start, end, instants)
            found[bisect_left(starts, start) : bisect_left(starts, end)] = fine
    counters = [counter for _, counter in found]
    return _Points(
        [time for counter in counters for time in (counter.first_ms, counter.last_ms)],
        [total for counter in counters for total in (counter.first_total, counter.last_total)],
    )


def _days_of(at: Sequence[int]) -> list[tuple[int, int]]:
    """The stretches of days that hold these instants: from when, until when."""
    stretches: list[tuple[int, int]] = []
    for instant in at:
        if stretches and instant < stretches[-1][1]:
            continue
        start = floor_ms(Step.DAY, instant)
        if stretches and start == stretches[-1][1]:
            start = stretches.pop()[0]
        stretches.append((start, next_ms(Step.DAY, floor_ms(Step.DAY, instant))))
    return stretches


def _fine_rows(
    rows: Rows, quantity: str, level: Level, start_ms: int, end_ms: int, at: Sequence[int]
) -> list[Row[Counter]]:
    return _zoom(rows, quantity, level, rows.counters(quantity, level, start_ms, end_ms), at)


def _zoom(
    rows: Rows, quantity: str, level: Level, found: list[Row[Counter]], at: Sequence[int]
) -> list[Row[Counter]]:
    """Finer rows instead of those that hold an instant which is not their start."""
    finer = _FINER.get(level)
    inside: dict[int, list[int]] = {}
    for instant in at:
        if (start := floor_ms(level.step, instant)) != instant:
            inside.setdefault(start, []).append(instant)
    if not inside or finer is None:
        return found
    zoomed: list[Row[Counter]] = []
    for start, counter in found:
        if start in inside:
            end = next_ms(level.step, start)
            zoomed += _fine_rows(rows, quantity, finer, start, end, inside[start])
        else:
            zoomed.append((start, counter))
    return zoomed


def _follow(points: _Points, at: Sequence[int], below: Measure) -> list[Total]:
    """The totals at these instants; ``below`` says what the points do not."""
    gaps = [_gap_at(points, instant) for instant in at]
    asked = {instant for instant, gap in zip(at, gaps, strict=True) if isinstance(gap, tuple)}
    asked.update(end for gap in gaps if isinstance(gap, tuple) for end in _ends(points, gap))
    instants = sorted(asked)
    known = dict(zip(instants, below(instants), strict=True)) if instants else {}
    return [
        Total(gap, True, 0) if isinstance(gap, int) else _inside(points, gap, instant, known)
        for instant, gap in zip(at, gaps, strict=True)
    ]


def _gap_at(points: _Points, instant: int) -> int | tuple[int, int]:
    """The exact total at this instant, or the numbers of the points around it."""
    times, totals = points
    number = bisect_right(times, instant) - 1
    if number < 0:
        return -1, 0
    if times[number] == instant:
        return totals[bisect_left(times, instant)]
    within_row = number % 2 == 0
    after = number + 1
    if after == len(times):
        return totals[number] if instant - times[number] <= GAP_MS else (number, after)
    if within_row or times[after] - times[number] > GAP_MS:
        return number, after
    return totals[number]


def _ends(points: _Points, gap: tuple[int, int]) -> list[int]:
    return [points.times_ms[number] for number in gap if 0 <= number < len(points.times_ms)]


def _inside(points: _Points, gap: tuple[int, int], instant: int, known: dict[int, Total]) -> Total:
    number, after = gap
    here = known[instant]
    if number < 0 or after == len(points.times_ms):  # before all points, or after
        edge = after if number < 0 else number
        there = known[points.times_ms[edge]]
        return Total(
            points.totals[edge] + here.value - there.value,
            here.exact,
            here.unknown_ms - there.unknown_ms,
        )
    start, end = points.times_ms[number], points.times_ms[after]
    whole = points.totals[after] - points.totals[number]
    part = _share(known[start], here, known[end], whole, (instant - start, end - start))
    return Total(points.totals[number] + part, False, 0)


def _share(start: Total, here: Total, end: Total, whole: int, elapsed: tuple[int, int]) -> int:
    """How much of ``whole`` was used by now in a gap, by what lower origins know of it.

    Args:
        elapsed: time since the start of the gap, and of all of it.
    """
    measured, all_measured = here.value - start.value, end.value - start.value
    unknown_ms, all_unknown_ms = (
        here.unknown_ms - start.unknown_ms,
        end.unknown_ms - start.unknown_ms,
    )
    if all_unknown_ms and all_measured <= whole:
        return measured + (whole - all_measured) * unknown_ms // all_unknown_ms
    if all_measured > 0:
        return whole * measured // all_measured
    return whole * elapsed[0] // elapsed[1]
