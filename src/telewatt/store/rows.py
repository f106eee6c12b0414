"""Table ``batch``: one row a run of consecutive entries, by number and by time.

Rows as committed are the newest ones and in no index; all others are in ``batch_span``, so that
numbers and times are found without reading a payload.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from telewatt.store import batch, gap
from telewatt.store.batch import BatchError, Sealed
from telewatt.store.faults import DamagedError
from telewatt.store.gap import Gap, GapReason

_PRUNED_ROWS = 256  # in one transaction, at most
_NEWEST_BATCHES = 5  # so many damaged ones may hide the places in the one before
_NEWEST_ROWS = 24 * 14
_INDEXED = "batch INDEXED BY batch_span WHERE packed IS NOT 0"
_SIZE = "(SELECT length(payload) FROM batch AS row WHERE row.first_seq = batch.first_seq)"


class Span(NamedTuple):
    """Earliest and latest arrival of a row's entries, microseconds since 1970, UTC."""

    since_us: int
    until_us: int


class Stored(NamedTuple):
    """A whole row.

    Attributes:
        packed: 0 as committed, 1 as it stays, ``None`` if packing has not looked at it.
        since_us, until_us: its times, if it is packed and not damaged.
        digest: of the raw bytes of its frames, if it is packed and not damaged.
    """

    first_seq: int
    entries: int
    payload: bytes
    packed: int | None
    since_us: int | None
    until_us: int | None
    digest: bytes | None

    @property
    def last_seq(self) -> int:
        """Number of the last entry."""
        return self.first_seq + self.entries - 1

    @property
    def sealed(self) -> Sealed:
        """Its batch."""
        return Sealed(self.first_seq, self.entries, self.payload)


class Mark(NamedTuple):
    """What tells a row from another without reading its payload: the head has its CRC."""

    first_seq: int
    entries: int
    packed: bool
    head: bytes

    @property
    def last_seq(self) -> int:
        """Number of the last entry."""
        return self.first_seq + self.entries - 1


class Packed(NamedTuple):
    """A row that takes the place of others.

    Attributes:
        old: the rows to replace.
        new: what takes their place; a row that stays is in both.
        span: its times; ``None`` if it is damaged.
        digest: of the raw bytes of its frames; ``None`` if it is damaged.
        places: those of the readers in the newest of the rows.
    """

    old: Sequence[Sealed]
    new: Sealed
    span: Span | None
    digest: bytes | None
    places: Mapping[str, int]


def insert(connection: sqlite3.Connection, batches: Iterable[Sealed]) -> None:
    """Store what was committed."""
    sql = "INSERT INTO batch (first_seq, entries, payload, packed) VALUES (?, ?, ?, 0)"
    connection.executemany(sql, batches)


def swap(connection: sqlite3.Connection, packed: Packed) -> bool:
    """Put one row in place of those read before, inside an open transaction.

    Returns:
        ``False`` if one of them is not as it was read; then the transaction must be rolled back.
    """
    for row in packed.old:
        sql = "DELETE FROM batch WHERE first_seq = ? AND entries = ? AND payload = ?"
        if connection.execute(sql, row).rowcount != 1:
            return False
    connection.execute(
        """INSERT INTO batch (first_seq, entries, payload, packed, since_us, until_us, digest)
        VALUES (?, ?, ?, 1, ?, ?, ?)""",
        (*packed.new, *(packed.span or (None, None)), packed.digest),
    )
    return True


def replace(connection: sqlite3.Connection, old: Sealed, new: Sealed, digest: bytes) -> bool:
    """Put another payload with the same raw bytes into a packed row.

    Returns:
        ``False`` if the row is not as it was read, or its raw bytes have another digest.
    """
    sql = """UPDATE batch SET payload = ? WHERE first_seq = ? AND entries = ? AND payload = ?
        AND packed = 1 AND digest = ?"""
    return connection.execute(sql, (new.payload, *old, digest)).rowcount == 1


def read(connection: sqlite3.Connection, after: int, limit: int) -> list[Sealed]:
    """The rows that hold the entries after ``after``, until ``limit`` entries are covered.

    Raises:
        DamagedError: a row is no batch's.
    """
    found: list[Sealed] = []
    with contextlib.closing(connection.execute(_READ, {"next": after + 1})) as cursor:
        for row in cursor:
            if not (isinstance(row[1], int) and isinstance(row[2], bytes)):
                raise DamagedError(f"the row of entry {row[0]} has values of a wrong type")
            sealed = Sealed(*row)
            if sealed.last_seq > after:
                found.append(sealed)
            if sealed.last_seq >= after + limit:
                break
    return found


