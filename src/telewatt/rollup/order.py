"""Which totals are in the order of time, when the clock of the computer is set back.

A total that arrives with an earlier time than the one before cannot stand: the index would fall.
Either the clock is wrong now (a start with an old time, before it is set) or it was wrong before.
The clock that was right for longer wins:

- a total with an earlier time is set aside until the clock has passed the latest one taken;
- as soon as the totals set aside last longer than what they contradict, it was the clock before
  that was ahead: what it said is withdrawn, and the totals set aside are taken.

So no wrong clock makes an index fall, and none can hold back the right one for long. Times are
milliseconds since 1970 UTC.
"""

from enum import Enum

from telewatt.rollup.instant import GAP_MS

_RUNS_MAX = 8


class Verdict(Enum):
    """What to do with a total that has just arrived."""

    TAKE = "take"  # in order; forget what was set aside
    KEEP = "keep"  # set aside, with those before
    RESTART = "restart"  # set aside alone: forget those before
    OVERTURN = "overturn"  # withdraw what is later than the first set aside, then take those


class Order:
    """Watches the times of one meter.

    Attributes:
        runs: stretches of totals taken without a gap, first and last time, the latest at the end.
        aside: first and last time of the totals set aside.
        overturned: after which time, until which, totals are to be withdrawn after `OVERTURN`.
    """

    def __init__(self, runs: list[list[int]] | None = None, aside: list[int] | None = None) -> None:
        self.runs = runs or []
        self.aside = aside
        self.overturned = (0, 0)

    def judge(self, at_ms: int) -> Verdict:
        """What to do with a total that arrived at this time."""
        if not self.runs or at_ms >= self.runs[-1][1]:
            self.aside = None
            self._extend(at_ms)
            return Verdict.TAKE
        if self.aside is None or at_ms < self.aside[1]:
            self.aside = [at_ms, at_ms]
            return Verdict.RESTART
        self.aside[1] = at_ms
        if at_ms - self.aside[0] <= self._contradicted_ms(self.aside[0]):
            return Verdict.KEEP
        self._overturn(self.aside)
        return Verdict.OVERTURN

    def _extend(self, at_ms: int) -> None:
        if self.runs and at_ms - self.runs[-1][1] <= GAP_MS:
            self.runs[-1][1] = at_ms
            return
        self.runs.append([at_ms, at_ms])
        if len(self.runs) > _RUNS_MAX:
            self.runs[:2] = [[self.runs[0][0], self.runs[1][1]]]

    def _contradicted_ms(self, since_ms: int) -> int:
        return sum(max(0, end - max(start, since_ms)) for start, end in self.runs)

    def _overturn(self, aside: list[int]) -> None:
        since_ms = aside[0]
        self.overturned = (since_ms, self.runs[-1][1])
        kept = [[start, min(end, since_ms)] for start, end in self.runs if start <= since_ms]
        self.runs = [*kept, aside][-_RUNS_MAX:]
        self.aside = None
