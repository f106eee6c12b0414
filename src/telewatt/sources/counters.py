"""What one line has counted since the start."""

from collections import Counter
from dataclasses import dataclass, field

from telewatt.tic import Frame, Reason, Status


@dataclass(slots=True)
class Counters:
    """Every byte and frame of a line is in one of these.

    Attributes:
        bytes: received in all.
        probed_bytes: of these, heard at a speed which turned out wrong, or while every speed was
            tried in vain; they were not decoded.
        openings: how often the source was opened successfully; re-openings are one less.
    """

    bytes: int = 0
    probed_bytes: int = 0
    openings: int = 0
    datasets: int = 0
    repaired: int = 0
    frames: Counter[Status] = field(default_factory=Counter)
    rejected: Counter[Reason] = field(default_factory=Counter)

    def count(self, frame: Frame) -> None:
        """Count one frame and what is in it."""
        self.frames[frame.status] += 1
        self.datasets += len(frame.datasets)
        self.repaired += sum(dataset.repaired for dataset in frame.datasets)
        self.rejected.update(rejected.reason for rejected in frame.rejected)
