"""Readings as the page gets them: each entry of the journal once, with what it is worth."""

from collections.abc import Callable
from typing import Any

from telewatt.derivation import Judged, meter_key
from telewatt.shapes.reading import entry_object, events_of, totals_members
from telewatt.situation import Present
from telewatt.truth import Settled
from telewatt.web.situations import situation_object

Who = Callable[[Judged], str]
"""The name under which the history of the meter of an entry is asked for."""


class Readings:
    """Turns entries, in their order, into objects: totals are carried on from entry to entry.

    Attributes:
        presents: by meter, its present situation.
    """

    def __init__(self, who: Who) -> None:
        self._who = who
        self.presents: dict[str, Present] = {}
        self._settled: dict[str, Settled] = {}

    def take(self, judged: Judged) -> dict[str, Any]:
        """The object of the next entry."""
        frame, meter = judged.reading.frame, meter_key(judged.reading)
        present = self.presents.get(meter)
        if present is None:
            present = self.presents[meter] = Present()
        situation = present.take(judged)
        if judged.judgement.settled:
            self._settled[meter] = judged.judgement.settled[-1]
        who = self._who(judged)
        return {
            "who": who,
            **entry_object(judged),
            **totals_members(self._settled.get(meter)),
            "datasets": len(frame.datasets),
            "repaired": sum(dataset.repaired for dataset in frame.datasets),
            "rejected": len(frame.rejected),
            "situation": situation_object(situation),
            "events": [{"who": who, **event} for event in events_of(judged)],
        }
