"""The readings of one index that agree with each other, and the claim of those that do not.

An index only grows, and not faster than a house can draw: the reading after ``value`` lies in
the cyclic interval from ``value`` to ``value + bound(dt)``. A reading inside it that no other
index corroborates is a *claim*: it is believed when later readings sandwich it; the larger its
step, the longer it must stand. A reading outside it contradicts the chain: it begins a *rival*
story, which needs more witnesses than the chain has, or an hour.

Pure: times are seconds since 1970 UTC, energies whole Wh (or varh).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, NamedTuple

BOUND_W = 72_000
"""Twice the largest meter of the blue tariff (36 kVA): no genuine index is faster."""
BOUND_SLACK_S = 10
"""Frames may arrive late and then together, through a network for example."""
BOUND_SLACK_WH = 2
"""Whole Wh: two ticks may fall into any moment."""
BEGIN_AFTER = 3
"""Readings in agreement that begin a chain, or go on after a change of mode or contract."""
RIVAL_MIN = 600
"""Witnesses a rival needs at least: some ten minutes of contradiction."""
RIVAL_S = 3600
"""Uninterrupted contradiction that is always enough, so that nothing is refused for ever."""
PAUSE_S = 60
"""A silence says no more for a claim than this."""
STEP_SHARE = 24
"""A step takes a 24th of the time in which the house could have drawn it, an hour at most."""
SMALL_STEP_S = 60
"""A step that the house could have drawn in this time needs witnesses only, no time."""
HOLD_S = 10
"""A claim that needs longer than this is not worth holding frames for."""
TELL_AFTER = 3
"""A contradiction shorter than this is noise, not news."""


class Standing(Enum):
    """What a reading is worth at once."""

    SETTLED = "settled"
    WAITING = "waiting"  # the next frames will decide
    DOUBTED = "doubted"


class Turn(Enum):
    """What happened to a chain with a reading."""

    CONFIRMED = "confirmed"  # the claim is the chain now: what waited for it is good
    REJECTED = "rejected"  # the claim was wrong: what waited for it is void
    DOUBTED = "doubted"
    RESOLVED = "resolved"
    RESET = "reset"
    RETRACTED = "retracted"
    ROLLOVER = "rollover"


class Evidence(NamedTuple):
    """One reading of one index.

    Attributes:
        value: as read.
        at_s: when, seconds since 1970 UTC.
        number: the frames judged before.
        sure: another index of the same frame has moved by the same energy.
        weight: 1, or 0 for a repaired dataset: no witness of its own.
        need: witnesses that confirm a small step.
        power_w: what the house can draw for long.
    """

    value: int
    at_s: float
    number: int
    sure: bool
    weight: int
    need: int
    power_w: int


@dataclass(slots=True)
class Claim:
    """Readings that agree with each other and are not, or not yet, the chain's.

    Attributes:
        first, last: the values it began with and has reached.
        since_s, at_s: when.
        step: energy over the chain's last value; ``None``: a contradiction, or no chain yet.
        upward: above the chain, not below.
        witnesses: readings, the repaired ones left out; lasted_s: time, silences left out.
        bridge: energy between the chain's last value and ``first``, where another index tells it.
        told: people were told.
        age: frames the contradicted chain had been seen in.
    """

    first: int
    last: int
    since_s: float
    at_s: float
    step: int | None
    upward: bool
    witnesses: int
    lasted_s: float = 0.0
    bridge: int | None = None
    told: bool = False
    age: int = 0

    def lasts_s(self, until_s: float) -> float:
        """How long it stands if a reading of this moment agrees."""
        return self.lasted_s + min(max(until_s - self.at_s, 0.0), PAUSE_S)

    def extend(self, evidence: Evidence) -> None:
        """One more reading that agrees."""
        self.lasted_s = self.lasts_s(evidence.at_s)
        self.witnesses += evidence.weight
        self.last, self.at_s = evidence.value, evidence.at_s


Notice = Callable[[Turn, "Chain"], None]
"""Called at each turn while the claim is still there, and value and total are the old ones."""


@dataclass(slots=True)
class Chain:
    """One index.

    Attributes:
        quantity: its name.
        modulo: one more than its highest value.
        value, at_s: the last settled reading.
        total: ``value`` carried on over resets and rollovers; ``None`` before the beginning.
        born, born_s: number of the frame the chain began with, and when.
        free: mode or contract has changed: another value needs no long story.
        absences: complete frames in a row without it.
        claim: what is said against it, or of what comes next.
    """

    quantity: str
    modulo: int
    value: int = 0
    at_s: float = 0.0
    total: int | None = None
    born: int = 0
    born_s: float = 0.0
    free: bool = False
    absences: int = 0
    claim: Claim | None = None

    def total_at(self, value: int) -> int:
        """The total that belongs to a value at or after the settled one."""
        return (self.total or 0) + (value - self.value) % self.modulo

    def follow(self, value: int, at_s: float, most_wh: int, notice: Notice) -> int | None:
        """Settle a corroborated reading at once; its energy, or ``None`` where it must be weighed.

        As `weigh` would, for the readings that need no thought: nearly all of them.

        Args:
            value, at_s: the reading.
            most_wh: the largest small step.
            notice: as for `weigh`.
        """
        if self.claim is not None or self.total is None:
            return None
        ahead = (value - self.value) % self.modulo
        if ahead > most_wh or ahead > bound_wh(at_s - self.at_s):
            return None
        self._advance(value, at_s, notice)
        return ahead

    def weigh(self, evidence: Evidence, notice: Notice) -> Standing:
        """Take the next reading."""
        if self.total is None:
            return self._begin(evidence, notice)
        claim = self.claim
        if claim is not None and self._goes_on_above(claim, evidence):
            return self._hear_rival(claim, evidence, notice)
        ahead = (evidence.value - self.value) % self.modulo
        if ahead > bound_wh(evidence.at_s - self.at_s):
            return self._contradict(evidence, ahead, notice)
        sure = ahead == 0 or (evidence.sure and _needed_s(ahead, evidence) == 0)
        if claim is not None:
            return self._answer(claim, evidence, sure, notice)
        if sure:
            self._advance(evidence.value, evidence.at_s, notice)
            return Standing.SETTLED
        self.claim = _claim(evidence, ahead)
        return Standing.WAITING if _needed_s(ahead, evidence) <= HOLD_S else Standing.DOUBTED

    def _begin(self, evidence: Evidence, notice: Notice) -> Standing:
        """No chain yet: three readings that agree are one."""
        claim = self.claim
        if claim is None or not self._agrees(evidence):
            if claim is not None:
                notice(Turn.REJECTED, self)
            self.claim = _claim(evidence, None)
            return Standing.WAITING
        if claim.witnesses + evidence.weight < BEGIN_AFTER:
            claim.extend(evidence)
            return Standing.WAITING
        self.value = self.total = claim.first
        self.born, self.born_s = evidence.number - claim.witnesses, claim.since_s
        self._confirm(claim, notice)
        return self.weigh(evidence, notice)

    def _answer(self, claim: Claim, evidence: Evidence, sure: bool, notice: Notice) -> Standing:
        """A reading inside the bounds: what it says about the claim."""
        if claim.step is None:
            self._drop(Turn.RESOLVED, notice)
        elif not self._agrees(evidence):
            self._drop(Turn.REJECTED, notice)
        elif sure or self._is_confirmed(claim, evidence):
            self._confirm(claim, notice)
        else:
            claim.extend(evidence)
            short = claim.lasted_s <= HOLD_S
            return Standing.WAITING if short else Standing.DOUBTED
        return self.weigh(evidence, notice)

    def _is_confirmed(self, claim: Claim, evidence: Evidence) -> bool:
        enough = claim.witnesses + evidence.weight >= evidence.need
        return enough and claim.lasts_s(evidence.at_s) >= _needed_s(claim.step or 0, evidence)

    def _contradict(self, evidence: Evidence, ahead: int, notice: Notice) -> Standing:
        """A reading outside the bounds: it supports a rival, or begins one."""
        claim = self.claim
        if claim is not None and claim.step is None and self._agrees(evidence):
            return self._hear_rival(claim, evidence, notice)
        rival = _claim(evidence, None)
        rival.upward = ahead < self.modulo // 2
        rival.age = evidence.number - self.born
        if claim is not None and claim.step is None:
            rival.told, rival.age = claim.told, claim.age
        elif claim is not None:
            self._drop(Turn.REJECTED, notice)
        self.claim = rival
        return Standing.DOUBTED

    def _hear_rival(self, rival: Claim, evidence: Evidence, notice: Notice) -> Standing:
        """One more witness against the chain."""
        witnesses = rival.witnesses + evidence.weight
        outnumbered = witnesses > max(rival.age, RIVAL_MIN)
        over = outnumbered or rival.lasts_s(evidence.at_s) >= RIVAL_S or self.free
        if over and witnesses >= BEGIN_AFTER:
            notice(Turn.RETRACTED if outnumbered else Turn.RESET, self)
            self.total = (self.total or 0) + (rival.bridge or 0)
            self.value = rival.first
            self.born, self.born_s = evidence.number - rival.witnesses, rival.since_s
            self._confirm(rival, notice)
            return self.weigh(evidence, notice)
        rival.extend(evidence)
        if rival.witnesses >= TELL_AFTER and not rival.told and not self.free:
            rival.told = True
            notice(Turn.DOUBTED, self)
        return Standing.DOUBTED

    def _goes_on_above(self, claim: Claim, evidence: Evidence) -> bool:
        """Whether a rival above the chain is confirmed, though time may have widened the bounds.

        After a silence they count: that is when a clock without a battery is set.
        """
        lately = evidence.at_s - claim.at_s <= PAUSE_S
        return claim.step is None and claim.upward and lately and self._agrees(evidence)

    def _agrees(self, evidence: Evidence) -> bool:
        claim = self.claim
        if claim is None:
            return False
        ahead = (evidence.value - claim.last) % self.modulo
        return ahead <= bound_wh(evidence.at_s - claim.at_s)

    def _confirm(self, claim: Claim, notice: Notice) -> None:
        """The claim's readings are the chain's; the one that decided it is not among them."""
        notice(Turn.CONFIRMED, self)
        self.claim = None
        self._advance(claim.last, claim.at_s, notice)

    def _drop(self, turn: Turn, notice: Notice) -> None:
        notice(turn, self)
        self.claim = None

    def _advance(self, value: int, at_s: float, notice: Notice) -> None:
        self.total, rolled = self.total_at(value), value < self.value
        self.value, self.at_s, self.free = value, at_s, False
        if rolled:
            notice(Turn.ROLLOVER, self)

    def state(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def restore_chain(state: Mapping[str, Any]) -> Chain:
    """The chain whose `Chain.state` this was."""
    claim = state["claim"]
    return Chain(**{**state, "claim": Claim(**claim) if claim else None})


def _claim(evidence: Evidence, step: int | None) -> Claim:
    value, at_s = evidence.value, evidence.at_s
    return Claim(value, value, at_s, at_s, step, True, evidence.weight)


def _needed_s(step: int, evidence: Evidence) -> float:
    """How long a step must stand before it is believed: the more energy, the longer."""
    seconds = step * 3600 / evidence.power_w
    return 0.0 if seconds <= SMALL_STEP_S else min(seconds / STEP_SHARE, RIVAL_S)


def bound_wh(seconds: float) -> float:
    """The most an index can grow in this time, Wh; a clock set back was wrong by as much."""
    return BOUND_W * (abs(seconds) + BOUND_SLACK_S) / 3600 + BOUND_SLACK_WH
