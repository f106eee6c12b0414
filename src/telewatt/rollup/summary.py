"""A summary: what was received in one interval of time, in whole numbers.

Summaries of parts merge into the summary of the whole, in any order and grouping, also where the
parts interleave in time. Times are milliseconds since 1970 UTC.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Counter(NamedTuple):
    """The first and the last settled total of an interval: energy is the difference of totals."""

    first_ms: int
    first_total: int
    last_ms: int
    last_total: int


class Gauge(NamedTuple):
    """Momentary values: their number, their sum, the least and the greatest."""

    samples: int
    sum: int
    min: int
    max: int


class Summary(NamedTuple):
    """What was received in one interval.

    Attributes:
        frames, rejected, repaired: frames received; runs of bytes rejected and datasets repaired
            in them.
        arrival: first and last arrival of a frame; ``None`` without a frame.
        counters, gauges: by quantity, only those that were seen.
    """

    frames: int = 0
    rejected: int = 0
    repaired: int = 0
    arrival: tuple[int, int] | None = None
    counters: Mapping[str, Counter] = MappingProxyType({})
    gauges: Mapping[str, Gauge] = MappingProxyType({})

    def merge(self, other: "Summary") -> "Summary":
        """The summary of both; neither is changed."""
        return Summary(
            self.frames + other.frames,
            self.rejected + other.rejected,
            self.repaired + other.repaired,
            _merge_arrivals(self.arrival, other.arrival),
            _merge_all(merge_counters, self.counters, other.counters),
            _merge_all(merge_gauges, self.gauges, other.gauges),
        )

    def without_totals(
        self, after_ms: int, until_ms: int, quantity: str | None = None
    ) -> "Summary":
        """The summary less the totals that arrived after ``after_ms`` until ``until_ms``.

        Args:
            quantity: the only one concerned; all if ``None``.
        """
        kept = {
            name: counter if quantity not in (None, name) else _without(counter, after_ms, until_ms)
            for name, counter in self.counters.items()
        }
        return self._replace(counters={name: left for name, left in kept.items() if left})


EMPTY = Summary()


def merge_summaries(summaries: Iterable[Summary]) -> Summary:
    """The summary of all; of nothing it is `EMPTY`."""
    return reduce(Summary.merge, summaries, EMPTY)


def merge_counters(one: Counter, other: Counter) -> Counter:
    """First and last of both. At the same instant the lower total is first, the higher last."""
    return Counter(*min(one[:2], other[:2]), *max(one[2:], other[2:]))


def merge_gauges(one: Gauge, other: Gauge) -> Gauge:
    """The values of both."""
    return Gauge(
        one.samples + other.samples,
        one.sum + other.sum,
        min(one.min, other.min),
        max(one.max, other.max),
    )


def _merge_arrivals(
    one: tuple[int, int] | None, other: tuple[int, int] | None
) -> tuple[int, int] | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])


def _merge_all(
    merge: Callable[[_T, _T], _T], one: Mapping[str, _T], other: Mapping[str, _T]
) -> Mapping[str, _T]:
    if not one or not other:
        return one or other
    merged = dict(one)
    for name, value in other.items():
        merged[name] = merge(merged[name], value) if name in merged else value
    return merged


def _without(counter: Counter, after_ms: int, until_ms: int) -> Counter | None:
    first, last = counter[:2], counter[2:]
    left = [point for point in (first, last) if not after_ms < point[0] <= until_ms]
    return Counter(*left[0], *left[-1]) if left else None
