"""What the readings of a journal mean, meter by meter: judged, then folded into minutes.

The same readings in the same order give the same result, whether they are read as they come or
replayed years later, and wherever the work was interrupted and taken up again from its `state`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from telewatt.reading import Reading
from telewatt.rollup import Fold, Portion, Summary
from telewatt.truth import Judgement, Truth, meter_changed

VERSION = 1
"""Of the state: kept states of older versions must be understood, or upgraded, for ever."""


class StateError(ValueError):
    """A state that another version of telewatt has kept."""


class Derivation:
    """Judges and folds the readings of all meters of a house."""

    def __init__(self) -> None:
        self._truths: dict[str, Truth] = {}
        self._folds: dict[str, Fold] = {}
        self._on_line: dict[str, str] = {}  # the meter last seen on each source

    def take(self, reading: Reading) -> Judgement:
        """Take the next reading of the journal; give what it is worth."""
        meter = meter_key(reading)
        truth = self._truths.get(meter)
        if truth is None:
            truth = self._truths[meter] = Truth()
            self._folds.setdefault(meter, Fold(meter))
        judgement = truth.judge(reading)
        if self._on_line.get(reading.source) != meter:
            judgement = self._note_meter(reading, meter, judgement)
        self._folds[meter].add(reading, judgement)
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
            "lines": self._on_line,
            "meters": {
                meter: {"truth": truth.state(), "fold": self._folds[meter].state()}
                for meter, truth in self._truths.items()
            },
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Derivation":
        """The derivation whose `state` this is; a new one for an empty state.

        Raises:
            StateError: it is of another version.
        """
        if state and state.get("version") != VERSION:
            raise StateError(f"a state of version {state.get('version')}, not {VERSION}")
        derivation = cls()
        derivation._on_line = dict(state.get("lines", {}))
        for meter, parts in state.get("meters", {}).items():
            derivation._truths[meter] = Truth.restore(parts["truth"])
            derivation._folds[meter] = Fold.restore(meter, parts["fold"])
        return derivation

    def _note_meter(self, reading: Reading, meter: str, judgement: Judgement) -> Judgement:
        """Another meter than before speaks on this line."""
        before = self._on_line.get(reading.source)
        self._on_line[reading.source] = meter
        if before is None:
            return judgement
        event = meter_changed(before, meter, reading.received_at)
        return judgement._replace(events=(*judgement.events, event))


def meter_key(reading: Reading) -> str:
    """What a history is kept under: the meter, or its line while no meter has said who it is."""
    return reading.meter or reading.source
