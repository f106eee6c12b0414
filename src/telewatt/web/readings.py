"""Readings as the page gets them: each entry of the journal once, with what it is worth."""

from collections.abc import Callable
from typing import Any

from telewatt.derivation import Judged, meter_key
from telewatt.jsonl import mode_name
from telewatt.situation import Present
from telewatt.truth import Event
from telewatt.web.json_text import instant, words
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
        self._totals: dict[str, dict[str, int]] = {}

    def take(self, judged: Judged) -> dict[str, Any]:
        """The object of the next entry."""
        reading, judgement = judged.reading, judged.judgement
        frame, meter = reading.frame, meter_key(reading)
        present = self.presents.get(meter)
        if present is None:
            present = self.presents[meter] = Present()
        situation = present.take(judged)
        if judgement.settled:
            self._totals[meter] = dict(judgement.settled[-1].totals)
        who = self._who(judged)
        return {
            "seq": judged.seq,
            "who": who,
            "source": reading.source,
            "meter": reading.meter,
            "received_at": instant(reading.received_at),
            "mode": mode_name(frame.mode),
            "status": str(frame.status),
            "kind": str(frame.kind),
            "totals": self._totals.get(meter, {}),
            "gauges": dict(judgement.gauges),
            "active": judged.active and {"estimate": True, **judged.active._asdict()},
            "datasets": len(frame.datasets),
            "repaired": sum(dataset.repaired for dataset in frame.datasets),
            "rejected": len(frame.rejected),
            "situation": situation_object(situation),
            "events": [event_object(reading.meter, who, event) for event in judgement.events],
        }


def event_object(meter: str | None, who: str, event: Event) -> dict[str, Any]:
    """A life event of a meter."""
    return {
        "meter": meter,
        "who": who,
        "kind": str(event.kind),
        "at": instant(event.at),
        "since": instant(event.since),
        "subject": event.subject,
        "before": event.before,
        "after": event.after,
        "text": words(event.text),
    }
