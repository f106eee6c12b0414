"""Active power, estimated: meters of households send volt-amperes, not watts.

The import index counts active energy in whole Wh. Between two ticks of it, each seen to within one
frame, the energy is exact and the time nearly so: that bounds the mean power strictly. The window
is the shortest one that is good to 5 %, five minutes at most; when the apparent power jumps it
begins anew, so that the estimate is never a mean over two different loads. The apparent power
itself is never taken for watts: it only says when to begin.
"""

import math
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from telewatt.truth.judgement import Judgement

GOOD = 0.05
"""Relative error with which no longer window is looked for."""
WINDOW_S = 300
GAP_S = 60
STEP_VA, STEP = 150, 0.25
"""A jump of the apparent power: more than both this and this part of it."""
USEFUL_W, USEFUL = 100, 0.5
"""An estimate is told if its error is below this, or below this part of it."""


class Estimate(NamedTuple):
    """Active power, W: an estimate, to be labelled as one.

    Attributes:
        w: mean over the window.
        error_w: the true mean is within ``w`` plus or minus this.
        time_constant_s: length of the window, up to now.
    """

    w: int
    error_w: int
    time_constant_s: int


class _Mark(NamedTuple):
    """At some moment from ``low_s`` to ``high_s`` the index stood from ``wh`` to ``wh + slack``."""

    low_s: float
    high_s: float
    wh: int
    slack: int


class ActivePower:
    """Follows one meter."""

    def __init__(self) -> None:
        self._unsettled: deque[tuple[datetime, int | None]] = deque(maxlen=8)
        self._ticks: deque[_Mark] = deque()  # the first one may be a jump
        self._last: _Mark | None = None  # the newest frame
        self._load_va: int | None = None

    def follow(self, received_at: datetime, judgement: Judgement) -> Estimate | None:
        """Take the judgement of the reading that arrived then; the estimate as of now.

        Returns:
            ``None`` while too little is known, and for a meter without that index.
        """
        apparent_va = judgement.gauges.get("apparent_va")
        self._unsettled.append((received_at, apparent_va))
        for settled in judgement.settled:
            total = settled.totals.get("import_wh")
            if total is not None:
                self._take(
                    settled.received_at.timestamp(), total, self._load_at(settled.received_at)
                )
        return self._estimate(received_at.timestamp())

    def _load_at(self, received_at: datetime) -> int | None:
        """What the frame that arrived then said of the apparent power."""
        while self._unsettled and self._unsettled[0][0] < received_at:
            self._unsettled.popleft()
        return self._unsettled[0][1] if self._unsettled else None

    def _take(self, at_s: float, total: int, load_va: int | None) -> None:
        last = self._last
        if last is None or not 0 <= at_s - last.high_s <= GAP_S or total < last.wh:
            self._ticks.clear()
            self._ticks.append(_Mark(at_s, at_s, total, 1))
        elif self._jumped(load_va):
            self._ticks.clear()
            self._ticks.append(_Mark(last.high_s, at_s, last.wh, total - last.wh + 1))
        elif total > last.wh:
            self._ticks.append(_Mark(last.high_s, at_s, total, 0))
        while len(self._ticks) > 1 and at_s - self._ticks[0].low_s > WINDOW_S:
            self._ticks.popleft()
        self._last = _Mark(at_s, at_s, total, 1)
        if load_va is not None:
            self._load_va = load_va

    def _jumped(self, load_va: int | None) -> bool:
        before = self._load_va
        if before is None or load_va is None:
            return False
        return abs(load_va - before) > max(STEP_VA, STEP * before)

    def _estimate(self, now_s: float) -> Estimate | None:
        last = self._last
        if last is None or not self._ticks or now_s - last.high_s > GAP_S:
            return None
        best: tuple[float, float, float] | None = None
        for begin, low_w, high_w in self._windows(last):
            w, error_w = (low_w + high_w) / 2, (high_w - low_w) / 2
            if best is None or error_w < best[1]:
                best = w, error_w, now_s - begin.low_s
            if error_w <= GOOD * w:
                break
        if best is None or best[1] > max(USEFUL_W, USEFUL * best[0]):
            return None
        return Estimate(round(best[0]), math.ceil(best[1]), max(1, round(best[2])))

    def _windows(self, last: _Mark) -> Iterator[tuple[_Mark, float, float]]:
        """The windows, shortest first: their beginning, lowest and highest mean power, W."""
        newest = self._ticks[-1]
        for begin in reversed(self._ticks):
            for end in (newest, last):
                shortest_s, longest_s = end.low_s - begin.high_s, end.high_s - begin.low_s
                if shortest_s > 0:
                    least_wh = max(0, end.wh - begin.wh - begin.slack)
                    most_wh = end.wh + end.slack - begin.wh
                    yield begin, least_wh * 3600 / longest_s, most_wh * 3600 / shortest_s
