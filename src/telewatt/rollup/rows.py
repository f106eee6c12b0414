"""Rows of one meter as queries read them: from the store, from memory, or both merged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeVar

from telewatt.rollup.calendar import Level, floor_ms
from telewatt.rollup.summary import Counter, Gauge, Summary, merge_counters, merge_gauges

_T = TypeVar("_T")
Row = tuple[int, _T]
"""The start of a summary in milliseconds, and what it holds of one quantity."""


class Counts(NamedTuple):
    """Frames received, and in them runs of bytes rejected and datasets repaired."""

    frames: int
    rejected: int
    repaired: int


class Rows(Protocol):
    """The rows of one meter and one origin that start in ``[start_ms, end_ms)``, ascending.

    Only those that hold the quantity.
    """

    def counters(
        self, quantity: str, level: Level, start_ms: int, end_ms: int
    ) -> list[Row[Counter]]:
        """Rows of a counter."""
        ...

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> list[Row[Gauge]]:
        """Rows of a gauge."""
        ...

    def counts(self, level: Level, start_ms: int, end_ms: int) -> list[Row[Counts]]:
        """Rows of frames."""
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

    def counters(
        self, quantity: str, level: Level, start_ms: int, end_ms: int
    ) -> list[Row[Counter]]:
        """See `Rows`."""
        found = (
            (floor_ms(level.step, start), minute.counters[quantity])
            for start, minute in self._minutes
            if quantity in minute.counters
        )
        return _within(_merged(found, merge_counters), start_ms, end_ms)

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> list[Row[Gauge]]:
        """See `Rows`."""
        found = (
            (floor_ms(level.step, start), minute.gauges[quantity])
            for start, minute in self._minutes
            if quantity in minute.gauges
        )
        return _within(_merged(found, merge_gauges), start_ms, end_ms)

    def counts(self, level: Level, start_ms: int, end_ms: int) -> list[Row[Counts]]:
        """See `Rows`."""
        found = (
            (floor_ms(level.step, start), Counts(*minute[:3])) for start, minute in self._minutes
        )
        return _within(_merged(found, add_counts), start_ms, end_ms)

    def quantities(self) -> set[str]:
        """See `Rows`."""
        return {name for _, each in self._minutes for name in (*each.counters, *each.gauges)}


class BothRows:
    """The rows of two places merged: what is stored, and what is still open."""

    def __init__(self, one: Rows, other: Rows) -> None:
        self._one, self._other = one, other

    def counters(
        self, quantity: str, level: Level, start_ms: int, end_ms: int
    ) -> list[Row[Counter]]:
        """See `Rows`."""
        one = self._one.counters(quantity, level, start_ms, end_ms)
        other = self._other.counters(quantity, level, start_ms, end_ms)
        return _both(one, other, merge_counters)

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> list[Row[Gauge]]:
        """See `Rows`."""
        one = self._one.gauges(quantity, level, start_ms, end_ms)
        other = self._other.gauges(quantity, level, start_ms, end_ms)
        return _both(one, other, merge_gauges)

    def counts(self, level: Level, start_ms: int, end_ms: int) -> list[Row[Counts]]:
        """See `Rows`."""
        one = self._one.counts(level, start_ms, end_ms)
        other = self._other.counts(level, start_ms, end_ms)
        return _both(one, other, add_counts)

    def quantities(self) -> set[str]:
        """See `Rows`."""
        return self._one.quantities() | self._other.quantities()


def add_counts(counts: Sequence[Counts]) -> Counts:
    """The frames of all."""
    return Counts(*map(sum, zip(*counts, strict=True)))


def _both(
    one: list[Row[_T]], other: list[Row[_T]], join: Callable[[Sequence[_T]], _T]
) -> list[Row[_T]]:
    if not one or not other:
        return one or other
    return _merged(merge(one, other, key=itemgetter(0)), join)


def _merged(rows: Iterable[Row[_T]], join: Callable[[Sequence[_T]], _T]) -> list[Row[_T]]:
    merged: list[Row[_T]] = []
    for start, value in rows:
        if merged and merged[-1][0] == start:
            merged[-1] = start, join((merged[-1][1], value))
        else:
            merged.append((start, value))
    return merged


def _within(rows: list[Row[_T]], start_ms: int, end_ms: int) -> list[Row[_T]]:
    return [row for row in rows if start_ms <= row[0] < end_ms]
