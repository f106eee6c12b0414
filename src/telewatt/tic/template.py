"""The last complete frame of one length, against which the next one is compared.

From frame to frame a meter changes two or three datasets in forty. Comparing the bytes of a
whole frame with the last one tells which, and only those are read: most of the decoder's speed.
"""

from telewatt.tic.checksum import ETX, LF
from telewatt.tic.frame import Dataset


class Template:
    """A complete frame and where its datasets stand.

    Args:
        raw: STX to ETX, nothing rejected inside.
        datasets: in their order.
        end: CR as the line sends it.

    Attributes:
        raw, datasets: of the last frame of this layout.
        stretches: for each dataset its place in ``raw``, LF included, CR excluded.
    """

    __slots__ = ("_number", "_slots", "datasets", "raw", "stretches")

    def __init__(self, raw: bytes, datasets: tuple[Dataset, ...], end: bytes) -> None:
        self.raw = raw
        self.datasets = datasets
        self._number = int.from_bytes(raw, "little")
        self.stretches: list[slice] = []
        self._slots: list[int] = [-1]  # for each byte its dataset; -1: a delimiter
        start = 1
        for slot, text in enumerate(raw[1:-1].split(end)[:-1]):
            self.stretches.append(slice(start, start + len(text)))
            self._slots += [-1] + [slot] * (len(text) - 1) + [-1]
            start += len(text) + 1
        self._slots.append(-1)

    @staticmethod
    def fits(raw: bytes, datasets: tuple[Dataset, ...], end: bytes, stx: bytes) -> bool:
        """Whether a frame is nothing but STX, datasets in LF and CR, and ETX."""
        inner = raw[1:-1]
        return (
            raw[:1] == stx
            and raw[-1:] == ETX
            and inner[-1:] == end
            and inner.count(end) == inner.count(LF) == inner.count(end + LF) + 1 == len(datasets)
        )

    def changed(self, raw: bytes) -> list[int] | None:
        """Which datasets differ in a frame of the same length; ``None`` if a delimiter does."""
        if raw == self.raw:
            return []
        difference = (int.from_bytes(raw, "little") ^ self._number).to_bytes(len(raw), "little")
        changed = []
        at = 0
        while rest := difference[at:].lstrip(b"\0"):
            slot = self._slots[len(difference) - len(rest)]
            if slot < 0:
                return None
            changed.append(slot)
            at = self.stretches[slot].stop
        return changed

    def renew(self, raw: bytes, datasets: tuple[Dataset, ...]) -> None:
        """Take a frame of the same layout as the last one."""
        self.raw = raw
        self.datasets = datasets
        self._number = int.from_bytes(raw, "little")
