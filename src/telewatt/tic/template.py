"""The last complete frame of one layout, against which the next one is compared.

From frame to frame a meter changes two or three datasets in forty. Cutting a whole frame as the
last one was cut and comparing the parts tells which (three calls into C), and only those are
read: most of the decoder's speed.
"""

from collections.abc import Callable
from itertools import compress
from operator import ne
from struct import Struct

from telewatt.tic.checksum import LF
from telewatt.tic.frame import Dataset, Frame, Status

Read = Callable[[bytes], Dataset | None]
_new_frame = tuple.__new__  # twice as fast as Frame(...): this is the decoder's hot path


class Template:
    """A complete frame and where its datasets stand.

    Args:
        frame: complete, with nothing in it but datasets (see `fits`).
        end: CR as the line sends it.
    """

    __slots__ = ("_cut", "_datasets", "_mode", "_parts", "_places", "_raw")

    def __init__(self, frame: Frame, end: bytes) -> None:
        self._mode = frame.mode
        self._raw = frame.raw
        self._datasets = frame.datasets
        stretches = frame.raw[1:-1].split(end)[:-1]
        # STX, each dataset from LF to CR, ETX
        self._cut = Struct("s" + "".join(f"{len(each) + 1}s" for each in stretches) + "s").unpack
        self._parts = self._cut(frame.raw)
        self._places = range(-1, len(stretches) + 1)

    @staticmethod
    def fits(frame: Frame, stx: bytes, end: bytes) -> bool:
        """Whether a frame is nothing but STX, verified datasets from LF to CR, and ETX."""
        raw, inner, count = frame.raw, frame.raw[1:-1], len(frame.datasets)
        return (
            frame.status is Status.COMPLETE
            and raw[:1] == stx
            and inner[-1:] == end
            and inner.count(end) == inner.count(LF) == inner.count(end + LF) + 1 == count
            and not any(dataset.repaired for dataset in frame.datasets)
        )

    def renew(self, raw: bytes, offset: int, read: Read) -> Frame | None:
        """The next frame of this length, if its datasets stand where they stood.

        Args:
            raw: STX to ETX.
            offset: of ``raw`` in the stream.
            read: reads a changed dataset, LF to CR; ``None`` if anything is wrong with it.

        Returns:
            The complete frame; ``None`` if it is to be read the careful way.
        """
        if raw != self._raw:
            parts = self._cut(raw)
            datasets = list(self._datasets)
            last = len(datasets)
            for place in compress(self._places, map(ne, parts, self._parts)):
                dataset = read(parts[place + 1]) if 0 <= place < last else None
                if dataset is None:
                    return None
                datasets[place] = dataset
            self._raw, self._parts, self._datasets = raw, parts, tuple(datasets)
        return _new_frame(Frame, (self._mode, Status.COMPLETE, offset, raw, self._datasets, ()))
