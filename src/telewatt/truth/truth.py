"""Judges the readings of one meter, one after the other."""

from collections.abc import Mapping
from typing import Any

from telewatt.reading import Reading
from telewatt.truth import life, running
from telewatt.truth.gauges import Gauges
from telewatt.truth.judgement import Event, EventKind, Judgement
from telewatt.truth.ledger import Ledger, Surroundings
from telewatt.truth.life import CONTRACTS, Life
from telewatt.truth.sight import GAUGES, INDEXES, Sight

VERSION = 1
_INDEX, _GAUGE, _FACT, _RUNNING, _DATE = 1, 2, 4, 8, 16
_PARTS = (
    (_INDEX, INDEXES),
    (_GAUGE, GAUGES),
    (_FACT, life.LABELS),
    (_RUNNING, running.LABELS),
    (_DATE, ("DATE",)),
)
_ROLES = {
    label: sum(role for role, labels in _PARTS if label in labels)
    for _, names in _PARTS
    for label in names
}
"""Label -> whom it concerns, as a sum: a frame is looked through once."""


class Truth:
    """What the readings of one meter are worth; pure, its time is ``received_at``."""

    def __init__(self) -> None:
        self._sight = Sight()
        self._life = Life()
        self._gauges = Gauges()
        self._ledger = Ledger()

    def judge(self, reading: Reading) -> Judgement:
        """What this reading, the next one of its meter, is worth."""
        sight, meter = self._sight, self._life
        at_s = reading.received_at.timestamp()
        concerned, indexes = 0, []
        for dataset in sight.look(reading.frame):
            role = _ROLES.get(dataset.label, 0)
            concerned |= role
            if role == _INDEX:
                indexes.append(dataset)
        told = concerned & _FACT or (concerned & _DATE and meter.turns(sight.get("DATE")))
        events = meter.hear(reading, at_s, sight, told=bool(told))
        if events:
            self._free_indexes(events)
        changed = bool(concerned & _GAUGE)
        gauges = self._gauges.read(sight, meter.phases, meter.power_va, changed=changed)
        switched = bool(concerned & _RUNNING)
        around = Surroundings(at_s, meter.power_va, gauges.get("apparent_va"), switched)
        settled = self._ledger.judge(reading, sight, indexes, around)
        events += self._ledger.events
        return Judgement(settled, gauges, tuple(events))

    def _free_indexes(self, events: list[Event]) -> None:
        """Where mode or contract have changed, indexes may go on from other values."""
        for event in events:
            if event.kind is EventKind.MODE:
                self._ledger.free(everything=True)
            elif event.subject in CONTRACTS:
                self._ledger.free(everything=False)

    def close(self) -> Judgement:
        """Nothing more will come (end of an import or a capture): give out what is held.

        What was not decided stays out of it.
        """
        return Judgement(self._ledger.close(), {}, ())

    def state(self) -> dict[str, Any]:
        """All that is remembered, for JSON; `restore` goes on from it as if never stopped."""
        return {"version": VERSION, "life": self._life.state(), "indexes": self._ledger.state()}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Truth":
        """The engine whose `state` this was."""
        truth = cls()
        truth._life = Life.restore(state["life"])
        truth._ledger = Ledger.restore(state["indexes"])
        return truth
