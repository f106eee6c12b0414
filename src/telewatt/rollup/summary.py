"""A summary: what was received in one interval of time, in whole numbers.

Summaries of parts merge into the summary of the whole, in any order and grouping, also where the
parts interleave in time. Times are milliseconds since 1970 UTC.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
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
        return merge_summaries((self, other))

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
    parts = [summary for summary in summaries if summary is not EMPTY]
    if len(parts) < 2:
        return parts[0] if parts else EMPTY
    arrivals = [part.arrival for part in parts if part.arrival]
    return Summary(
        sum(part.frames for part in parts),
        sum(part.rejected for part in parts),
        sum(part.repaired for part in parts),
        (min(first for first, _ in arrivals), max(last for _, last in arrivals))
        if arrivals
        else None,
        _merge_all(merge_counters, [part.counters for part in parts]),
        _merge_all(merge_gauges, [part.gauges for part in parts]),
    )


def merge_counters(counters: Sequence[Counter]) -> Counter:
    """First and last of all. At the same instant the lower total is first, the higher last."""
    return Counter(*min(counters)[:2], *max(counters, key=itemgetter(2, 3))[2:])


def merge_gauges(gauges: Sequence[Gauge]) -> Gauge:
    """The values of all."""
    samples, sums, least, greatest = zip(*gauges, strict=True)
    return Gauge(sum(samples), sum(sums), min(least), max(greatest))


def _merge_all(
    merge: Callable[[Sequence[_T]], _T], parts: Iterable[Mapping[str, _T]]
) -> Mapping[str, _T]:
    found: dict[str, list[_T]] = {}
    for part in parts:
        for name, value in part.items():
            found.setdefault(name, []).append(value)
    return {name: merge(values) for name, values in found.items()}


def _without(counter: Counter, after_ms: int, until_ms: int) -> Counter | None:
    first, last = counter[:2], counter[2:]
    left = [point for point in (first, last) if not after_ms < point[0] <= until_ms]
    return Counter(*left[0], *left[-1]) if left else None
