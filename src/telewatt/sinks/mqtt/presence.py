"""Whether a meter is there: it sends correct frames, and its clock goes on."""

from telewatt.reading import Reading
from telewatt.tic import Mode, Status

STALE_S = 10.0
"""So long without a correct frame, or with a clock that stands still, a meter is not there."""
STALE_RELAYED_S = 300.0
"""The same where another program passes on what it has decoded: some do so once a minute."""
_CORRECT = (Status.COMPLETE, Status.RELAYED)


class Presence:
    """One meter. Times are seconds of a clock that only goes forward."""

    def __init__(self, now_s: float) -> None:
        self._heard_s = now_s - STALE_S - 1  # nothing was heard yet
        self._stale_s = STALE_S
        self._date: str | None = None
        self._moved_s = now_s

    def hear(self, reading: Reading, now_s: float) -> None:
        """A frame has come."""
        frame = reading.frame
        if frame.status not in _CORRECT:
            return
        self._heard_s = now_s
        self._stale_s = STALE_RELAYED_S if frame.status is Status.RELAYED else STALE_S
        date = frame.get("DATE") if frame.mode is Mode.STANDARD else None
        told = date.horodate if date and date.time else None  # a clock that was never set is none
        if told is None or told != self._date:
            self._date, self._moved_s = told, now_s

    def is_there(self, now_s: float) -> bool:
        """Whether it is there now."""
        frozen = self._date is not None and now_s - self._moved_s > self._stale_s
        return now_s - self._heard_s <= self._stale_s and not frozen
