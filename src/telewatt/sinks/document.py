"""One entry as a JSON object: what webhooks and files of JSON Lines are given.

What it tells of energy is settled (see `telewatt.truth`): differences of totals may be added up.
The object is described in docs/en/outputs.md.
"""

from collections.abc import Mapping
from typing import Any

from telewatt.derivation import Judged
from telewatt.jsonl import mode_name, utc_text
from telewatt.tic import Frame
from telewatt.truth import Event

TEXTS: Mapping[str, tuple[str, ...]] = {
    "period": ("LTARF", "PTEC"),
    "contract": ("NGTF", "OPTARIF"),
    "tomorrow": ("DEMAIN",),
    "message": ("MSG1",),
    "status": ("STGE",),
}
"""What a meter says in words, by a name that is the same in both modes: the labels of each."""
_NAMES = {label: name for name, labels in TEXTS.items() for label in labels}


def texts_of(frame: Frame) -> dict[str, str]:
    """What this frame says in words, by the names of `TEXTS`, without the spaces around."""
    return {
        _NAMES[dataset.label]: dataset.data.strip()
        for dataset in frame.datasets
        if dataset.label in _NAMES
    }


def document_of(judged: Judged) -> dict[str, Any]:
    """The object of one entry."""
    reading, judgement, active = judged.reading, judged.judgement, judged.active
    return {
        "seq": judged.seq,
        "source": reading.source,
        "received_at": utc_text(reading.received_at),
        "meter": reading.meter,
        "mode": mode_name(reading.frame.mode),
        "status": str(reading.frame.status),
        "totals": [
            {"received_at": utc_text(settled.received_at), **settled.totals}
            for settled in judgement.settled
        ],
        "gauges": dict(judgement.gauges),
        "active": active and active._asdict(),
        "texts": texts_of(reading.frame),
        "events": [{**event_members(event), **event.text._asdict()} for event in judgement.events],
    }


def event_members(event: Event) -> dict[str, Any]:
    """What every output tells of a life event, but for its text."""
    return {
        "kind": str(event.kind),
        "at": utc_text(event.at),
        "since": utc_text(event.since),
        "subject": event.subject,
        "before": event.before,
        "after": event.after,
    }
