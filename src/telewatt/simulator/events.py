"""What can happen to a meter: one small class an event, as a script writes them.

Powers are in kVA or W, times in seconds; `telewatt.simulator.script` has the text form of each.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telewatt.simulator.contracts import Contract
from telewatt.tic import Mode


@dataclass(frozen=True, slots=True)
class SwitchMode:
    """``mode``."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class ChangeContract:
    """``contract``."""

    contract: Contract


@dataclass(frozen=True, slots=True)
class ChangePower:
    """``power``; kVA."""

    pref_kva: int
    pcoup_kva: int


@dataclass(frozen=True, slots=True)
class Replace:
    """``replace``; without an address the seed draws one."""

    address: str | None


@dataclass(frozen=True, slots=True)
class Outage:
    """``outage``."""

    seconds: int


@dataclass(frozen=True, slots=True)
class SetClock:
    """``clock``: how far the meter's clock is from the true time."""

    degraded: bool
    offset_s: int


@dataclass(frozen=True, slots=True)
class OverCurrent:
    """``overcurrent``; ``phase`` counts from 0, ``None`` means all of them."""

    watts: int
    seconds: int
    phase: int | None


@dataclass(frozen=True, slots=True)
class Voltage:
    """``voltage``."""

    volts: int
    seconds: int


@dataclass(frozen=True, slots=True)
class CutOff:
    """``cutoff``."""

    seconds: int


@dataclass(frozen=True, slots=True)
class DecidePeak:
    """``peak``; without a day it is the day after the event."""

    number: int
    day: date | None


@dataclass(frozen=True, slots=True)
class Message:
    """``message`` and ``ultrashort``."""

    text: str
    once: bool


@dataclass(frozen=True, slots=True)
class Idle:
    """``idle``."""

    seconds: int


Action = (
    SwitchMode | ChangeContract | ChangePower | Replace | Outage | SetClock | OverCurrent | Voltage
    | CutOff | DecidePeak | Message | Idle
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One action, a time after the start or at an instant (aware UTC)."""

    when: timedelta | datetime
    action: Action

    def instant_s(self, start_s: int) -> int:
        """Seconds since 1970 UTC, given those of the start."""
        if isinstance(self.when, datetime):
            return int(self.when.timestamp())
        return start_s + int(self.when.total_seconds())
