"""What the readings of a journal mean, meter by meter: judged, then folded into minutes.

The same readings in the same order give the same result, whether they are read as they come or
replayed years later, and wherever the work was interrupted and taken up again from its `state`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from telewatt.derivation.truths import Truths, meter_key
from telewatt.reading import Reading
from telewatt.rollup import Fold, Portion, Summary
from telewatt.rollup.instant import to_ms
from telewatt.truth import Judgement

VERSION = 1
"""Of the state: kept states of older versions must be understood, or upgraded, for ever."""


class StateError(ValueError):
    """A state that another version of telewatt has kept."""


def check_version(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give back a state that this version understands. Raises StateError for others."""
    if state and state.get("version") != VERSION:
        raise StateError(f"a state of version {state.get('version')}, not {VERSION}")
    return state


class Derivation:
    """Judges and folds the readings of all meters of a house."""

    def __init__(self) -> None:
        self._truths = Truths()
        self._folds: dict[str, Fold] = {}
        self._until_ms: dict[str, int] = {}  # arrival of the last reading of each meter
        # of so many next readings, those that arrived until then were taken from another journal
        self._known_left = 0
        self._known_ms: dict[str, int] = {}

    def take(self, reading: Reading) -> Judgement:
        """Take the next reading of the journal; give what it is worth."""
        meter, at_ms = meter_key(reading), to_ms(reading.received_at)
        if self._known_left:
            self._known_left -= 1
            if at_ms <= self._known_ms.get(meter, at_ms - 1):
                return _NOTHING
        self._until_ms[meter] = at_ms
        fold = self._folds.get(meter)
        if fold is None:
            fold = self._folds[meter] = Fold(meter)
        judgement = self._truths.judge(reading)
        fold.add(reading, judgement)
        return judgement

    def open_minutes(self) -> dict[str, dict[int, Summary]]:
        """By meter, the minutes not yet harvested, by start in milliseconds."""
        return {meter: fold.minutes for meter, fold in self._folds.items()}

    def harvest(self, until: datetime | None = None) -> list[Portion]:
        """What was folded since the last harvest, of the hours that are over (or everything)."""
        portions = (fold.take(until) for fold in self._folds.values())
        return [each for each in portions if each.minutes or each.events or each.withdrawals]

    def state(self) -> dict[str, Any]:
        """What to keep after a harvest, as JSON values; `restore` goes on from it."""
        return {
            "version": VERSION,
            "lines": self._truths.lines(),
            "until_ms": self._until_ms,
            "known": [self._known_left, self._known_ms],
            "meters": {
                meter: {"truth": state, "fold": self._folds[meter].state()}
                for meter, state in self._truths.states().items()
            },
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Derivation":
        """The derivation whose `state` this is; a new one for an empty state.

        Raises:
            StateError: it is of another version.
        """
        state = check_version(state)
        meters = state.get("meters", {})
        derivation = cls()
        derivation._truths = Truths.restore(
            state.get("lines", {}), {meter: parts["truth"] for meter, parts in meters.items()}
        )
        derivation._until_ms = dict(state.get("until_ms", {}))
        derivation._known_left, derivation._known_ms = state.get("known", (0, {}))
        for meter, parts in meters.items():
            derivation._folds[meter] = Fold.restore(meter, parts["fold"])
        return derivation

    @classmethod
    def resume(
        cls, state: Mapping[str, Any] | None, place: int, last_seq: int
    ) -> tuple["Derivation", int]:
        """Go on in a journal.

        Args:
            state, place: kept together; ``None`` and 0 at the beginning.
            last_seq: the last number the journal has given.

        Returns:
            The derivation, and the number after which its entries follow. A journal that has not
            come to the place was begun anew, or is an older copy: it is taken from its beginning,
            but for what arrived before.

        Raises:
            StateError: the state is of another version.
        """
        derivation = cls.restore(state or {})
        if place <= last_seq:
            return derivation, place
        derivation._known_left, derivation._known_ms = last_seq, dict(derivation._until_ms)
        return derivation, 0


_NOTHING = Judgement((), {}, ())
