"""The journal's file: SQLite in WAL mode with ``synchronous=FULL``, one row a batch.

A new file is built under another name and renamed when it is whole, so whatever lies under the
journal's own name is either a sound journal or a damaged one. Two connections: one writes, one
reads; WAL lets them work at the same time.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from telewatt.store import files, gap, rows, schema, wal
from telewatt.store.batch import BatchError, Sealed, check
from telewatt.store.faults import AheadError, DamagedError, needs_reopening, telling_damage
from telewatt.store.files import PAGE_SIZE, beside, connect, identity
from telewatt.store.gap import Gap
from telewatt.store.ownership import check_header


class Database:
    """An open journal file; its methods raise what `telewatt.store.faults` sorts.

    Attributes:
        path: the file.
        writable: ``False`` if it was opened only to be read, or has to be opened again to write.
    """

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Open and check an existing journal.

        Raises:
            DamagedError: not a sound journal.
            UntouchableError: a newer version's, or another program's.
            OSError, sqlite3.Error: the disk is away, read-only (try ``writable=False``) or full.
        """
        self.path = path
        self.writable = writable
        check_header(path)
        if wal.is_damaged(beside(path, "-wal"), PAGE_SIZE):
            raise DamagedError(f"{path}-wal is damaged")
        self._identity = identity(path)
        with contextlib.ExitStack() as opened:
            self._writer = opened.enter_context(contextlib.closing(connect(path, writable)))
            if writable:
                with telling_damage(path):  # another error is a wrong migration: a bug
                    schema.migrate(self._writer, schema.load_steps())
            self._reader = opened.enter_context(contextlib.closing(connect(path, writable)))
            with telling_damage(path, strict=True):
                self._check_content()
            opened.pop_all()

    def _check_content(self) -> None:
        self.places()
        self.gaps()
        self.was_closed()
        self.first_seq()
        self.audit()
        if any(first_seq < expected for expected, first_seq in rows.jumps(self._writer)):
            raise DamagedError("batches overlap")
        last = self._last_row()
        if last is not None and not _fits(*last):
            raise DamagedError("the last batch has another number than its row")

    def _last_row(self) -> tuple[int, int, bytes] | None:
        sql = "SELECT first_seq, entries, payload FROM batch ORDER BY first_seq DESC LIMIT 1"
        row: tuple[int, int, bytes] | None = self._writer.execute(sql).fetchone()
        return row

    def audit(self) -> list[tuple[int, int]]:
        """The runs of numbers, first and last, that neither a batch nor a listed gap explains."""
        return find_missing(self._writer)

    def last_batch(self) -> Sealed | None:
        """The newest batch; its payload may turn out to be damaged."""
        row = self._last_row()
        return None if row is None else Sealed(*row)

    def last_seq(self) -> int:
        """The highest number ever given durably, to an entry or to a gap; 0 if none."""
        batch = self.last_batch()
        ends = [listed.last_seq for listed in self.gaps()]
        return max((0 if batch is None else batch.last_seq, *ends))

    def first_seq(self) -> int | None:
        """The oldest number stored."""
        first: int | None = self._writer.execute("SELECT min(first_seq) FROM batch").fetchone()[0]
        return first

    def places(self) -> dict[str, int]:
        """The place of every reader: in the table, or further on in the newest batch."""
        return rows.places(self._writer)

    def gaps(self) -> list[Gap]:
        """All gaps ever found, ascending."""
        return gap.read(self._writer)

    def was_closed(self) -> bool:
        """Whether the last service that wrote here closed the journal."""
        row = self._writer.execute("SELECT clean FROM closing").fetchone()
        if row is None:
            raise DamagedError("table closing is empty")
        return bool(row[0])

    def moved(self) -> bool:
        """Whether another file, or none, is now where this one was."""
        try:
            return identity(self.path) != self._identity
        except FileNotFoundError:
            return True

    def write(
        self,
        batches: Iterable[Sealed] = (),
        places: Mapping[str, int] | None = None,
        gaps: Iterable[Gap] = (),
        closed: bool | None = None,
    ) -> None:
        """Store all of it durably, or nothing."""
        with self._transaction() as connection:
            insert(connection, batches, places or {}, gaps)
            if closed is not None:
                connection.execute("UPDATE closing SET clean = ?", (closed,))

    def swap(self, packed: rows.Packed) -> bool:
        """Put one row in place of those read before, durably.

        Returns:
            ``False``, and nothing is changed, if one of them is not as it was read.
        """
        with self._transaction() as connection:
            if not (swapped := rows.swap(connection, packed)):
                connection.execute("ROLLBACK")
            else:
                insert(connection, (), packed.places, ())
        return swapped

    def used_bytes(self) -> int:
        """The pages of the file that hold something."""
        pages, free = self._pages()
        return (pages - free) * PAGE_SIZE

    def is_mostly_free(self) -> bool:
        """Whether more than half of the file, and not just a little, holds nothing."""
        pages, free = self._pages()
        return free * PAGE_SIZE > files.FREE_BYTES and free > pages // 2

    def _pages(self) -> tuple[int, int]:
        """All pages, and those that hold nothing."""
        with telling_damage(self.path):
            (pages,) = self._reader.execute("PRAGMA page_count").fetchone()
            (free,) = self._reader.execute("PRAGMA freelist_count").fetchone()
        return int(pages), int(free)

    def newest_volume(self) -> rows.Volume | None:
        """How much the newest packed rows hold."""
        with telling_damage(self.path):
            return rows.newest_volume(self._reader)

    def oldest(self, size: int, keep_after: int) -> Gap | None:
        """The rows that pruning takes next, to free so many bytes."""
        with telling_damage(self.path):
            return rows.oldest(self._reader, size, keep_after)

    def prune(self, oldest: Gap, now: datetime) -> bool:
        """Remove these rows durably; the gap of what was pruned grows."""
        with self._transaction() as connection:
            rows.delete(connection, oldest.first_seq, oldest.last_seq)
            gap.grow_pruned(connection, oldest._replace(since=now))
        return True

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with telling_damage(self.path):
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                if self._writer.in_transaction:
                    self._writer.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                if "batch.first_seq" in str(error):
                    raise AheadError(f"another process has written: {error}") from error
                raise
            except sqlite3.Error as error:
                self.writable = not needs_reopening(error)
                raise
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def read(self, after: int, limit: int) -> list[Sealed]:
        """The rows that hold the entries after ``after``, until ``limit`` entries are covered.

        Raises:
            DamagedError: a row is no batch's.
        """
        with telling_damage(self.path):
            return rows.read(self._reader, after, limit)

    def next_unpacked(self, after: int) -> int | None:
        """Number of the first row beyond ``after`` that packing has not looked at."""
        with telling_damage(self.path):
            return rows.next_unpacked(self._reader, after)

    def close(self) -> None:
        """Close both connections; the last one out moves the WAL into the file."""
        self._reader.close()
        self._writer.close()


def insert(
    connection: sqlite3.Connection,
    batches: Iterable[Sealed],
    places: Mapping[str, int],
    gaps: Iterable[Gap],
) -> None:
    """Put rows into an open transaction."""
    rows.insert(connection, batches)
    rows.store_places(connection, places)
    gap.insert(connection, gaps)


def find_missing(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """The runs of numbers before the last batch that neither a batch nor a gap explains."""
    known = gap.read(connection)
    return [
        run
        for expected, first_seq in rows.jumps(connection)
        for run in gap.unexplained(known, expected, first_seq - 1)
    ]


def _fits(first_seq: int, entries: int, payload: bytes) -> bool:
    try:
        sealed = check(payload)
    except BatchError:
        return True  # a damaged payload in a sound row costs only itself
    return (sealed.first_seq, sealed.entries) == (first_seq, entries)
