"""The last frame of a layout, against which the next one of its length is compared.

Nearly every frame has the layout of the one before it and differs in a few datasets: only those
are looked at.
"""

from itertools import compress, count
from operator import is_not

from telewatt.store.block.layout import AS_WRITTEN, LITERAL, Layout, Plan
from telewatt.tic import Frame


class LastFrame:
    """A frame whose layout is plain.

    Attributes:
        row: the number of its layout.
    """

    __slots__ = ("_datasets", "_kinds", "_layout", "_parts", "_places", "row")

    def __init__(self, frame: Frame, plan: Plan, row: int) -> None:
        self.row = row
        self._layout = plan.layout
        self._places = [place for place, piece in enumerate(plan.pieces) if type(piece) is int]
        self._kinds = [plan.kinds[number] for number, _ in plan.fields]
        self._datasets = frame.datasets
        self._parts: list[bytes] = []
        place = 0
        for piece in plan.pieces:
            length = len(piece) if isinstance(piece, bytes) else plan.kinds[piece].length
            self._parts.append(frame.raw[place : place + length])
            place += length

    @staticmethod
    def is_plain(layout: Layout) -> bool:
        """Whether frames of this layout are datasets as written and literal bytes, no more."""
        codes = [slot.code for slot in layout.slots if slot.code != LITERAL]
        return all(code >= 0 and code % 3 == AS_WRITTEN for code in codes)

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
