"""The frame under assembly: what was read of it so far, and how it ends.

Every byte given goes into exactly one frame's ``raw``, in order, so nothing can vanish.

Source: Enedis-NOI-CPT_54E v3, 5.3.6; EOT: manufacturers' manuals (ZMD126, L16C6).
"""

from telewatt.tic.checksum import HT, WITHOUT_PARITY
from telewatt.tic.frame import Dataset, Frame, Mode, Reason, Rejected, Status

FRAME_MAX = 4096
"""A frame without ETX is closed here; the longest known frame is about 1,800 bytes."""

DATASET_MIN = 8
"""LF, a label of two characters, two separators, a character of data, checksum, CR."""


class Assembly:
    """Puts datasets and rejected bytes together into frames.

    Attributes:
        mode: of the line, once it is known.
        frames: completed, not yet taken.
        start, raw: of the frame under assembly: its place in the stream and its bytes so far.
    """

    def __init__(self) -> None:
        self.mode: Mode | None = None
        self.frames: list[Frame] = []
        self.start = 0
        self.raw = bytearray()
        self._open = False  # STX was seen
        self._datasets: list[Dataset] = []
        self._rejected: list[Rejected] = []

    @property
    def offset(self) -> int:
        """Where the next byte stands in the stream."""
        return self.start + len(self.raw)

    def take(self) -> list[Frame]:
        """The completed frames, once."""
        frames, self.frames = self.frames, []
        return frames

    def add(self, frame: Frame) -> None:
        """A frame that was put together elsewhere; only between two frames."""
        self.frames.append(frame)
        self.start += len(frame.raw)

    def keep(self, raw: bytes, dataset: Dataset) -> None:
        """Add a verified dataset and its bytes."""
        self._datasets.append(dataset)
        self.skip(raw)

    def skip(self, raw: bytes) -> None:
        """Add bytes that are delimiters only."""
        self.raw += raw
        if len(self.raw) >= FRAME_MAX:
            self._finish(Status.TRUNCATED)
            self._open = False

    def reject(self, raw: bytes, reason: Reason) -> Rejected:
        """Add bytes that are no dataset."""
        rejected = Rejected(self.offset, reason, raw)
        last = self._rejected[-1] if self._rejected else None
        if last and len(raw) < DATASET_MIN and last.reason is reason and self._follows(last):
            self._rejected[-1] = last._replace(bytes=last.bytes + raw)  # crumbs of one run
        else:
            self._rejected.append(rejected)
        self.skip(raw)
        return rejected

    def _follows(self, rejected: Rejected) -> bool:
        return rejected.offset + len(rejected.bytes) == self.offset

    def reconsider(self, rejected: Rejected, dataset: Dataset) -> None:
        """What was rejected last is good after all; too late if its frame has ended."""
        if rejected in self._rejected:
            self._rejected.remove(rejected)
            self._datasets.append(dataset)

    def begin(self, stx: bytes) -> None:
        """STX: what was open before it had no end."""
        self._finish(Status.TRUNCATED)
        self.skip(stx)
        self._open = True

    def end(self, mark: bytes, status: Status) -> None:
        """ETX (complete) or EOT (interrupted)."""
        self.raw += mark
        self._finish(status if self._open else Status.TRUNCATED)
        self.skip(b"")
        self._open = False

    def close(self) -> None:
        """The stream ends here; delimiters that no frame followed are dropped."""
        self._finish(Status.TRUNCATED)
        self._open = False
        self.start += len(self.raw)
        self.raw.clear()

    def _finish(self, status: Status) -> None:
        """A few delimiters alone make no frame: they are left for the next one."""
        if not self._datasets and not self._rejected and len(self.raw) < FRAME_MAX:
            return
        if self._rejected and status is Status.COMPLETE:
            status = Status.PARTIAL
        raw = bytes(self.raw)
        datasets, rejected = tuple(self._datasets), tuple(self._rejected)
        mode = self.mode or _likely_mode(raw)
        self.frames.append(Frame(mode, status, self.start, raw, datasets, rejected))
        self.start += len(raw)
        self.raw.clear()
        self._datasets = []
        self._rejected = []


def _likely_mode(raw: bytes) -> Mode:
    """What to call a frame before anything was verified: only standard mode has HT."""
    return Mode.STANDARD if HT in raw.translate(WITHOUT_PARITY) else Mode.HISTORIC
