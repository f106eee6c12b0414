"""Which entries were shown before their turn: a few runs of numbers, however many they are."""

from collections import deque


class Shown:
    """Numbers of entries, added ascending; nearly all follow upon each other."""

    def __init__(self) -> None:
        self._runs: deque[tuple[int, int]] = deque()

    def add(self, seq: int) -> None:
        """Note this number, beyond all others."""
        if self._runs and self._runs[-1][1] == seq - 1:
            first, _ = self._runs.pop()
            self._runs.append((first, seq))
        else:
            self._runs.append((seq, seq))

    def forget(self, last_seq: int) -> None:
        """Numbers up to this one are not asked for any more."""
        while self._runs and self._runs[0][0] <= last_seq:
            _, last = self._runs.popleft()
            if last > last_seq:
                self._runs.appendleft((last_seq + 1, last))

    def __contains__(self, seq: int) -> bool:
        """Whether it was noted."""
        return any(first <= seq <= last for first, last in self._runs)

    def __len__(self) -> int:
        """How many are noted."""
        return sum(last - first + 1 for first, last in self._runs)
