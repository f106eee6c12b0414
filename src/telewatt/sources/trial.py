"""Which speed to listen at next, and what it means that nothing was understood. Pure."""

from collections import deque
from collections.abc import Sequence

LISTEN_S = {9600: 1.5, 1200: 4.0}
"""How long one speed gets: a standard meter never pauses longer than a frame (54E 5.3.6), a
historic one sends a dataset every 0.2 s (table of timings); both with a margin."""
QUIET_S = 10.0
"""No correct frame for this long is an error of the line (54E 9.4)."""


class Trial:
    """The speeds of one line, the last good one first.

    Args:
        speeds: worth trying; empty where the source has no speed.
        configured: the only allowed one. The others are still listened to when nothing is
            understood, because a meter heard there is the best explanation there is.
    """

    def __init__(self, speeds: Sequence[int], configured: int | None) -> None:
        others = [speed for speed in speeds if speed != configured]
        own = [configured] if configured and speeds else []
        self._speeds = deque([*own, *others])
        self._configured = configured if speeds else None
        self._failed = 0

    @property
    def speed(self) -> int | None:
        """To be opened with now; ``None`` where the source has no speed."""
        return self._speeds[0] if self._speeds else None

    @property
    def has_choice(self) -> bool:
        """Whether another speed is left to try."""
        return len(self._speeds) > 1

    @property
    def is_configured(self) -> bool:
        """Whether what is heard at this speed may be used."""
        return self._configured in (None, self.speed)

    @property
    def listen_s(self) -> float:
        """How long to listen at this speed before the verdict."""
        return LISTEN_S.get(self.speed or 0, QUIET_S)

    def failed(self) -> bool:
        """Nothing was understood at this speed: go to the next. True once all have failed."""
        self._failed += 1
        self._speeds.rotate(-1)
        return self._failed >= len(self._speeds)

    def heard(self) -> None:
        """A meter was understood at this speed; one which is not allowed is left at once."""
        self._failed = 0
        while not self.is_configured:
            self._speeds.rotate(-1)
