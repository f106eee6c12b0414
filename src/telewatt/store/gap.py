"""A gap: numbers of the journal that have no entry, and why; table ``gap`` lists them."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

COLUMNS = "first_seq, last_seq, reason, since_us, until_us"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GapReason(StrEnum):
    """Why entries are missing."""

    CRASH = "crash"  # the service ended without closing: what was not yet committed is gone
    OVERFLOW = "overflow"  # the disk refused for so long that memory was full
    DAMAGED = "damaged"  # the file was damaged and this part of it could not be read
    MISSING = "missing"  # the file is sound but the numbers are not there
    UNREADABLE = "unreadable"  # the disk could not be read at start; numbers were skipped
    REMOVED = "removed"  # the file was taken away while the service ran
    RESTORED = "restored"  # a backup was restored, what came after it is not in it
    PRUNED = "pruned"  # the oldest ones, to stay within the disk budget


class Gap(NamedTuple):
    """Numbers ``first_seq`` to ``last_seq`` have no entry.

    After a crash the lost entries had no durable number and their numbers are given again: then
    ``last_seq`` is ``first_seq - 1``, and ``since`` and ``until`` tell what may be missing. What
    was pruned is one gap that grows; other gaps may lie inside.

    Attributes:
        reason: why.
        since: arrival of the last entry before, or of the first one lost; ``None`` if not known.
            When pruning began, for what was pruned.
        until: arrival of the last one lost, or when the gap was found; ``None`` if not known.
    """

    first_seq: int
    last_seq: int
    reason: GapReason
    since: datetime | None = None
    until: datetime | None = None


def insert(connection: sqlite3.Connection, gaps: Iterable[Gap]) -> None:
    """Put gaps into table ``gap``, in an open transaction."""
    connection.executemany(
        f"INSERT OR REPLACE INTO gap ({COLUMNS}) VALUES (?, ?, ?, ?, ?)",
        ((*found[:3], _to_us(found.since), _to_us(found.until)) for found in gaps),
    )


def read(connection: sqlite3.Connection) -> list[Gap]:
    """Table ``gap``, ascending."""
    sql = f"SELECT {COLUMNS} FROM gap ORDER BY first_seq, last_seq"
    return [from_row(row) for row in connection.execute(sql)]


def from_row(row: tuple[int, int, str, int | None, int | None]) -> Gap:
    """A row of table ``gap``."""
    first_seq, last_seq, reason, since_us, until_us = row
    return Gap(first_seq, last_seq, GapReason(reason), _from_us(since_us), _from_us(until_us))


def pruned(gaps: Iterable[Gap]) -> Gap | None:
    """What was pruned so far, the oldest part of it if there are several."""
    return next((found for found in gaps if found.reason is GapReason.PRUNED), None)


def grow_pruned(connection: sqlite3.Connection, more: Gap) -> None:
    """Add to what was pruned, in an open transaction; ``since`` stays when pruning began."""
    known = [found for found in read(connection) if found.reason is GapReason.PRUNED]
    for part in known:
        if part.first_seq <= more.last_seq + 1:  # nothing is left between them
            more = more._replace(
                first_seq=min(part.first_seq, more.first_seq),
                last_seq=max(part.last_seq, more.last_seq),
                since=part.since or more.since,
                until=more.until or part.until,
            )
    forget_pruned(connection, more.last_seq + 1)
    insert(connection, [more])


def forget_pruned(connection: sqlite3.Connection, until: int = (1 << 63) - 1) -> None:
    """Remove what was pruned from the list, as far as it begins up to here, to list it anew."""
    sql = "DELETE FROM gap WHERE reason = ? AND first_seq <= ?"
    connection.execute(sql, (GapReason.PRUNED, until))


def unexplained(gaps: Iterable[Gap], first_seq: int, last_seq: int) -> list[tuple[int, int]]:
    """The parts of ``first_seq`` to ``last_seq`` that no gap of the list explains.

    >>> unexplained([Gap(3, 4, GapReason.DAMAGED)], 1, 6)
    [(1, 2), (5, 6)]
    """
    runs = []
    for gap in sorted(gaps):
        if gap.last_seq < first_seq or gap.first_seq > last_seq:
            continue
        if gap.first_seq > first_seq:
            runs.append((first_seq, gap.first_seq - 1))
        first_seq = max(first_seq, gap.last_seq + 1)
    if first_seq <= last_seq:
        runs.append((first_seq, last_seq))
    return runs


def _to_us(time: datetime | None) -> int | None:
    return None if time is None else (time - _EPOCH) // timedelta(microseconds=1)


def _from_us(time_us: int | None) -> datetime | None:
    return None if time_us is None else _EPOCH + timedelta(microseconds=time_us)
