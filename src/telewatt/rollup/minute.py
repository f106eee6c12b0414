"""A minute that is still open: counts in place what `Summary` holds once it is closed."""

from collections.abc import Mapping
from typing import Any

from telewatt.rollup.summary import Counter, Gauge, Summary
from telewatt.tic import Frame


class OpenMinute:
    """The mutable twin of `Summary`, for one reading a second."""

    __slots__ = ("_arrival", "_counters", "_counts", "_gauges")

    def __init__(self, summary: Summary | None = None) -> None:
        self._counts = list(summary[:3]) if summary else [0, 0, 0]
        self._arrival = list(summary.arrival) if summary and summary.arrival else []
        self._counters = {k: list(v) for k, v in summary.counters.items()} if summary else {}
        self._gauges = {k: list(v) for k, v in summary.gauges.items()} if summary else {}

    def note_frame(self, frame: Frame, at_ms: int) -> None:
        """Count one frame that arrived at this time."""
        counts = self._counts
        counts[0] += 1
        if frame.rejected:
            counts[1] += len(frame.rejected)
        counts[2] += sum(dataset.repaired for dataset in frame.datasets)
        if not self._arrival:
            self._arrival = [at_ms, at_ms]
        elif at_ms > self._arrival[1]:
            self._arrival[1] = at_ms
        elif at_ms < self._arrival[0]:
            self._arrival[0] = at_ms

    def note_gauges(self, gauges: Mapping[str, int]) -> None:
        """Take in one momentary value of each quantity."""
        for quantity, value in gauges.items():
            seen = self._gauges.get(quantity)
            if seen is None:
                self._gauges[quantity] = [1, value, value, value]
                continue
            seen[0] += 1
            seen[1] += value
            if value < seen[2]:
                seen[2] = value
            elif value > seen[3]:
                seen[3] = value

    def note_totals(self, at_ms: int, totals: Mapping[str, int]) -> None:
        """Take in the settled totals of one instant; see `merge_counters` for their order."""
        for quantity, total in totals.items():
            seen = self._counters.get(quantity)
            if seen is None:
                self._counters[quantity] = [at_ms, total, at_ms, total]
                continue
            if at_ms > seen[2] or (at_ms == seen[2] and total > seen[3]):
                seen[2], seen[3] = at_ms, total
            if at_ms < seen[0] or (at_ms == seen[0] and total < seen[1]):
                seen[0], seen[1] = at_ms, total

    def freeze(self) -> Summary:
        """What was counted so far."""
        frames, rejected, repaired = self._counts
        arrival = (self._arrival[0], self._arrival[1]) if self._arrival else None
        counters = {quantity: Counter(*values) for quantity, values in self._counters.items()}
        gauges = {quantity: Gauge(*values) for quantity, values in self._gauges.items()}
        return Summary(frames, rejected, repaired, arrival, counters, gauges)


def to_json(summary: Summary) -> list[Any]:
    """A summary as JSON values, see `from_json`."""
    frames, rejected, repaired, arrival, counters, gauges = summary
    return [frames, rejected, repaired, arrival, dict(counters), dict(gauges)]


def from_json(values: list[Any]) -> Summary:
    """The summary that `to_json` wrote."""
    frames, rejected, repaired, arrival, counters, gauges = values
    return Summary(
        frames,
        rejected,
        repaired,
        tuple(arrival) if arrival else None,
        {quantity: Counter(*each) for quantity, each in counters.items()},
        {quantity: Gauge(*each) for quantity, each in gauges.items()},
    )
