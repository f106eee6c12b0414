"""The truth engines of all meters of a house, and which meter speaks on which line."""

from collections.abc import Mapping
from typing import Any

from telewatt.reading import Reading
from telewatt.truth import Judgement, Truth, meter_changed


def meter_key(reading: Reading) -> str:
    """What a history is kept under: the meter, or its line while no meter has said who it is."""
    return reading.meter or reading.source


class Truths:
    """Judges readings, meter by meter."""

    def __init__(self) -> None:
        self._truths: dict[str, Truth] = {}
        self._on_line: dict[str, str] = {}  # the meter last seen on each source

    def judge(self, reading: Reading) -> Judgement:
        """Take the next reading of the journal; give what it is worth."""
        meter = meter_key(reading)
        truth = self._truths.get(meter)
        if truth is None:
            truth = self._truths[meter] = Truth()
        judgement = truth.judge(reading)
        if self._on_line.get(reading.source) != meter:
            judgement = self._note_meter(reading, meter, judgement)
        return judgement

    def lines(self) -> dict[str, str]:
        """By source, the meter that was last seen there."""
        return dict(self._on_line)

    def states(self) -> dict[str, Any]:
        """By meter, the state of its engine as JSON values; `restore` goes on from it."""
        return {meter: truth.state() for meter, truth in self._truths.items()}

    @classmethod
    def restore(cls, lines: Mapping[str, str], states: Mapping[str, Any]) -> "Truths":
        """The engines whose `lines` and `states` these are."""
        truths = cls()
        truths._on_line = dict(lines)
        truths._truths = {meter: Truth.restore(state) for meter, state in states.items()}
        return truths

    def _note_meter(self, reading: Reading, meter: str, judgement: Judgement) -> Judgement:
        """Another meter than before speaks on this line."""
        before = self._on_line.get(reading.source)
        self._on_line[reading.source] = meter
        if before is None:
            return judgement
        event = meter_changed(before, meter, reading.received_at)
        return judgement._replace(events=(*judgement.events, event))
