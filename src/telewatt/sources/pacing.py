"""When to read next: few wake-ups a frame, and one of them just after its ETX.

While a frame is on its way the kernel keeps its bytes; waking for each costs more than decoding
them. The length of a frame hardly changes, so after a read the bytes still missing are known, and
so is the earliest moment they can be there: sleep until then, read, and again. A guess which was
too early costs one more wake-up, never a late frame. Pure: time is an argument.
"""

from collections import deque

ETX = 0x03
BITS_PER_CHARACTER = 10
LENGTHS_KEPT = 8
TAIL_BYTES = 64  # from here on assume that no gap between datasets is left
HASTE = 0.9  # sleep this part of the expected time: gaps vary by a third and more
POLL_S = 0.003  # near an ETX which is overdue
LONGEST_SLEEP_S = 2.0  # an unplugged port and a stopped meter show no later than this


class Pacer:
    """Learns the frames of one line and says how long to leave it alone."""

    def __init__(self, speed: int) -> None:
        self._byte_s = BITS_PER_CHARACTER / speed
        self._lengths: deque[int] = deque(maxlen=LENGTHS_KEPT)
        self._place = 0  # bytes since the last ETX
        self._in_step = False  # an ETX was seen, so ``_place`` counts a whole frame
        self._frame_at = 0.0  # when the last ETX was read
        self._pace_s = self._byte_s  # seconds a byte takes, gaps between datasets included

    def took(self, data: bytes, now: float) -> float | None:
        """Account for what a read gave at ``now`` (seconds, any origin).

        Returns:
            Seconds to sleep before the next read (0 < s <= 2), or ``None``: wait until a byte
            arrives, because the line is idle or its frames are not known yet.
        """
        end = data.rfind(ETX)
        if end >= 0:
            self._learn(data, end, now)
        self._place += len(data) - (end + 1)
        if not data or not self._lengths:
            return None
        return min(self._rest_s(), LONGEST_SLEEP_S)

    def _learn(self, data: bytes, end: int, now: float) -> None:
        first = data.find(ETX)
        if self._in_step and first == end:
            length = self._place + end + 1
            self._lengths.append(length)
            self._pace_s = max(self._byte_s, (now - self._frame_at) / length)
        self._in_step = True
        self._frame_at = now
        self._place = 0

    def _rest_s(self) -> float:
        longer = [length for length in self._lengths if length > self._place]
        if not longer:
            overdue = self._place - max(self._lengths)
            return POLL_S + overdue * self._byte_s / 16
        missing = min(longer) - self._place
        if missing <= TAIL_BYTES:
            return missing * self._byte_s
        return missing * max(self._byte_s, HASTE * self._pace_s)
