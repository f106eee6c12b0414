"""The last complete frame of one layout, against which the next one is compared.

From frame to frame a meter changes two or three datasets in forty. Cutting a whole frame as the
last one was cut and comparing the parts tells which (three calls into C), and only those are
read: most of the decoder's speed.
"""

from itertools import compress
from operator import ne
from struct import Struct

from telewatt.tic.checksum import ETX, LF
from telewatt.tic.frame import Dataset


class Template:
    """A complete frame and where its datasets stand.

    Args:
        raw: STX to ETX, nothing rejected inside (see `fits`).
        datasets: in their order.
        end: CR as the line sends it.

    Attributes:
        raw, datasets: of the last frame of this layout.
    """

    __slots__ = ("_cut", "_parts", "_places", "datasets", "raw")

    def __init__(self, raw: bytes, datasets: tuple[Dataset, ...], end: bytes) -> None:
        self.raw = raw
        self.datasets = datasets
        stretches = raw[1:-1].split(end)[:-1]
        layout = "".join(f"{len(stretch) + 1}s" for stretch in stretches)
        self._cut = Struct(f"1x{layout}1x").unpack
        self._parts = self._cut(raw)
        self._places = range(len(self._parts))

    @staticmethod
    def fits(raw: bytes, datasets: tuple[Dataset, ...], stx: bytes, end: bytes) -> bool:
        """Whether a frame is nothing but STX, datasets in LF and CR, and ETX."""
        inner = raw[1:-1]
        return (
            raw[:1] == stx
            and raw[-1:] == ETX
            and inner[-1:] == end
            and inner.count(end) == inner.count(LF) == inner.count(end + LF) + 1 == len(datasets)
        )

    def changes(self, raw: bytes) -> tuple[tuple[bytes, ...], list[int]]:
        """The parts of a frame of the same length, and the places of those that differ.

        A part is LF to CR, as long as the meter keeps to the layout.
        """
        parts = self._cut(raw)
        return parts, list(compress(self._places, map(ne, parts, self._parts)))

    def renew(self, raw: bytes, parts: tuple[bytes, ...], datasets: tuple[Dataset, ...]) -> None:
        """Take a frame of the same layout as the last one."""
        self.raw = raw
        self.datasets = datasets
        self._parts = parts
