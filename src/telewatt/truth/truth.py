"""Judges the readings of one meter, one after the other."""

from collections.abc import Mapping
from typing import Any

from telewatt.reading import Reading
from telewatt.truth import running
from telewatt.truth.gauges import Gauges
from telewatt.truth.judgement import EventKind, Judgement
from telewatt.truth.ledger import Ledger, Surroundings
from telewatt.truth.life import CONTRACTS, Life
from telewatt.truth.sight import GAUGES, INDEXES, Sight

VERSION = 1


class Truth:
    """What the readings of one meter are worth; pure, its time is ``received_at``."""

    def __init__(self) -> None:
        self._sight = Sight()
        self._life = Life()
        self._gauges = Gauges()
        self._ledger = Ledger()

    def judge(self, reading: Reading) -> Judgement:
        """What this reading, the next one of its meter, is worth."""
        sight, life, ledger = self._sight, self._life, self._ledger
        changed = sight.look(reading.frame.datasets)
        events = life.hear(reading, sight, changed)
        for event in events:
            if event.kind is EventKind.MODE:
                ledger.free(everything=True)
            elif event.subject in CONTRACTS:
                ledger.free(everything=False)
        indexes, gauged, switched = [], False, False
        for dataset in changed:
            label = dataset.label
            if label in INDEXES:
                indexes.append(dataset)
            elif label in GAUGES:
                gauged = True
            elif label in running.LABELS:
                switched = True
        gauges = self._gauges.read(sight, life.phases, life.power_va, changed=gauged)
        around = Surroundings(life.power_va, gauges.get("apparent_va"), switched)
        settled = ledger.judge(reading, sight, indexes, around)
        if ledger.events:
            events = [*events, *ledger.events]
        return Judgement(settled, gauges, tuple(events))

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
