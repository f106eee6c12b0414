"""Readings with what they are worth, life events, lines: the objects of docs/en/outputs.md.

What they tell of energy is settled (see `telewatt.truth`): differences of totals may be added up.
"""

from collections.abc import Mapping
from typing import Any

from telewatt.derivation import Judged, meter_key
from telewatt.quality import LineReport
from telewatt.reading import Reading
from telewatt.shapes.values import mode_name, utc_text, words
from telewatt.tic import Frame
from telewatt.truth import Event, Judgement, Settled

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


def place_object(seq: int | None, reading: Reading) -> dict[str, Any]:
    """Which entry of the journal it is, of which line, and when it came."""
    return {"seq": seq, "line": reading.source, "received_at": utc_text(reading.received_at)}


def entry_object(judged: Judged) -> dict[str, Any]:
    """What every output tells of an entry; of its totals each tells what it is asked for."""
    reading, active = judged.reading, judged.active
    return {
        **place_object(judged.seq, reading),
        "meter": meter_key(reading),
        "mode": mode_name(reading.frame.mode),
        "status": str(reading.frame.status),
        "kind": str(reading.frame.kind),
        "gauges": dict(judged.judgement.gauges),
        "active": active and active._asdict(),
    }


def reading_object(judged: Judged) -> dict[str, Any]:
    """One entry, for those who keep every one."""
    reading, judgement = judged.reading, judged.judgement
    return {
        **entry_object(judged),
        "settled": settled_objects(judgement),
        "texts": texts_of(reading.frame),
        "events": events_of(judged),
    }


def events_of(judged: Judged) -> list[dict[str, Any]]:
    """The life events recognised with this entry."""
    line, meter = judged.reading.source, meter_key(judged.reading)
    return [event_object(line, meter, event) for event in judged.judgement.events]


def settled_objects(judgement: Judgement) -> list[dict[str, Any]]:
    """All totals that this entry has settled, each with the time of its frame."""
    return [
        {"received_at": utc_text(settled.received_at), "totals": dict(settled.totals)}
        for settled in judgement.settled
    ]


def totals_members(newest: Settled | None) -> dict[str, Any]:
    """The totals of a meter as they are now, for those who show the present."""
    return {
        "totals": dict(newest.totals) if newest else {},
        "totals_at": utc_text(newest.received_at) if newest else None,
    }


def event_object(line: str | None, meter: str, event: Event) -> dict[str, Any]:
    """One life event of a meter; ``line`` is the one it is, or was last, heard on."""
    return {
        "line": line,
        "meter": meter,
        "kind": str(event.kind),
        "at": utc_text(event.at),
        "since": utc_text(event.since),
        "subject": event.subject,
        "before": event.before,
        "after": event.after,
        "text": words(event.text),
    }


def line_object(report: LineReport) -> dict[str, Any]:
    """One line now."""
    return {
        **report._asdict(),
        "remedy": words(report.remedy),
        "frames": dict(report.frames),
        "rejected": dict(report.rejected),
    }
