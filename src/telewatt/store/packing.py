"""Packing: the commits of a closed hour become one row with the same entries and numbers.

An hour of a UTC day is closed when an entry of another hour came or two minutes after its end. A
batch that cannot be read stays as it is, alone; so does one that would not be the same again.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from telewatt.store.batch import BatchError, Entry, Sealed, Sealing, places, unseal
from telewatt.store.rows import Packed, Span

BLOCK_ENTRIES = 4096  # an hour of one meter: memory for more is dear on a small machine
BLOCK_RAW_BYTES = 8 << 20  # a noisy line must not make blocks of any size
_COMPARED = 128  # entries in memory at once
_LATE = timedelta(minutes=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)
_log = logging.getLogger("telewatt.store")


def new_digest() -> "hashlib.blake2b":
    """Takes the raw bytes of frames, one after the other: column ``digest``."""
    return hashlib.blake2b(digest_size=16)


@dataclass(slots=True)
class _Run:
    """Rows that become one; a damaged row is alone.

    Attributes:
        hour: of the first entry; ``None`` for a damaged row.
        since, until: earliest and latest arrival.
        sealing: their entries.
        digest: of the raw bytes of their frames.
    """

    rows: list[Sealed] = field(default_factory=list)
    hour: datetime | None = None
    since: datetime = _NEVER
    until: datetime = _EPOCH
    sealing: Sealing = field(default_factory=Sealing)
    digest: "hashlib.blake2b" = field(default_factory=new_digest)

    def add(self, row: Sealed, entries: list[Entry]) -> None:
        """Take one more row."""
        self.rows.append(row)
        for entry in entries:
            self.sealing.add(entry)
            self.digest.update(entry.reading.frame.raw)
        if entries:
            times = [entry.reading.received_at for entry in entries]
            self.since, self.until = min(self.since, *times), max(self.until, *times)
            self.hour = self.hour or _hour(entries)

    def takes(self, row: Sealed, entries: list[Entry]) -> bool:
        """Whether this row goes into the same block."""
        if not self.rows:
            return True
        return (
            bool(entries)
            and self.hour == _hour(entries)
            and row.first_seq == self.rows[-1].last_seq + 1
            and self.sealing.entries + row.entries <= BLOCK_ENTRIES
            and self.sealing.raw_bytes + _raw_bytes(entries) <= BLOCK_RAW_BYTES
        )


def is_closed(row: Sealed, newest: Sealed, now: datetime) -> bool:
    """Whether nothing will be added to the hour of this row.

    Args:
        newest: the last row of the journal.
        now: aware UTC.
    """
    entries, last = _decode(row), _decode(newest)
    if not entries or not last:
        return True
    hour = _hour(entries)
    return _hour(last) != hour or now >= hour + timedelta(hours=1) + _LATE


def pack(rows: Iterable[Sealed]) -> Packed:
    """One row for those, from the first one on, that belong together; proved to hold the same."""
    run = _collect(rows)
    first, last = run.rows[0], run.rows[-1]
    if run.hour is None:
        return Packed([first], first, None, None, {})
    stored = places(last.payload)
    span, digest = Span(microseconds(run.since), microseconds(run.until)), run.digest.digest()
    if first is last:
        return Packed([first], first, span, digest, stored)
    block, run.sealing = run.sealing.seal(stored), Sealing()  # gives its memory back
    if _holds(block, run.rows):
        return Packed(run.rows, block, span, digest, stored)
    _log.error("journal: entries %d-%d stay unpacked", first.first_seq, last.last_seq)
    return pack([first])


def _collect(rows: Iterable[Sealed]) -> _Run:
    run = _Run()
    for row in rows:
        entries = _decode(row)
        if not run.takes(row, entries):
            break
        run.add(row, entries)
        if run.hour is None:
            break
    return run


def _holds(block: Sealed, rows: list[Sealed]) -> bool:
    """Whether a block has the very entries of these rows; few are in memory at once."""
    after = block.first_seq - 1
    for expected in _slices(rows):
        if unseal(block.payload, after, len(expected)) != expected:
            return False
        after += len(expected)
    return after == block.last_seq


def _slices(rows: list[Sealed]) -> Iterator[list[Entry]]:
    entries: list[Entry] = []
    for row in rows:
        entries += unseal(row.payload)
        if len(entries) >= _COMPARED or row is rows[-1]:
            yield entries
            entries = []


def _decode(row: Sealed) -> list[Entry]:
    try:
        entries = unseal(row.payload)
    except BatchError:
        return []
    return entries if (entries[0].seq, len(entries)) == row[:2] else []


def _hour(entries: list[Entry]) -> datetime:
    return entries[0].reading.received_at.replace(minute=0, second=0, microsecond=0)


def _raw_bytes(entries: list[Entry]) -> int:
    return sum(len(entry.reading.frame.raw) for entry in entries)


def microseconds(time: datetime) -> int:
    """Since 1970, UTC."""
    return (time - _EPOCH) // timedelta(microseconds=1)