_READ = """
    SELECT first_seq, entries, payload FROM batch WHERE first_seq >= coalesce(
        (SELECT max(first_seq) FROM batch WHERE first_seq <= :next), :next)
    ORDER BY first_seq"""


def stored(connection: sqlite3.Connection, first_seq: int) -> Stored | None:
    """The row with this number, if it is still there."""
    sql = f"SELECT {', '.join(Stored._fields)} FROM batch WHERE first_seq = ?"
    row = connection.execute(sql, (first_seq,)).fetchone()
    return None if row is None else Stored(*row)


def mark(connection: sqlite3.Connection, first_seq: int) -> Mark | None:
    """What tells the row with this number from others; ``None`` if it is not there."""
    sql = "SELECT entries, packed FROM batch WHERE first_seq = ?"
    found = connection.execute(sql, (first_seq,)).fetchone()
    if found is None:
        return None
    try:
        with connection.blobopen("batch", "payload", first_seq, readonly=True) as payload:
            head = payload.read(batch.HEADER.size)
    except sqlite3.OperationalError:  # another process has just removed it
        return None
    return Mark(first_seq, found[0], bool(found[1]), head)


def within(connection: sqlite3.Connection, first_seq: int, last_seq: int) -> list[Sealed]:
    """The rows with entries of these numbers, ascending."""
    found = read(connection, first_seq - 1, last_seq - first_seq + 1)
    return [row for row in found if row.first_seq <= last_seq]


def uncovered(
    connection: sqlite3.Connection, first_seq: int, last_seq: int
) -> list[tuple[int, int]]:
    """The runs of these numbers that no row has."""
    sql = """SELECT first_seq, first_seq + entries - 1 FROM batch
        WHERE first_seq <= ? AND first_seq + entries > ? AND first_seq >= coalesce(
            (SELECT max(first_seq) FROM batch WHERE first_seq <= ?), 0)"""
    known = connection.execute(sql, (last_seq, first_seq, first_seq))
    gaps = [Gap(first, last, GapReason.MISSING) for first, last in known]
    return gap.unexplained(gaps, first_seq, last_seq)


def put(connection: sqlite3.Connection, old: Iterable[Sealed], new: Stored) -> None:
    """Put a row of another journal in place of these; it is in the index, wherever it comes."""
    connection.executemany(
        "DELETE FROM batch WHERE first_seq = ?", ((row.first_seq,) for row in old)
    )
    names, places = ", ".join(Stored._fields), ", ".join("?" * len(new))
    new = new._replace(packed=new.packed or None)
    connection.execute(f"INSERT INTO batch ({names}) VALUES ({places})", new)


def next_unpacked(connection: sqlite3.Connection, after: int) -> int | None:
    """Number of the first row beyond ``after`` that packing has not looked at."""
    sql = f"SELECT min(first_seq) FROM {_INDEXED} AND packed IS NULL AND first_seq > ?"
    (first_seq,) = connection.execute(sql, (after,)).fetchone()
    return first_seq if first_seq is not None else _next_committed(connection, after)


def next_within(connection: sqlite3.Connection, after: int, span: Span) -> int | None:
    """Number of the first row with entries beyond ``after`` that may have one of this time.

    Args:
        span: both ends included.
    """
    sql = "SELECT max(first_seq) FROM batch WHERE first_seq <= ?"
    (start,) = connection.execute(sql, (after + 1,)).fetchone()
    found = connection.execute(
        f"""SELECT first_seq FROM {_INDEXED} AND first_seq >= :start
            AND first_seq + entries > :after + 1
            AND (packed IS NULL OR since_us <= :until AND until_us >= :since)
            ORDER BY first_seq LIMIT 1""",
        {"start": start or 0, "after": after, "since": span.since_us, "until": span.until_us},
    ).fetchone()
    return found[0] if found is not None else _next_committed(connection, after)


def _next_committed(connection: sqlite3.Connection, after: int) -> int | None:
    (start,) = connection.execute(f"SELECT max(first_seq + entries) FROM {_INDEXED}").fetchone()
    found: tuple[int] | None = connection.execute(
        """SELECT first_seq FROM batch WHERE packed = 0 AND first_seq >= ?
           AND first_seq + entries > ? ORDER BY first_seq LIMIT 1""",
        (start or 0, after + 1),
    ).fetchone()
    return None if found is None else found[0]


