"""What is in a frame, and what of it is new since the last one.

Most datasets repeat, and the decoder hands out the same object for the same bytes: comparing
objects tells in a microsecond what a frame changes. The comparison only saves work: whoever judged
every dataset of every frame would come to the same result.
"""

from collections.abc import Callable, Mapping
from itertools import compress
from operator import attrgetter, is_not

from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.tic import Dataset, Frame, Status
from telewatt.tic.labels import LABELS


def _labels_of(kind: QuantityKind) -> Mapping[str, str]:
    measured = [label for label in LABELS if label.quantity]
    return {
        label.label: label.quantity for label in measured if QUANTITIES[label.quantity].kind is kind
    }


INDEXES = _labels_of(QuantityKind.COUNTER)
"""Label -> counter."""
GAUGES = _labels_of(QuantityKind.GAUGE)
"""Label -> gauge."""


index_of: Callable[[Dataset], int] = attrgetter("value")
"""The value of a dataset of `INDEXES`: whole Wh or varh, as its format says."""


class Sight:
    """The newest frame.

    Attributes:
        datasets: as they came.
        places: label -> place among them.
        indexes, gauges: quantity -> place.
        is_new: the labels are not those of the frame before.
    """

    def __init__(self) -> None:
        self.datasets: tuple[Dataset, ...] = ()
        self.places: dict[str, int] = {}
        self.indexes: dict[str, int] = {}
        self.gauges: dict[str, int] = {}
        self.is_new = True
        self._mixed = False  # two frames in one

    def look(self, frame: Frame) -> list[Dataset]:
        """Take the next frame; return what is new, in order: all of it where the labels differ."""
        datasets = frame.datasets
        before, self.datasets = self.datasets, datasets
        was_mixed = self._mixed
        self._mixed = frame.status is not Status.COMPLETE and _is_double(frame.raw)
        if len(before) == len(datasets) and not (self._mixed or was_mixed):
            differs = list(map(is_not, datasets, before))
            changed = list(compress(datasets, differs))
            for new, old in zip(changed, compress(before, differs), strict=True):
                if new.label != old.label or type(new.value) is not type(old.value):
                    break
            else:
                self.is_new = False
                return changed
        self._read_labels()
        return list(datasets)

    def _read_labels(self) -> None:
        """Where two frames ran into one, nobody knows which index is of when: none counts."""
        self.is_new = True
        self.places = {dataset.label: at for at, dataset in enumerate(self.datasets)}
        mixed = self._mixed or len(self.places) < len(self.datasets)
        places = self.places.items()
        # a label of the other mode, or data that today's table refuses, have text for a value
        whole = {k: at for k, at in places if type(self.datasets[at].value) is int}
        self.indexes = {} if mixed else {INDEXES[k]: at for k, at in whole.items() if k in INDEXES}
        self.gauges = {GAUGES[k]: at for k, at in places if k in GAUGES}

    def get(self, label: str) -> Dataset | None:
        """The dataset of this label in the newest frame."""
        at = self.places.get(label)
        return None if at is None else self.datasets[at]


def _is_double(raw: bytes) -> bool:
    """Whether a frame ends and another begins inside: ETX and STX, with parity or not."""
    return b"\x03\x02" in raw or b"\x03\x82" in raw
