"""Packing: the commits of a closed hour become one row with the same entries and numbers.

An hour of a UTC day is closed when an entry of another hour came or two minutes after its end. A
batch that cannot be read stays as it is, alone; so does one that would not be the same again.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from telewatt.store.batch import ENTRIES_MAX, BatchError, Entry, Sealed, places, seal, unseal
from telewatt.store.rows import Span

BLOCK_ENTRIES = ENTRIES_MAX
BLOCK_RAW_BYTES = 4 << 20  # a noisy line must not make blocks of any size
_LATE = timedelta(minutes=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_log = logging.getLogger("telewatt.store")


@dataclass(slots=True)
class Run:
    """Rows that become one, and their entries; a damaged row is alone and has none."""

    rows: list[Sealed] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    raw_bytes: int = 0

    def add(self, row: Sealed, entries: list[Entry]) -> None:
        """Take one more row."""
        self.rows.append(row)
        self.entries += entries
        self.raw_bytes += _raw_bytes(entries)

    def takes(self, row: Sealed, entries: list[Entry]) -> bool:
        """Whether this row goes into the same block."""
        if not self.rows:
            return True
        return (
            bool(entries and self.entries)
            and row.first_seq == self.rows[-1].last_seq + 1
            and _hour(entries) == _hour(self.entries)
            and len(self.entries) + len(entries) <= BLOCK_ENTRIES
            and self.raw_bytes + _raw_bytes(entries) <= BLOCK_RAW_BYTES
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


def collect(rows: Iterator[Sealed]) -> Run:
    """The rows, from the first one on, that belong together."""
    run = Run()
    for row in rows:
        entries = _decode(row)
        if not run.takes(row, entries):
            break
        run.add(row, entries)
    return run


def pack(run: Run) -> tuple[list[Sealed], Sealed, Span | None]:
    """The rows to replace, what takes their place, and its times."""
    if not run.entries:
        return run.rows[:1], run.rows[0], None
    if len(run.rows) == 1:
        return run.rows, run.rows[0], _span(run.entries)
    block = seal(run.entries, places(run.rows[-1].payload))
    if unseal(block.payload) == run.entries:
        return run.rows, block, _span(run.entries)
    first, count = run.rows[0], run.rows[0].entries
    _log.error("journal: entries %d-%d stay unpacked", first.first_seq, run.rows[-1].last_seq)
    return [first], first, _span(run.entries[:count])


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


def _span(entries: list[Entry]) -> Span:
    times = [entry.reading.received_at for entry in entries]
    return Span(microseconds(min(times)), microseconds(max(times)))


def microseconds(time: datetime) -> int:
    """Since 1970, UTC."""
    return (time - _EPOCH) // timedelta(microseconds=1)
