"""The last frame of a layout, against which the next one of its length is compared.

Nearly every frame has the layout of the one before it and differs in a few datasets: only those
are looked at.
"""

from collections.abc import Sequence
from itertools import compress, count
from operator import is_not

from telewatt.store.block.kinds import Kind
from telewatt.store.block.layout import Layout, Plan
from telewatt.tic import Frame


class LastFrame:
    """A frame whose layout is plain.

    Attributes:
        row: the number of its layout.
        numbers: the kinds of its datasets.
    """

    __slots__ = ("_datasets", "_kinds", "_layout", "_parts", "_places", "numbers", "row")

    def __init__(self, frame: Frame, layout: Layout, kinds: Sequence[Kind], row: int) -> None:
        self.row, self.numbers = row, layout.numbers
        self._layout = layout
        self._kinds = [kinds[number] for number in self.numbers]
        self._datasets = frame.datasets
        pieces = Plan(layout, kinds).pieces
        self._places = [place for place, piece in enumerate(pieces) if type(piece) is int]
        self._parts: list[bytes] = []
        place = 0
        for piece in pieces:
            length = len(piece) if isinstance(piece, bytes) else kinds[piece].length
            self._parts.append(frame.raw[place : place + length])
            place += length

    def is_like(self, frame: Frame) -> bool:
        """Whether a frame has the same layout; if so, it is the last one from now on."""
        mode, status, _, raw, datasets, rejected = frame
        layout, last = self._layout, self._datasets
        if rejected or mode is not layout.mode or status is not layout.status:
            return False
        if len(datasets) != len(last):
            return False
        parts = self._parts.copy()
        for number in compress(count(), map(is_not, datasets, last)):
            part = self._kinds[number].write_if_fits(datasets[number], parity=layout.parity)
            if part is None:
                return False
            parts[self._places[number]] = part
        if b"".join(parts) != raw:
            return False
        self._datasets, self._parts = datasets, parts
        return True
