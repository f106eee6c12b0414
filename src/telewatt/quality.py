"""What a line has received so far, and how it is: what sinks and pages tell of line quality."""

from collections.abc import Mapping
from typing import NamedTuple

from telewatt.language import Text
from telewatt.tic import Status

STALE_S = 10.0
"""So long without a correct frame, and what was shown is not the present any more (54E 9.4)."""
STALE_RELAYED_S = 330.0
"""The same where another program passes on what it has decoded: Tasmota every 300 s."""


def stale_after_s(status: Status, wire_s: float = STALE_S) -> float:
    """How long after a frame of this status its meter counts as silent, s.

    Args:
        wire_s: of a frame that came from the meter's own line.
    """
    return max(wire_s, STALE_RELAYED_S) if status is Status.RELAYED else wire_s


class LineReport(NamedTuple):
    """One line (one ``[meters.NAME]``) at this moment. Counts are since the service began.

    Attributes:
        name: of its section in the configuration.
        meter: identity of the meter last heard on it; ``None`` while it is not known.
        state: ``reading``, ``silent``, ``noise``...: a `telewatt.sources.LineState`.
        reading: whether all is well: frames come, or the source has ended as it should.
        remedy: what is wrong and what to do about it.
        bytes: received in all.
        frames: by status (``complete``, ``truncated``...).
        datasets, repaired: accepted datasets; of these, repaired by parity.
        rejected: runs of bytes by reason (``checksum``, ``format``...).
        openings: how often the source was opened.
    """

    name: str
    meter: str | None
    state: str
    reading: bool
    remedy: Text
    bytes: int
    frames: Mapping[str, int]
    datasets: int
    repaired: int
    rejected: Mapping[str, int]
    openings: int


class SinkReport(NamedTuple):
    """One sink at this moment.

    Attributes:
        name: of its section in the configuration.
        working: whether the last attempt succeeded.
        trouble: what is wrong and the remedy; ``None`` while it works.
        waiting: entries of the journal that it has not been given yet.
        delivered: entries it has been given since the service began.
        refused: of these, what the other end will never take, and was left out.
    """

    name: str
    working: bool
    trouble: Text | None
    waiting: int
    delivered: int
    refused: int = 0
