"""A frame as one line of JSON: the public format of docs/en/decode-format.md.

A meter repeats nearly all of its datasets, and the decoder then gives the same objects again: what
was made of a dataset once is kept and reused.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from telewatt.shapes.values import json_text, mode_name, utc_text
from telewatt.tic import Dataset, Frame, Rejected
from telewatt.tic.values import plain

_T = TypeVar("_T")
_KEPT_MAX = 4096


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
        self._dataset_text = PerDataset(_dataset_text)

    def text(self, frame: Frame) -> str:
        """The object of one frame, with the meter it names itself."""
        return self.text_of(frame, frame.meter)

    def text_of(self, frame: Frame, meter: str | None) -> str:
        """The object of one frame of this meter."""
        datasets = ",".join(map(self._dataset_text, frame.datasets))
        rejected = ",".join(map(_rejected_text, frame.rejected)) if frame.rejected else ""
        return (
            f'{{"meter":{json_text(meter)},"mode":"{mode_name(frame.mode)}"'
            f',"status":"{frame.status}","kind":"{frame.kind}","offset":{frame.offset}'
            f',"datasets":[{datasets}],"rejected":[{rejected}]}}'
        )


def dataset_object(dataset: Dataset) -> dict[str, Any]:
    """One verified dataset."""
    return {
        "label": dataset.label,
        "data": dataset.data,
        "value": plain(dataset.value),
        "unit": dataset.unit,
        "horodate": dataset.horodate,
        "time": dataset.time and utc_text(dataset.time),
        "repaired": dataset.repaired,
    }


def rejected_object(rejected: Rejected) -> dict[str, Any]:
    """One run of bytes that is no dataset."""
    return {
        "offset": rejected.offset,
        "reason": str(rejected.reason),
        "bytes": rejected.bytes.hex(),
    }


def _dataset_text(dataset: Dataset) -> str:
    return json_text(dataset_object(dataset))


def _rejected_text(rejected: Rejected) -> str:
    return json_text(rejected_object(rejected))
