"""Judges the readings of one meter, one after the other."""

from collections.abc import Mapping
from typing import Any

from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.reading import Reading
from telewatt.tic.labels import LABELS
from telewatt.truth.judgement import Judgement, Settled

_QUANTITY = {label.label: label.quantity for label in LABELS if label.quantity}


class Truth:
    """What the readings of one meter are worth; pure, its time is ``received_at``."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = {}

    def judge(self, reading: Reading) -> Judgement:
        """What this reading, the next of its meter, is worth."""
        values = {
            _QUANTITY[dataset.label]: dataset.value
            for dataset in reading.frame.datasets
            if dataset.label in _QUANTITY and isinstance(dataset.value, int)
        }
        gauges: dict[str, int] = {}
        totals = {}
        for name, value in values.items():
            if QUANTITIES[name].kind is QuantityKind.GAUGE:
                gauges[name] = value
            else:
                totals[name] = max(value, self._totals.get(name, value))
        self._totals |= totals
        registers = [total for name, total in self._totals.items() if name.startswith("import_")]
        if totals and "import_wh" not in totals:
            totals["import_wh"] = sum(registers)
        settled = (Settled(reading.received_at, totals),) if totals else ()
        return Judgement(settled, gauges, ())

    def state(self) -> dict[str, Any]:
        """All that is remembered, for JSON; `restore` goes on from it as if never stopped."""
        return {"totals": dict(self._totals)}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Truth":
        """The engine whose `state` this was."""
        truth = cls()
        truth._totals = dict(state["totals"])
        return truth

    def close(self) -> Judgement:
        """Nothing more will come: release what is held."""
        return Judgement((), {}, ())
