"""The journal's file: SQLite in WAL mode with ``synchronous=FULL``, one row a batch.

A new file is built under another name and renamed when it is whole, so whatever lies under the
journal's own name is either a sound journal or a damaged one. Two connections: one writes, one
reads; WAL lets them work at the same time.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from telewatt.store import gap, rows, schema, wal
from telewatt.store.batch import MAGIC, BatchError, Sealed, check
from telewatt.store.faults import (
    AheadError,
    DamagedError,
    UntouchableError,
    needs_reopening,
    telling_damage,
)
from telewatt.store.gap import Gap

PAGE_SIZE = 512  # small pages: a commit rewrites few bytes (docs/adr/0004-journal.md)
CHECKPOINT_PAGES = 2000
SQLITE_MAGIC = b"SQLite format 3\x00"
_CACHE_KIB = 512
_CHUNK_BYTES = 1 << 20
_MARKS = (MAGIC, b"CREATE TABLE batch (")  # what no other file holds
_VERSIONS_MAX = 1000  # a higher schema version is a damaged header, not a newer program


def beside(path: Path, suffix: str) -> Path:
    """The path with ``suffix`` after its whole name, as SQLite names its own side files."""
    return path.with_name(path.name + suffix)


def has_bytes(path: Path) -> bool:
    """Whether the file is there and not empty."""
    return path.exists() and path.stat().st_size > 0


def sync_folder(path: Path) -> None:
    """Make renames and new files in the folder of ``path`` survive a power cut."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def build(path: Path, fill: Callable[[sqlite3.Connection], None] | None = None) -> None:
    """Make a new journal at ``path``, whole or not at all; only its user may read it.

    Args:
        path: nothing may be there.
        fill: called inside one transaction to put rows into the empty journal.

    Raises:
        OSError, sqlite3.Error: the disk is full, read-only or away.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = beside(path, ".new")
    for suffix in ("", "-journal", "-wal", "-shm"):
        beside(new, suffix).unlink(missing_ok=True)
    new.touch(mode=0o600)  # SQLite gives its side files the same mode
    connection = sqlite3.connect(new, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA synchronous = OFF")  # nothing to lose before the rename
        schema.migrate(connection, schema.load_steps())
        if fill is not None:
            connection.execute("BEGIN")
            fill(connection)
            connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    _sync(new)
    new.rename(path)
    sync_folder(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        _check_header(path)
        if wal.is_damaged(beside(path, "-wal"), PAGE_SIZE):
            raise DamagedError(f"{path}-wal is damaged")
        self._identity = _identity(path)
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
        """The place of every reader."""
        places = self._writer.execute("SELECT name, seq FROM reader")
        return {name: int(seq) for name, seq in places}

    def gaps(self) -> list[Gap]:
        """All gaps ever found, ascending."""
        return read_gaps(self._writer)

    def was_closed(self) -> bool:
        """Whether the last service that wrote here closed the journal."""
        row = self._writer.execute("SELECT clean FROM closing").fetchone()
        if row is None:
            raise DamagedError("table closing is empty")
        return bool(row[0])

    def moved(self) -> bool:
        """Whether another file, or none, is now where this one was."""
        try:
            return _identity(self.path) != self._identity
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

    def swap(self, old: Iterable[Sealed], new: Sealed, span: rows.Span | None) -> bool:
        """Put one row in place of those read before, durably.

        Returns:
            ``False``, and nothing is changed, if one of them is not as it was read.
        """
        with self._transaction() as connection:
            if not (swapped := rows.swap(connection, old, new, span)):
                connection.execute("ROLLBACK")
        return swapped

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
    connection.executemany(
        "INSERT OR REPLACE INTO reader (name, seq) VALUES (?, ?)", places.items()
    )
    connection.executemany(
        f"INSERT OR REPLACE INTO gap ({gap.COLUMNS}) VALUES (?, ?, ?, ?, ?)", map(gap.to_row, gaps)
    )


def read_gaps(connection: sqlite3.Connection) -> list[Gap]:
    """Table ``gap``, ascending."""
    found = connection.execute(f"SELECT {gap.COLUMNS} FROM gap ORDER BY first_seq, last_seq")
    return [gap.from_row(row) for row in found]


def find_missing(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """The runs of numbers before the last batch that neither a batch nor a gap explains."""
    known = read_gaps(connection)
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


def connect(path: Path, writable: bool) -> sqlite3.Connection:
    """A connection with the settings of every journal; raises what `Database` raises."""
    # without a log SQLite would want to make one, which a read-only disk refuses
    read_only = "mode=ro" if has_bytes(beside(path, "-wal")) else "immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{'mode=rw' if writable else read_only}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=2.0,
    )
    try:
        with telling_damage(path, strict=True):
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = OFF")  # no zeros over what was packed
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {4 * CHECKPOINT_PAGES * PAGE_SIZE}")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _check_header(path: Path) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UntouchableError(path, None)  # a device or a pipe
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(SQLITE_MAGIC):
        if not is_ours(path):
            raise UntouchableError(path, None)
        raise DamagedError(f"{path} is not an SQLite file")
    version = int.from_bytes(header[60:64])
    ours = int.from_bytes(header[68:72]) == schema.APPLICATION_ID
    if not ours and not _has_our_tables(path):
        raise UntouchableError(path, None)
    if version > _VERSIONS_MAX or int.from_bytes(header[16:18]) != PAGE_SIZE:
        raise DamagedError(f"{path} has a damaged header")
    if version > len(schema.load_steps()):
        raise UntouchableError(path, version)
    if not ours:
        raise DamagedError(f"{path} has a damaged header")


def is_ours(path: Path) -> bool:
    """Whether a file that is no sound journal is what is left of one, and may be moved."""
    with path.open("rb") as file:
        header = file.read(100)
        if header.startswith(SQLITE_MAGIC):
            return True
        if int.from_bytes(header[68:72]) == schema.APPLICATION_ID:
            return True
        file.seek(0)
        if not any(any(chunk) for chunk in iter(lambda: file.read(_CHUNK_BYTES), b"")):
            return True  # empty, or zeroed by a power cut
    return _has_mark(path)


def _has_mark(path: Path) -> bool:
    """Whether the file or its log has a mark of ours anywhere."""
    for source in (path, beside(path, "-wal")):
        if not source.exists():
            continue
        with source.open("rb") as file:
            end = b""
            while chunk := file.read(_CHUNK_BYTES):
                if any(mark in end + chunk for mark in _MARKS):
                    return True
                end = chunk[-max(map(len, _MARKS)) :]
    return False


def _has_our_tables(path: Path) -> bool:
    """Read without leaving a trace; a file too damaged to tell is ours if it has a mark."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
    try:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    except (sqlite3.Error, UnicodeDecodeError):
        return _has_mark(path)
    finally:
        connection.close()
    return {"batch", "reader", "gap"} <= names
