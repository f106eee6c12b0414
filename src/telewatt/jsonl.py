"""A frame as one line of JSON: the public format of docs/en/decode-format.md.

A meter repeats nearly all of its datasets, and the decoder then gives the same objects again: what
was made of a dataset once is kept and reused.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from telewatt.tic import Dataset, Frame, Mode, Rejected
from telewatt.tic.values import plain

_T = TypeVar("_T")
_KEPT_MAX = 4096
_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def mode_name(mode: Mode) -> str:
    """``historic`` or ``standard``: the layout with HT is historic mode too."""
    return "standard" if mode is Mode.STANDARD else "historic"


def utc_text(time: datetime) -> str:
    """An aware UTC time as ISO 8601 ending in ``Z``; a fraction only where there is one."""
    return time.isoformat().replace("+00:00", "Z")


class PerDataset(Generic[_T]):
    """Calls ``make`` once per dataset object and remembers a bounded number of results."""

    def __init__(self, make: Callable[[Dataset], _T]) -> None:
        self._make = make
        self._made: dict[int, tuple[Dataset, _T]] = {}

    def __call__(self, dataset: Dataset) -> _T:
        """What ``make`` gives for this dataset."""
        known = self._made.get(id(dataset))
        if known is None:
            if len(self._made) >= _KEPT_MAX:
                self._made.clear()
            # the dataset is kept too, so that its id stays its own
            known = self._made[id(dataset)] = (dataset, self._make(dataset))
        return known[1]


class JsonFrames:
    """Turns frames into JSON objects without line ends."""

    def __init__(self) -> None:
        self._dataset_text = PerDataset(dataset_text)

    def text(self, frame: Frame) -> str:
        """The object of one frame, with the meter it names itself."""
        return self.text_of(frame, frame.meter)

    def text_of(self, frame: Frame, meter: str | None) -> str:
        """The object of one frame of this meter."""
        datasets = ",".join(map(self._dataset_text, frame.datasets))
        rejected = ",".join(map(_rejected_text, frame.rejected)) if frame.rejected else ""
        return (
            f'{{"meter":{_text(meter)},"mode":"{mode_name(frame.mode)}"'
            f',"status":"{frame.status}","kind":"{frame.kind}","offset":{frame.offset}'
            f',"datasets":[{datasets}],"rejected":[{rejected}]}}'
        )


def dataset_text(dataset: Dataset) -> str:
    """The JSON object of one dataset."""
    return _text(
        {
            "label": dataset.label,
            "data": dataset.data,
            "value": plain(dataset.value),
            "unit": dataset.unit,
            "horodate": dataset.horodate,
            "time": dataset.time and utc_text(dataset.time),
            "repaired": dataset.repaired,
        }
    )


def _rejected_text(rejected: Rejected) -> str:
    return (
        f'{{"offset":{rejected.offset},"reason":"{rejected.reason}"'
        f',"bytes":"{rejected.bytes.hex()}"}}'
    )
