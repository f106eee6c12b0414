"""The subscribed power: how far it is, and whether it is exceeded - one meaning for both modes.

Historic meters warn with a label (ADPS; ADIR1 to 3 in short frames), standard ones with bit 7 of
the status register; some three-phase meters do not warn at all, so the currents count too. A
warning lasts until complete frames have lacked it for `HOLD_S`: automations do not flutter.
Source: Enedis-NOI-CPT_54E v3, 6.1.2 and 6.2.3; manufacturers' manuals.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from telewatt.situation.seen import Seen
from telewatt.tic import Frame, Kind
from telewatt.tic.frame import UNDAMAGED
from telewatt.tic.values import Stge

HOLD_S = 10
VA_PER_A = 200
"""Historic contracts count the power of an ampere as 200 VA (54E 6.1)."""
_WARNINGS = ("ADPS", "ADIR1", "ADIR2", "ADIR3")


def subscribed_va(seen: Seen, phases: int) -> int | None:
    """The subscribed power, VA."""
    reference, current_a = seen.value("PREF"), seen.value("ISOUSC")
    if isinstance(reference, int):
        return reference * 1000
    if isinstance(current_a, int):
        return current_a * VA_PER_A * phases
    return None


def drawn_va(frame: Frame, values: Mapping[str, object], phases: int) -> int | None:
    """Apparent power drawn now; in short frames from their currents alone, VA."""
    if frame.kind is Kind.SHORT:
        currents = [values.get(f"current_{n}_a") for n in range(1, phases + 1)]
        known = [current for current in currents if isinstance(current, int)]
        return sum(known) * VA_PER_A if known else None
    value = values.get("apparent_va")
    return value if isinstance(value, int) else None


class OverPower:
    """Whether one meter exceeds its subscribed power."""

    def __init__(self) -> None:
        self.source = ""
        self._since: datetime | None = None  # of the newest sign
        self._known = False

    def take(self, frame: Frame, seen: Seen, values: Mapping[str, object], at: datetime) -> None:
        """Take the next frame."""
        source = _sign(frame, seen, values)
        if source:
            self.source, self._since, self._known = source, at, True
        elif frame.status in UNDAMAGED and frame.kind is Kind.LONG:
            self._known = self._known or "ISOUSC" in seen.values or "STGE" in seen.values
            if self._since is not None and at - self._since >= timedelta(seconds=HOLD_S):
                self.source, self._since = "", None

    @property
    def now(self) -> bool | None:
        """``None`` while nothing tells."""
        return self._since is not None if self._known else None


def _sign(frame: Frame, seen: Seen, values: Mapping[str, object]) -> str:
    """The label that says that the power is exceeded now, or ``""``."""
    for label in _WARNINGS:
        if frame.get(label) is not None:
            return label
    status = frame.get("STGE")
    if status is not None:
        exceeds = isinstance(status.value, Stge) and status.value.over_reference_power
        return "STGE" if exceeds else ""
    limit_a = seen.value("ISOUSC")
    for n in (1, 2, 3):
        current_a = values.get(f"current_{n}_a")
        if isinstance(limit_a, int) and isinstance(current_a, int) and current_a > limit_a:
            return "IINST" if n == 1 else f"IINST{n}"
    return ""
