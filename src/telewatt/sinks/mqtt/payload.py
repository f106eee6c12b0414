"""The texts that are published: the shapes of all outputs, and what a dataset says."""

from collections.abc import Iterable
from typing import Any

from telewatt.derivation import Judged
from telewatt.shapes.reading import entry_object, settled_objects
from telewatt.shapes.values import json_text, utc_text
from telewatt.tic import Dataset
from telewatt.tic.values import plain


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


def history_text(judged: Judged, labels: Iterable[Dataset]) -> str:
    """One entry that was missed.

    Args:
        labels: what of the frame may be told: no index, those are in ``settled``.
    """
    return json_text(
        {
            **entry_object(judged),
            "settled": settled_objects(judged.judgement),
            "labels": {dataset.label: value_of(dataset) for dataset in labels},
        }
    )
