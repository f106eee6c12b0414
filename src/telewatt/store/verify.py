"""Whether a journal still gives back every frame, bit for bit.

A batch proves itself by its CRC-32. A packed one proves more: when it was packed it was read back
and compared with the commits it stands for, and the digest of their raw bytes was stored beside it.
Here every batch is decoded with today's code, and the raw bytes it gives must have that digest.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from telewatt.store import gap
from telewatt.store.archive import Archive
from telewatt.store.batch import BatchError, Entry, unseal
from telewatt.store.packing import microseconds, new_digest
from telewatt.store.rows import Stored


class FaultKind(StrEnum):
    """What can be wrong with a run of numbers."""

    DAMAGED = "damaged"  # the batch cannot be read
    CHANGED = "changed"  # it can, but its raw bytes are not those that were committed
    TIMES = "times"  # its entries arrived at other times than the row says
    MISSING = "missing"  # neither an entry nor a listed gap
    OVERLAP = "overlap"  # in more than one row


class Fault(NamedTuple):
    """Something wrong with the entries ``first_seq`` to ``last_seq``."""

    kind: FaultKind
    first_seq: int
    last_seq: int


@dataclass(slots=True)
class Report:
    """What was found.

    Attributes:
        rows: how many there are.
        proved: how many of them are packed and gave back what was committed.
        entries: how many could be read.
        raw_bytes: of their frames.
        payload_bytes: what they take in the file.
        faults: what is wrong; ascending within a kind.
        listed: damaged rows that the list of gaps names already.
        digest: SHA-256, hexadecimal, of the numbers, arrival times and raw bytes of all entries:
            the same for two journals with the same entries, packed or not.
    """

    rows: int = 0
    proved: int = 0
    entries: int = 0
    raw_bytes: int = 0
    payload_bytes: int = 0
    faults: list[Fault] = field(default_factory=list)
    listed: int = 0
    digest: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong that the journal does not know of."""
        return not self.faults


def verify(archive: Archive, on_row: Callable[[Stored], None] | None = None) -> Report:
    """Read every entry of a journal; its service may be running.

    Args:
        on_row: called after each row, to show how far it got.

    Raises:
        sqlite3.Error: the disk is away, or the file itself is damaged.
    """
    report, digest, after = Report(), hashlib.sha256(), 0
    known = archive.gaps
    _check_numbers(archive, known, report)
    for mark in archive.marks():
        row = archive.row(mark.first_seq)
        if row is None:
            continue
        try:
            entries = unseal(row.payload)
        except BatchError:
            entries = []
        _check_row(row, entries, known, report)
        for entry in entries:
            if entry.seq > after:  # else it was packed while this went on
                _count(entry, report, digest)
        report.rows += 1
        report.payload_bytes += len(row.payload)
        after = row.last_seq
        if on_row is not None:
            on_row(row)
    report.digest = digest.hexdigest()
    return report


def _check_numbers(archive: Archive, known: list[gap.Gap], report: Report) -> None:
    for expected, found in archive.jumps():
        if found < expected:
            report.faults.append(Fault(FaultKind.OVERLAP, found, expected - 1))
        for first_seq, last_seq in gap.unexplained(known, expected, found - 1):
            report.faults.append(Fault(FaultKind.MISSING, first_seq, last_seq))


def _check_row(row: Stored, entries: list[Entry], known: list[gap.Gap], report: Report) -> None:
    first_seq, last_seq = row.first_seq, row.last_seq
    if not entries or (entries[0].seq, len(entries)) != (first_seq, row.entries):
        if gap.unexplained(known, first_seq, last_seq):
            report.faults.append(Fault(FaultKind.DAMAGED, first_seq, last_seq))
        else:
            report.listed += 1
        return
    if row.digest is None:
        return
    digest = new_digest()
    for entry in entries:
        digest.update(entry.reading.frame.raw)
    times = [microseconds(entry.reading.received_at) for entry in entries]
    if digest.digest() != row.digest:
        report.faults.append(Fault(FaultKind.CHANGED, first_seq, last_seq))
    elif (min(times), max(times)) != (row.since_us, row.until_us):
        report.faults.append(Fault(FaultKind.TIMES, first_seq, last_seq))
    else:
        report.proved += 1


def _count(entry: Entry, report: Report, digest: "hashlib._Hash") -> None:
    reading, frame = entry.reading, entry.reading.frame
    at = microseconds(reading.received_at)
    about = (entry.seq, at, reading.source, reading.meter, frame.mode, frame.offset, len(frame.raw))
    digest.update(repr(about).encode())
    digest.update(frame.raw)
    report.entries += 1
    report.raw_bytes += len(frame.raw)
