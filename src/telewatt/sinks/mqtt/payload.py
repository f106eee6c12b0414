"""The texts that are published: JSON without spaces, times in UTC ending in Z."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from telewatt.derivation import Judged, meter_key
from telewatt.jsonl import mode_name, utc_text
from telewatt.language import Language
from telewatt.quality import LineReport
from telewatt.sinks.document import event_members
from telewatt.tic import Dataset
from telewatt.tic.values import plain
from telewatt.truth import Event
from telewatt.truth.power import Estimate

json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def value_of(dataset: Dataset) -> Any:
    """What a dataset says, as JSON can carry it; of one without data, its time."""
    if not dataset.data and dataset.time is not None:
        return utc_text(dataset.time)
    return plain(dataset.value)


def plain_text(value: Any) -> str:
    """A value alone: numbers and texts as they are, everything else as JSON."""
    if isinstance(value, str) or value is None:
        return value or ""
    return str(value) if type(value) is int else json_text(value)


def heading_of(judged: Judged) -> dict[str, Any]:
    """Which entry this is."""
    reading = judged.reading
    return {
        "meter": meter_key(reading),
        "source": reading.source,
        "seq": judged.seq,
        "received_at": utc_text(reading.received_at),
        "mode": mode_name(reading.frame.mode),
        "status": reading.frame.status,
        "kind": reading.frame.kind,
    }


def active_of(active: Estimate | None) -> Mapping[str, int] | None:
    """The estimated active power with its error and time constant."""
    return active and active._asdict()


def history_text(judged: Judged, labels: Iterable[Dataset]) -> str:
    """One entry that was missed.

    Args:
        labels: what of the frame may be told: no index, those are in ``settled``.
    """
    settled = [
        {"received_at": utc_text(each.received_at), "totals": dict(each.totals)}
        for each in judged.judgement.settled
    ]
    return json_text(
        {
            **heading_of(judged),
            "settled": settled,
            "gauges": dict(judged.judgement.gauges),
            "active": active_of(judged.active),
            "labels": {dataset.label: value_of(dataset) for dataset in labels},
        }
    )


def event_text(judged: Judged, event: Event) -> str:
    """One life event."""
    return json_text(
        {
            "meter": meter_key(judged.reading),
            "source": judged.reading.source,
            **event_members(event),
            "text": event.text._asdict(),
        }
    )


def line_text(report: LineReport, language: Language) -> str:
    """How one line is."""
    said = report._asdict()
    return json_text({**said, "remedy": report.remedy.of(language)})
