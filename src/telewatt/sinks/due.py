"""Which entries a sink tells, where not every one is wanted."""

from collections.abc import Sequence

from telewatt.derivation import Judged, meter_key


class Due:
    """Picks the first entry of each interval, meter by meter, and every one with an event.

    Args:
        interval_s: 0 for every entry; ``None`` for events only.
    """

    def __init__(self, interval_s: float | None) -> None:
        self._interval_s = interval_s
        self._told: dict[str, int] = {}  # by meter, the interval of the newest entry that was told
        self._next: dict[str, int] = {}

    def pick(self, batch: Sequence[Judged]) -> list[Judged]:
        """Those of the next entries that are to be told; the same again until `settle`."""
        self._next = dict(self._told)
        return [judged for judged in batch if self._takes(judged)]

    def settle(self) -> None:
        """What was picked last has been told."""
        self._told = self._next

    def _takes(self, judged: Judged) -> bool:
        if self._interval_s == 0:
            return True
        return self._begins(judged) or bool(judged.judgement.events)

    def _begins(self, judged: Judged) -> bool:
        """Whether it is the first one with settled totals; any other interval is a new one."""
        if self._interval_s is None or not judged.judgement.settled:
            return False
        meter = meter_key(judged.reading)
        interval = int(judged.reading.received_at.timestamp() / self._interval_s)
        before, self._next[meter] = self._next.get(meter), interval
        return before != interval
