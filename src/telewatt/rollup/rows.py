"""Rows of one meter and origin as queries read them: from the store, from memory, or both."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Protocol

from telewatt.rollup.calendar import Level, floor_ms
from telewatt.rollup.chunk import Counters, Gauges
from telewatt.rollup.summary import Counter, Gauge, Summary, merge_counters, merge_gauges


class Counts(NamedTuple):
    """The columns of what was received, ascending by start."""

    starts_ms: list[int]
    frames: list[int]
    rejected: list[int]
    repaired: list[int]


class Rows(Protocol):
    """The rows of one meter and one origin that start in ``[start_ms, end_ms)``, as columns."""

    def counters(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Counters:
        """Rows of a counter."""
        ...

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Gauges:
        """Rows of a gauge."""
        ...

    def counts(self, level: Level, start_ms: int, end_ms: int) -> Counts:
        """Rows of what was received."""
        ...

    def quantities(self) -> set[str]:
        """All counters and gauges there are, whenever."""
        ...


class OpenRows:
    """Rows of minutes in memory.

    Args:
        minutes: summaries by start in milliseconds.
    """

    def __init__(self, minutes: Mapping[int, Summary]) -> None:
        self._minutes = sorted(minutes.items())

    def counters(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Counters:
        """See `Rows`."""
        rows = (
            (start, *minute.counters[quantity])
            for start, minute in self._starting(level, start_ms, end_ms)
            if quantity in minute.counters
        )
        return Counters(*_joined(rows, _join_counters))

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Gauges:
        """See `Rows`."""
        rows = (
            (start, *minute.gauges[quantity])
            for start, minute in self._starting(level, start_ms, end_ms)
            if quantity in minute.gauges
        )
        return Gauges(*_joined(rows, join_gauges))

    def counts(self, level: Level, start_ms: int, end_ms: int) -> Counts:
        """See `Rows`."""
        rows = ((start, *minute[:3]) for start, minute in self._starting(level, start_ms, end_ms))
        return Counts(*_joined(rows, join_counts)[:4])

    def quantities(self) -> set[str]:
        """See `Rows`."""
        return {name for _, each in self._minutes for name in (*each.counters, *each.gauges)}

    def _starting(self, level: Level, start_ms: int, end_ms: int) -> Iterator[tuple[int, Summary]]:
        for at_ms, minute in self._minutes:
            if start_ms <= (start := floor_ms(level.step, at_ms)) < end_ms:
                yield start, minute


class BothRows:
    """The rows of two places together: what is stored, and what is still open."""

    def __init__(self, one: Rows, other: Rows) -> None:
        self._one, self._other = one, other

    def counters(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Counters:
        """See `Rows`."""
        one = self._one.counters(quantity, level, start_ms, end_ms)
        other = self._other.counters(quantity, level, start_ms, end_ms)
        return Counters(*_both(one, other, _join_counters)) if other[0] else one

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Gauges:
        """See `Rows`."""
        one = self._one.gauges(quantity, level, start_ms, end_ms)
        other = self._other.gauges(quantity, level, start_ms, end_ms)
        return Gauges(*_both(one, other, join_gauges)) if other[0] else one

    def counts(self, level: Level, start_ms: int, end_ms: int) -> Counts:
        """See `Rows`."""
        one = self._one.counts(level, start_ms, end_ms)
        other = self._other.counts(level, start_ms, end_ms)
        return Counts(*_both(one, other, join_counts)) if other[0] else one

    def quantities(self) -> set[str]:
        """See `Rows`."""
        return self._one.quantities() | self._other.quantities()


Row = tuple[int, ...]
"""A start and its values."""


def join_counts(rows: Sequence[Row]) -> Row:
    """What was received in all of them."""
    return tuple(map(sum, zip(*rows, strict=True)))


def join_gauges(rows: Sequence[Row]) -> Row:
    """The gauge of all of them."""
    return merge_gauges([Gauge(*row) for row in rows])


def _join_counters(rows: Sequence[Row]) -> Row:
    return merge_counters([Counter(*row) for row in rows])


def _both(
    one: Sequence[list[int]], other: Sequence[list[int]], join: Callable[[Sequence[Row]], Row]
) -> list[list[int]]:
    """The columns of both; what is before the other ones, as nearly all is, stays as it is."""
    first = bisect_left(one[0], other[0][0])
    rest = zip(*(column[first:] for column in one), strict=True)
    rows = merge(rest, zip(*other, strict=True), key=itemgetter(0))
    joined = _joined(rows, join)
    return [column[:first] + more for column, more in zip(one, joined, strict=False)]


def _joined(rows: Iterable[Row], join: Callable[[Sequence[Row]], Row]) -> list[list[int]]:
    """The columns of these rows, ascending, those of one start joined; five if there are none."""
    found = (
        (start, *join([row[1:] for row in same])) for start, same in groupby(rows, itemgetter(0))
    )
    return list(map(list, zip(*found, strict=True))) or [[] for _ in Counters._fields]
