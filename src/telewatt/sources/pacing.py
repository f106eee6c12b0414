"""When to read next: few wake-ups a frame, and one of them just after its ETX.

While a frame is on its way the kernel keeps its bytes; waking for each costs more than decoding
them. The length of a frame hardly changes, so after a read the bytes still missing are known, and
so is the earliest moment they can be there: sleep until then, read, and again. A guess which was
too early costs one more wake-up, never a late frame. Pure: time is an argument.

A meter pauses before each frame, and may before each dataset (up to 33.4 ms, 54E 5.3.6). The
shortest of the last frames says how much the gaps between datasets add at least; a sum of random
gaps is uncertain by the square root of their number.
"""

from collections import deque

ETX, LF = b"\x03", b"\n"
BITS_PER_CHARACTER = 10
FRAME_MAX = 4096
FRAMES_KEPT = 16
FRAME_GAP_S = 0.0334  # at most, before a frame; what is more belongs to the datasets
SPREAD = 1.5  # two standard deviations of a gap between 0 and 33 ms, and a margin
FIRST_LOOK_BYTES = 4  # while the frames are not known yet: wake once for so many bytes
FIFO_S = 0.0083  # what a UART may still hold back: eight bytes at 9600 Bd
LAST_BYTES = 3  # no nap can be so short: let each of them wake us
POLL_S = 0.002  # near an ETX which is due
LONGEST_SLEEP_S = 1.0  # an unplugged port shows no later than this, and has to be back within 2 s


class Pacer:
    """Learns the frames of one line and says how long to leave it alone."""

    def __init__(self, speed: int) -> None:
        self._byte_s = BITS_PER_CHARACTER / speed
        self._frame = bytearray()  # since the last ETX
        self._frame_at: float | None = None  # when the last ETX was read
        self._model = b""  # the last whole frame
        self._lengths: deque[int] = deque(maxlen=FRAMES_KEPT)
        self._gaps_s: deque[float] = deque(maxlen=FRAMES_KEPT)  # mean gap of each frame

    def took(self, data: bytes, now: float) -> float | None:
        """Account for what a read gave at ``now`` (seconds, any origin).

        Returns:
            Seconds to sleep before the next read (0 < s <= 1), or ``None``: nothing was there,
            or the ETX is so near that each byte counts; wait until one arrives.
        """
        if not data:
            return None
        *ends, rest = data.split(ETX)
        for end in ends:
            self._frame += end + ETX
            self._learn(now, alone=len(ends) == 1)
        self._frame += rest
        if len(self._frame) > FRAME_MAX:  # no ETX for long: this is no frame to learn from
            self._frame.clear()
            self._frame_at = None
        if len(ends) > 1:  # late, or a stream faster than a line: catch up
            return FIRST_LOOK_BYTES * self._byte_s
        rest_s = self._rest_s()
        return rest_s and min(rest_s, LONGEST_SLEEP_S)

    def _learn(self, now: float, *, alone: bool) -> None:
        """A frame has ended; when it did is only known if no other one ended in the same read."""
        if self._frame_at is not None:
            self._model = bytes(self._frame)
            self._lengths.append(len(self._model))
            if alone:
                busy_s = len(self._model) * self._byte_s + FRAME_GAP_S
                idle_s = max(0.0, now - self._frame_at - busy_s)
                self._gaps_s.append(idle_s / (self._model.count(LF) + 1))
        self._frame_at = now
        self._frame.clear()

    def _rest_s(self) -> float | None:
        """The earliest moment the next ETX can be expected, in seconds from now."""
        if not self._lengths:
            return FIRST_LOOK_BYTES * self._byte_s
        place = len(self._frame)
        length = min((length for length in self._lengths if length > place), default=0)
        if not length:
            return POLL_S + (place - max(self._lengths)) * self._byte_s / 16
        missing = length - place
        if missing <= LAST_BYTES:
            return None
        gaps = self._model.count(LF, -missing)
        doubt = SPREAD * (1 + 2 / max(1, len(self._gaps_s)))
        sure_gaps: float = max(0.0, gaps - doubt * gaps**0.5)
        # The next byte may be nearly complete by now, so it counts for nothing.
        bytes_s = max((missing - 1) * self._byte_s - FIFO_S, POLL_S)
        return bytes_s + sure_gaps * min(self._gaps_s, default=0.0)