def oldest(connection: sqlite3.Connection, size: int, keep_after: int) -> Gap | None:
    """So many of the oldest packed rows that their payloads have ``size`` bytes, or a little less.

    Args:
        size: at least one row is taken.
        keep_after: entries beyond this number stay.

    Returns:
        The gap they will leave; ``until`` is the latest arrival in the last one.
    """
    found: Gap | None = None
    sql = f"""SELECT first_seq, first_seq + entries - 1, {_SIZE}, packed, until_us
        FROM {_INDEXED} ORDER BY first_seq LIMIT {_PRUNED_ROWS}"""
    with contextlib.closing(connection.execute(sql)) as cursor:
        for first_seq, last_seq, length, packed, until_us in cursor:
            if packed != 1 or last_seq > keep_after or (found and length > size):
                break
            size -= length
            start = found.first_seq if found else first_seq
            found = gap.from_row((start, last_seq, GapReason.PRUNED, None, until_us))
    return found


def delete(connection: sqlite3.Connection, first_seq: int, last_seq: int) -> None:
    """Remove packed rows, inside an open transaction."""
    sql = "DELETE FROM batch WHERE first_seq BETWEEN ? AND ? AND packed = 1"
    connection.execute(sql, (first_seq, last_seq))


class Volume(NamedTuple):
    """How much the newest packed rows hold.

    Attributes:
        size: bytes of their payloads.
        span: from the earliest arrival to the latest.
    """

    size: int
    span: Span


def newest_volume(connection: sqlite3.Connection) -> Volume | None:
    """Of the last rows that packing made; ``None`` while there are none."""
    sql = f"""SELECT sum(size), min(since_us), max(until_us) FROM (
        SELECT {_SIZE} AS size, since_us, until_us FROM {_INDEXED} AND since_us IS NOT NULL
        ORDER BY first_seq DESC LIMIT {_NEWEST_ROWS})"""
    size, since_us, until_us = connection.execute(sql).fetchone()
    return None if since_us is None else Volume(size, Span(since_us, until_us))


def places(connection: sqlite3.Connection) -> dict[str, int]:
    """The place of every reader: in table ``reader``, or further on in the newest batch."""
    found = {name: int(seq) for name, seq in connection.execute("SELECT name, seq FROM reader")}
    sql = f"SELECT payload FROM batch ORDER BY first_seq DESC LIMIT {_NEWEST_BATCHES}"
    for (payload,) in connection.execute(sql).fetchall():
        with contextlib.suppress(BatchError):
            newest = batch.places(payload)
            return {name: max(found.get(name, 0), newest.get(name, 0)) for name in found | newest}
    return found


def store_places(connection: sqlite3.Connection, places: Mapping[str, int]) -> None:
    """Put places into table ``reader``; none goes back."""
    connection.executemany(
        """INSERT INTO reader (name, seq) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)""",
        places.items(),
    )


def last_seq(connection: sqlite3.Connection) -> int:
    """Number of the newest entry; 0 if there is none."""
    sql = "SELECT first_seq + entries - 1 FROM batch ORDER BY first_seq DESC LIMIT 1"
    found = connection.execute(sql).fetchone()
    return 0 if found is None else int(found[0])


def count_after(connection: sqlite3.Connection, after: int) -> int:
    """How many entries have a number above ``after``; numbers of gaps are none."""
    sql = """
        SELECT sum(min(entries, first_seq + entries - 1 - ?1)) FROM batch
        WHERE first_seq + entries - 1 > ?1"""
    (count,) = connection.execute(sql, [after]).fetchone()
    return int(count or 0)


def jumps(connection: sqlite3.Connection, *, quick: bool = True) -> list[tuple[int, int]]:
    """Where a row does not begin with the number after the one before: expected, found.

    Args:
        quick: do not look at each row where their numbers add up.
    """
    found, expected = [], 1
    for first_seq, end in _runs(connection, quick=quick):
        if first_seq != expected:
            found.append((expected, first_seq))
        expected = end
    return found


def _runs(connection: sqlite3.Connection, *, quick: bool) -> Iterator[tuple[int, int]]:
    """Each row's first number and the one after its last; rows that join may be one run."""
    count = f"SELECT sum(entries), min(first_seq), max(first_seq + entries) FROM {_INDEXED}"
    entries, first_seq, end = connection.execute(count).fetchone()
    if quick and entries is not None and entries == end - first_seq:
        yield first_seq, end
    elif entries is not None:
        sql = f"SELECT first_seq, first_seq + entries FROM {_INDEXED} ORDER BY first_seq"
        yield from connection.execute(sql)
    sql = "SELECT first_seq, first_seq + entries FROM batch WHERE first_seq >= ? ORDER BY first_seq"
    yield from connection.execute(sql, (end or 0,))
