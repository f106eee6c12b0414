"""The total of a quantity at any instant, from what is known of it.

The settled totals of an origin (the journal, or one import) are points. Between two points that
are at most 60 s apart the total is that of the earlier one, which is exact. In a longer gap it is
somewhere between both, and what origins of lower rank measured there gives it its shape: their
energy counts where they know it, and the rest is spread evenly over the time nobody knows; if they
know all of that time, or more energy than there was, theirs is scaled to it. Before the first
point and after the last one, energy is what the origins of lower rank say.

Of each minute only the first and the last point are kept: between these two the total grows
evenly, which is not exact. On whole minutes this makes no difference.

So for each origin there is one function of time, and energy is the difference of two of its
values: exactly additive, whatever origins there are. Everything is whole Wh (or varh), rounded
down; times are milliseconds since 1970 UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from telewatt.rollup.calendar import Level, floor_ms, next_ms, not_starts
from telewatt.rollup.chunk import Counters
from telewatt.rollup.instant import ALWAYS, GAP_MS
from telewatt.rollup.rows import Rows


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


def measure(origins: Sequence[Rows], quantity: str) -> Measure:
    """The totals of a counter.

    Args:
        origins: the highest rank first.
    """
    totals: Measure = know_nothing
    for rows in reversed(origins):
        totals = _ranked(rows, quantity, totals)
    return totals


def energies(totals: Sequence[Total], at: Sequence[int]) -> list[Energy]:
    """The energy between each instant and the next."""
    found = []
    for number, (one, other) in enumerate(pairwise(totals)):
        value, exact, unknown_ms = one
        next_value, next_exact, next_unknown_ms = other
        if unknown_ms == next_unknown_ms:
            quality = Quality.MEASURED if exact and next_exact else Quality.BRACKETED
            found.append(Energy(next_value - value, quality))
        else:
            known = next_unknown_ms - unknown_ms < at[number + 1] - at[number]
            found.append(Energy(next_value - value if known else None, Quality.MISSING))
    return found


def chain(parts: Sequence[tuple[int, int, Measure]], at: Sequence[int]) -> list[Energy]:
    """The energy between each instant and the next of meters that follow each other.

    Args:
        parts: from when, until when, and what the meter measured, also before and after.
    """
    if len(parts) == 1 and parts[0][:2] == ALWAYS:
        return energies(parts[0][2](at), at)
    found = [Energy(None, Quality.MISSING)] * (len(at) - 1)
    touched = [False] * (len(at) - 1)
    for start_ms, end_ms, totals in parts:
        inside = [min(max(instant, start_ms), end_ms) for instant in at]
        if inside[0] == inside[-1]:
            continue
        for number, energy in enumerate(energies(totals(inside), inside)):
            if inside[number] < inside[number + 1]:
                found[number] = _plus(found[number], energy) if touched[number] else energy
                touched[number] = True
    return found


def _plus(one: Energy, other: Energy) -> Energy:
    known = [energy.wh for energy in (one, other) if energy.wh is not None]
    return Energy(sum(known) if known else None, worst((one.quality, other.quality)))


# -- one origin over those of lower rank -----------------------------------------------------------


def _ranked(rows: Rows, quantity: str, below: Measure) -> Measure:
    def totals(at: Sequence[int]) -> list[Total]:
        points = _points(rows, quantity, at)
        return _follow(points, at, below) if points.times_ms else below(at)

    return totals


class _Points(NamedTuple):
    """Known totals, ascending: the first and the last of each row, in turn."""

    times_ms: list[int]
    totals: list[int]


def _points(rows: Rows, quantity: str, at: Sequence[int]) -> _Points:
    found = rows.counters(quantity, Level.DAY, *ALWAYS)
    found = _refine(rows, quantity, Level.DAY, found, at)
    times_ms, totals = [0] * (2 * len(found.starts_ms)), [0] * (2 * len(found.starts_ms))
    times_ms[::2], times_ms[1::2] = found.first_ms, found.last_ms
    totals[::2], totals[1::2] = found.first_total, found.last_total
    return _Points(times_ms, totals)


def _refine(
    rows: Rows, quantity: str, level: Level, found: Counters, at: Sequence[int]
) -> Counters:
    """Rows of finer levels in the place of those that hold one of these instants inside."""
    if level is Level.MINUTE:
        return found
    finer, kept = Level(level - 1), 0
    refined = Counters([], [], [], [], [])
    for start, end in _stretches(level, at):
        first, after = (bisect_left(found.starts_ms, edge) for edge in (start, end))
        if first == after:
            continue
        fine = rows.counters(quantity, finer, start, end)
        among = at[bisect_left(at, start) : bisect_left(at, end)]
        fine = _refine(rows, quantity, finer, fine, among)
        for column, coarse, new in zip(refined, found, fine, strict=True):
            column.extend(coarse[kept:first])
            column.extend(new)
        kept = after
    for column, coarse in zip(refined, found, strict=True):
        column.extend(coarse[kept:])
    return refined


def _stretches(level: Level, at: Sequence[int]) -> list[tuple[int, int]]:
    """From when, until when, all intervals of this level have one of these instants inside."""
    stretches: list[tuple[int, int]] = []
    end = -1
    for instant in not_starts(level.step, at):
        if instant < end:
            continue
        start = floor_ms(level.step, instant)
        end = next_ms(level.step, start)
        if stretches and stretches[-1][1] == start:
            stretches[-1] = stretches[-1][0], end
        else:
            stretches.append((start, end))
    return stretches


def _follow(points: _Points, at: Sequence[int], below: Measure) -> list[Total]:
    """The totals at these instants; ``below`` says what the points do not."""
    found = _all_known(points, at)
    gaps = {
        instant: _gap_at(points.times_ms, instant)
        for instant, total in zip(at, found, strict=True)
        if total is None
    }
    instants = sorted({*gaps, *(edge for gap in gaps.values() for edge in _ends(points, gap))})
    known = dict(zip(instants, below(instants), strict=True))
    return [
        total or _inside(points, gaps[instant], instant, known)
        for instant, total in zip(at, found, strict=True)
    ]


def _all_known(points: _Points, at: Sequence[int]) -> list[Total | None]:
    """The totals at these instants; ``None`` inside a gap, before all points and after them."""
    times, totals = points
    found: list[Total | None] = []
    latest = len(times) - 1
    for instant in at:
        number = bisect_right(times, instant) - 1
        if number & 1 and number < latest and times[number] < instant:  # between two rows
            near = times[number + 1] - times[number] <= GAP_MS
            found.append(Total(totals[number], True, 0) if near else None)
        else:
            found.append(_known_at(points, instant, number))
    return found


def _known_at(points: _Points, instant: int, number: int) -> Total | None:
    """The total at this instant, which comes at or after the point of this number."""
    times, totals = points
    if number < 0:
        return None
    time = times[number]
    if time == instant:
        return Total(totals[bisect_left(times, instant)], True, 0)
    if number % 2 == 0:  # inside a minute: between its first reading and its last one
        grown, length_ms = totals[number + 1] - totals[number], times[number + 1] - time
        return Total(totals[number] + grown * (instant - time) // length_ms, False, 0)
    return Total(totals[number], True, 0) if instant - time <= GAP_MS else None  # the last point


def _gap_at(times_ms: list[int], instant: int) -> tuple[int, int]:
    """The numbers of the points around this instant; one less or more than there are outside."""
    after = bisect_right(times_ms, instant)
    return after - 1, after


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
