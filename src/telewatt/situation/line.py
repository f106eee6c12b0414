"""How a line is now, from its counters: what of it was good during the last minutes."""

from collections import deque

from telewatt.quality import LineReport

WINDOW_S = 300.0


class LineQuality:
    """Follows one line: the part of its datasets that was good, of the last five minutes."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, int]] = deque()  # when, good, all

    def percent(self, report: LineReport, now_s: float) -> float | None:
        """0 to 100, one digit; ``None`` while nothing has come.

        Args:
            now_s: a clock that never goes back.
        """
        total = report.datasets + sum(report.rejected.values())
        self._marks.append((now_s, report.datasets, total))
        while len(self._marks) > 2 and self._marks[1][0] <= now_s - WINDOW_S:
            self._marks.popleft()
        _, good, before = self._marks[0]
        if len(self._marks) == 1:
            good = before = 0
        if total == before:
            return None
        return round(100 * (report.datasets - good) / (total - before), 1)
