"""The life of a meter as its frames tell it: mode, contract, subscribed power, clock, silences.

A text is believed when three frames in a row carry it: the checksum lets one damaged dataset in
64 pass. What is not in a frame says nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telewatt.reading import Reading
from telewatt.tic import Dataset, Mode, Status
from telewatt.tic.horodate import is_degraded
from telewatt.tic.values import Stge
from telewatt.truth import texts
from telewatt.truth.judgement import Event, EventKind
from telewatt.truth.sight import Sight

EQUAL_FRAMES = 3
SILENCE_S = 60
"""No line is silent for longer: the slowest cycle, 20 short frames and a long one, takes 20 s."""
SILENCE_RELAYED_S = 900
"""The same for what other programs have decoded: Tasmota tells every five minutes by itself."""
MAINS_V = 200
"""The volt-amperes of a subscribed ampere (54E 6.1)."""
UNKNOWN_POWER_VA = 36_000
"""The largest subscription of the blue tariff."""

MODE, CLOCK, TARIFF = "mode", "clock", "LTARF"
DEGRADED, RIGHT = "degraded", "right"
POWERS = ("PREF", "PCOUP", "ISOUSC")
CONTRACTS = ("NGTF", "OPTARIF")
LABELS = frozenset((*POWERS, *CONTRACTS, TARIFF, "NTARF", "STGE"))
THREE_PHASE_LABELS = ("IRMS2", "IINST2", "SINSTS2")


@dataclass(slots=True)
class Fact:
    """A text of the meter: what is believed, and what frames have said since ``since_s``."""

    text: str = ""
    said: str = ""
    frames: int = 0
    since_s: float = 0.0

    def is_settled_by(self, said: str, at_s: float) -> bool:
        """Take what a frame says; whether it is now to be believed and was not before."""
        if said == self.text:
            self.frames = 0
            return False
        if said != self.said or not self.frames:
            self.said, self.frames, self.since_s = said, 0, at_s
        self.frames += 1
        if self.frames < EQUAL_FRAMES:
            return False
        self.frames = 0
        return True


class Life:
    """Follows the facts of one meter.

    Attributes:
        phases: 1 or 3.
        power_va: what the house may draw for long.
    """

    def __init__(self) -> None:
        self.phases = 1
        self.power_va = UNKNOWN_POWER_VA
        self._facts: dict[str, Fact] = {}
        self._unsure = False  # a fact is being said anew: look at every frame
        self._season = ""
        self._last_s: float | None = None

    def hear(self, reading: Reading, at_s: float, sight: Sight, *, told: bool) -> list[Event]:
        """Take the next reading; the events it decides, in order.

        Args:
            reading: it.
            at_s: its arrival, seconds since 1970 UTC.
            sight: its frame.
            told: whether any dataset with one of `LABELS` is new in it.
        """
        events = []
        last_s = self._last_s
        relayed = reading.frame.status is Status.RELAYED
        if sight.datasets:  # without any, nothing was heard
            longest_s = SILENCE_RELAYED_S if relayed else SILENCE_S
            if last_s is not None and at_s - last_s > longest_s:
                events.append(texts.outage(last_s, reading.received_at))
            self._last_s = at_s
        if told or self._unsure or sight.is_new:
            events += self._compare(reading.frame.mode, sight, reading.received_at)
        return events

    def turns(self, date: Dataset | None) -> bool:
        """Whether the season letter of DATE is another one: the only part of it that is a fact."""
        return date is not None and (date.horodate or "")[:1] != self._season

    def _compare(self, mode: Mode, sight: Sight, at: datetime) -> list[Event]:
        """Hold what this frame says against what is believed."""
        events = []
        for name, said in self._read(mode, sight):
            fact = self._facts.setdefault(name, Fact())
            if fact.is_settled_by(said, at.timestamp()):
                since = datetime.fromtimestamp(fact.since_s, UTC)
                if fact.text:
                    events.append(texts.fact(_kind(name, said), at, since, name, fact.text, said))
                fact.text = said
        self._unsure = any(fact.frames for fact in self._facts.values())
        self._measure(mode, sight)
        return events

    def _read(self, mode: Mode, sight: Sight) -> Iterator[tuple[str, str]]:
        """What this frame says."""
        yield MODE, mode.value
        for label in (*CONTRACTS, *POWERS):
            if (dataset := sight.get(label)) is not None:
                yield label, dataset.data
        title, number = sight.get(TARIFF), sight.get("NTARF")
        if title is not None and number is not None:
            yield f"{TARIFF} {number.data}", title.data
        date, status = sight.get("DATE"), sight.get("STGE")
        if date is not None and date.horodate is not None:
            self._season = date.horodate[:1]
            yield CLOCK, DEGRADED if is_degraded(date.horodate) else RIGHT
        elif status is not None and isinstance(status.value, Stge):
            yield CLOCK, DEGRADED if status.value.clock_degraded else RIGHT

    def _measure(self, mode: Mode, sight: Sight) -> None:
        """Phases and power as they are believed now."""
        if any(label in sight.places for label in THREE_PHASE_LABELS):
            self.phases = 3
        if mode is Mode.STANDARD:
            power_va = 1000 * max(self._number("PREF"), self._number("PCOUP"))
        else:
            power_va = MAINS_V * self.phases * self._number("ISOUSC")
        self.power_va = power_va or UNKNOWN_POWER_VA

    def _number(self, name: str) -> int:
        fact = self._facts.get(name)
        return int(fact.text) if fact and fact.text.isdecimal() else 0

    def state(self) -> dict[str, Any]:
        """For JSON."""
        facts = {
            name: [fact.text, fact.said, fact.frames, fact.since_s]
            for name, fact in self._facts.items()
        }
        return {"facts": facts, "phases": self.phases, "last_s": self._last_s}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Life":
        """What had this state; the next frame is looked at as a whole."""
        life = cls()
        life._facts = {name: Fact(*fact) for name, fact in state["facts"].items()}
        life.phases, life._last_s = state["phases"], state["last_s"]
        return life


def _kind(name: str, said: str) -> EventKind:
    if name == MODE:
        return EventKind.MODE
    if name == CLOCK:
        return EventKind.CLOCK_DEGRADED if said == DEGRADED else EventKind.CLOCK_RESTORED
    return EventKind.POWER if name in POWERS else EventKind.CONTRACT
