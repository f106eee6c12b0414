"""What the datasets of a meter say, believed when they have said it twice.

A damaged dataset may have a good checksum, and one frame without a label says nothing: a value
counts once two datasets in a row agree, and is gone once several complete frames lack it. What
must be known at once (warnings) is read from the frame instead.
"""

from collections.abc import Mapping

from telewatt.tic import Dataset, Frame, Kind
from telewatt.tic.frame import UNDAMAGED

GONE_AFTER = 3
"""Complete long frames without a label, after which its value is no longer true."""


class Seen:
    """The believed datasets of one meter in one mode.

    Attributes:
        values: label -> dataset, while it is true.
        labels: every label that was seen twice, also when it has gone since.
        frames: complete long frames so far.
        long_frames: long frames so far, also damaged ones.
        version: changes whenever ``values`` or ``labels`` do.
    """

    def __init__(self) -> None:
        self.values: dict[str, Dataset] = {}
        self.labels: set[str] = set()
        self.frames = self.long_frames = 0
        self.version = 0
        self._newest: dict[str, Dataset] = {}
        self._missing: dict[str, int] = {}

    def take(self, frame: Frame) -> None:
        """Take the next frame of this mode."""
        for dataset in frame.datasets:
            self._take(dataset)
        self.long_frames += frame.kind is Kind.LONG
        if frame.status in UNDAMAGED and frame.kind is Kind.LONG:
            self.frames += 1
            if len(frame.datasets) < len(self.values) or self._missing:
                self._miss({dataset.label for dataset in frame.datasets})

    def data(self, label: str) -> str | None:
        """The characters of a label as the meter sends them."""
        dataset = self.values.get(label)
        return None if dataset is None else dataset.data

    def value(self, label: str) -> object:
        """The typed value of a label."""
        dataset = self.values.get(label)
        return None if dataset is None else dataset.value

    def _take(self, dataset: Dataset) -> None:
        label = dataset.label
        before = self._newest.get(label)
        self._newest[label] = dataset
        if before is None:
            return
        if label not in self.labels:
            self.labels.add(label)
            self.version += 1
        believed = self.values.get(label)
        if believed is not dataset and (before is dataset or before.data == dataset.data):
            if believed is None or believed[:2] != dataset[:2]:
                self.version += 1
            self.values[label] = dataset

    def _miss(self, present: set[str]) -> None:
        missing = {}
        for label in self.values.keys() - present:
            missing[label] = self._missing.get(label, 0) + 1
        for label in [label for label, frames in missing.items() if frames >= GONE_AFTER]:
            del self.values[label], missing[label]
            self._newest.pop(label, None)
            self.version += 1
        self._missing = missing


def phases_of(labels: Mapping[str, object] | set[str]) -> int:
    """1 or 3, from what was seen twice: one damaged frame never changes it."""
    return 3 if any(label in labels for label in ("IRMS2", "IINST2", "URMS2", "ADIR2")) else 1
