"""What goes on the wire: datasets with their encoding, kept while they repeat."""

from typing import NamedTuple

from telewatt.tic import Mode, encode_dataset


class Sent(NamedTuple):
    """One dataset as the meter means it: the truth a reader has to find."""

    label: str
    data: str
    horodate: str | None = None


class Encoder:
    """Datasets to bytes; most repeat from frame to frame, so the last of each label is kept."""

    def __init__(self) -> None:
        self._last: dict[tuple[Mode, str], tuple[Sent, bytes]] = {}

    def encode(self, mode: Mode, dataset: Sent) -> bytes:
        """The dataset from LF to CR, 7-bit."""
        kept = self._last.get((mode, dataset.label))
        if kept and kept[0] == dataset:
            return kept[1]
        encoded = encode_dataset(mode, *dataset)
        self._last[mode, dataset.label] = dataset, encoded
        return encoded
