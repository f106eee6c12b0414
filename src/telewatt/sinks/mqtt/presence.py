"""Whether a meter is there: it sends correct frames, and its clock goes on."""

import math

from telewatt.quality import STALE_S, stale_after_s
from telewatt.reading import Reading
from telewatt.tic import Mode, Status

_CORRECT = (Status.COMPLETE, Status.RELAYED)


class Presence:
    """One meter. Times are seconds of a clock that only goes forward."""

    def __init__(self, now_s: float) -> None:
        self._heard_s = -math.inf
        self._stale_s = STALE_S
        self._date: str | None = None
        self._moved_s = now_s

    def hear(self, reading: Reading, now_s: float) -> None:
        """A frame has come."""
        frame = reading.frame
        if frame.status not in _CORRECT:
            return
        self._heard_s = now_s
        self._stale_s = stale_after_s(frame.status, STALE_S)
        date = frame.get("DATE") if frame.mode is Mode.STANDARD else None
        told = date.horodate if date and date.time else None  # a clock that was never set is none
        if told is None or told != self._date:
            self._date, self._moved_s = told, now_s

    def is_there(self, now_s: float) -> bool:
        """Whether it is there now."""
        frozen = self._date is not None and now_s - self._moved_s > self._stale_s
        return now_s - self._heard_s <= self._stale_s and not frozen
