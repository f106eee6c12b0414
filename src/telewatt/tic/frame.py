"""What a decoder gives: frames made of datasets, and what it had to reject.

All of it is immutable and shared: the same dataset object serves every frame in which the
meter repeats it. Source: Enedis-NOI-CPT_54E v3, 5.2 and 5.3; manufacturers' manuals for EOT.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

IDENTITY_LABELS = frozenset(("ADCO", "ADSC", "ADS"))
_SHORT_FRAME_LABELS = frozenset(("ADIR1", "ADIR2", "ADIR3", "ADCO", "IINST1", "IINST2", "IINST3"))


class Mode(StrEnum):
    """The two TIC modes, and the historic layout with HT as separator (some PME-PMI meters)."""

    HISTORIC = "historic"
    STANDARD = "standard"
    HISTORIC_HT = "historic_ht"


class Status(StrEnum):
    """How a frame ended; only a complete frame allows the conclusion "this label is absent"."""

    COMPLETE = "complete"  # STX to ETX, every dataset good
    PARTIAL = "partial"  # STX to ETX, something rejected inside
    INTERRUPTED = "interrupted"  # ended by EOT: the meter broke off
    TRUNCATED = "truncated"  # no STX, or no ETX
    RELAYED = "relayed"  # put together from values that another program had decoded


UNDAMAGED = frozenset((Status.COMPLETE, Status.RELAYED))
"""Frames that no line has damaged."""


class Kind(StrEnum):
    """Which sort of frame the meter sent; compare frames only with frames of the same kind."""

    LONG = "long"
    SHORT = "short"  # three-phase over-current: currents only (trame courte)
    IDLE = "idle"  # ADCO alone (mode veille)


class Reason(StrEnum):
    """Why a run of bytes is not a dataset."""

    CHECKSUM = "checksum"  # well formed, but the checksum does not match
    PARITY = "parity"  # wrong parity, and no single repair explains it
    STRUCTURE = "structure"  # no checksum field, or a wrong number of fields
    CHARSET = "charset"  # bytes outside 0x20..0x7E
    LABEL = "label"  # checksum good, but the label is a damaged known label or no label at all
    FORMAT = "format"  # checksum good, but data or horodate break the label's format
    MODE = "mode"  # a good dataset of another mode than the stream's
    UNTERMINATED = "unterminated"  # the stream ended, or ran on, before CR


class Dataset(NamedTuple):
    """One verified dataset (groupe d'information): LF to CR, checksum and format checked.

    Attributes:
        label: verbatim, as the specification writes it.
        data: the characters as sent, leading zeros and spaces kept.
        value: ``data`` typed by the label table: ``int`` in ``unit``, ``str``, ``datetime``
            (aware UTC) or one of the classes of `telewatt.tic.values`.
        unit: ``"Wh"``, ``"VA"``, ...; ``""`` where there is none.
        horodate: the meter's time stamp ``SAAMMJJhhmmss`` as sent, or ``None``.
        time: ``horodate`` as aware UTC; ``None`` without a horodate or if it is no real date.
        repaired: a single-bit error was corrected by parity and checksum together.
    """

    label: str
    data: str
    value: object
    unit: str = ""
    horodate: str | None = None
    time: datetime | None = None
    repaired: bool = False


class Rejected(NamedTuple):
    """A run of bytes that is no dataset: ``offset`` counts from the first byte of the stream."""

    offset: int
    reason: Reason
    bytes: bytes


class Frame(NamedTuple):
    """One frame (trame), or what is left of one.

    ``raw`` is the exact line, parity bits included: the ``raw`` of all frames of a stream, one
    after the other, is the stream (but for delimiters after the last one). ``offset`` is the place
    of its first byte in the stream.
    """

    mode: Mode
    status: Status
    offset: int
    raw: bytes
    datasets: tuple[Dataset, ...]
    rejected: tuple[Rejected, ...] = ()

    @property
    def meter(self) -> str | None:
        """The meter's address (ADCO, ADSC or ADS) as this frame carries it, else ``None``."""
        for dataset in self.datasets:
            if dataset.label in IDENTITY_LABELS:
                return dataset.data
        return None

    @property
    def kind(self) -> Kind:
        """Long, short or idle, from the labels present (54E 6.1.2; spec of mode veille)."""
        if len(self.datasets) > len(_SHORT_FRAME_LABELS) or self.mode is Mode.STANDARD:
            return Kind.LONG
        labels = {dataset.label for dataset in self.datasets}
        if labels == {"ADCO"}:
            return Kind.IDLE if self.status is Status.COMPLETE else Kind.LONG
        short = labels <= _SHORT_FRAME_LABELS and self.status is Status.COMPLETE
        return (
            Kind.SHORT if short or not labels.isdisjoint(("ADIR1", "ADIR2", "ADIR3")) else Kind.LONG
        )

    def get(self, label: str) -> Dataset | None:
        """The first dataset with this exact label, or ``None``."""
        for dataset in self.datasets:
            if dataset.label == label:
                return dataset
        return None
