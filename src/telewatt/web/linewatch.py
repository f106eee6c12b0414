"""What was counted on every line, minute by minute, of the last day.

The service counts since it began only, and the history keeps no reasons.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from operator import sub
from typing import NamedTuple

from telewatt.quality import LineReport
from telewatt.tic.frame import UNDAMAGED
from telewatt.verdict import Counted
from telewatt.web.newest import Newest

KEPT_MINUTES = 24 * 60
RECENT_MINUTES = 10
LOOK_S = 2.0
_GOOD = frozenset(map(str, UNDAMAGED))


class Minute(NamedTuple):
    """One minute of one line; ``at`` is its start, epoch seconds."""

    at: int
    counted: Counted


class LineCounts(NamedTuple):
    """What was counted on one line, at the moment of a question."""

    line: LineReport
    recent: Counted
    recent_minutes: int
    in_all: Counted
    minutes: Sequence[Minute]


class LineWatch:
    """Watches the lines of one service.

    Attributes:
        minutes: by line, the minutes that are over, ascending.
    """

    def __init__(self, lines: Callable[[], Sequence[LineReport]], newest: Newest) -> None:
        self._lines, self._newest = lines, newest
        self.minutes: dict[str, deque[Minute]] = {}
        self._before: dict[str, LineReport] = {}
        self._silent_s: dict[str, float] = {}
        self._silent_in_all_s: dict[str, float] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        minute, looked = int(time.time() // 60), time.monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            self._note_silence(now - looked)
            looked, present = now, int(time.time() // 60)
            if present != minute:
                self._close(minute * 60)
                minute = present

    def _note_silence(self, passed_s: float) -> None:
        for line in self._lines():
            if self._newest.is_stale(line.name):
                for silent in (self._silent_s, self._silent_in_all_s):
                    silent[line.name] = silent.get(line.name, 0.0) + passed_s

    def _close(self, at: int) -> None:
        for line in self._lines():
            kept = self.minutes.setdefault(line.name, deque(maxlen=KEPT_MINUTES))
            silent_s = min(60, round(self._silent_s.pop(line.name, 0.0)))
            kept.append(Minute(at, _between(self._before.get(line.name), line, silent_s)))
            self._before[line.name] = line

    def look(self) -> list[LineCounts]:
        """What was counted on every line."""
        return [
            LineCounts(
                line, *self.recent(line), self.in_all(line), list(self.minutes.get(line.name, ()))
            )
            for line in self._lines()
        ]

    def recent(self, line: LineReport) -> tuple[Counted, int]:
        """What was counted during the last minutes, the one that is going on too; how many."""
        kept = list(self.minutes.get(line.name, ()))[-RECENT_MINUTES:]
        silent_s = round(self._silent_s.get(line.name, 0.0))
        present = _between(self._before.get(line.name), line, silent_s)
        return _sum((*(minute.counted for minute in kept), present)), len(kept) + 1

    def in_all(self, line: LineReport) -> Counted:
        """What was counted since the service began."""
        return _between(None, line, round(self._silent_in_all_s.get(line.name, 0.0)))


def _between(before: LineReport | None, line: LineReport, silent_s: int) -> Counted:
    then = _numbers(before) if before else (0, 0, 0, 0)
    frames, damaged, datasets, repaired = map(sub, _numbers(line), then)
    rejected = Counter(line.rejected) - Counter(before.rejected if before else {})
    return Counted(frames, damaged, datasets, repaired, rejected, silent_s)


def _numbers(line: LineReport) -> tuple[int, int, int, int]:
    damaged = sum(count for status, count in line.frames.items() if status not in _GOOD)
    return sum(line.frames.values()), damaged, line.datasets, line.repaired


def _sum(parts: Sequence[Counted]) -> Counted:
    return Counted(
        sum(part.frames for part in parts),
        sum(part.damaged for part in parts),
        sum(part.datasets for part in parts),
        sum(part.repaired for part in parts),
        sum((Counter(part.rejected) for part in parts), Counter[str]()),
        sum(part.silent_s for part in parts),
    )
