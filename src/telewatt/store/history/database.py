"""The history's file: SQLite in WAL mode beside the journal, written by several processes.

Each writes in short transactions (``BEGIN IMMEDIATE``) and waits for the others; readers see one
state throughout a query. A new file is built under another name and renamed when it is whole.
"""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from telewatt.store.faults import DamagedError, UntouchableError
from telewatt.store.files import give_to_owner, sync_folder
from telewatt.store.history.faults import HistoryMovedError, telling

APPLICATION_ID = 0x746C7748  # "tlwH": tells a history from any other SQLite file
SCHEMA = ("0001_history.sql",)
"""One file a version, applied in order and never changed: the first makes version 1."""
PAGE_SIZE = 4096
_SQLITE_MAGIC = b"SQLite format 3\x00"
_BUSY_S = 10.0
_CACHE_KIB = 1024
_LOG_BYTES = 8 << 20  # what is left of the log of a large transaction
_VACUUM_PAGES = 1000
_VERSIONS_MAX = 1000  # a higher schema version is a damaged header, not a newer program


def history_path(journal: Path) -> Path:
    """Where the history of this journal is.

    >>> history_path(Path("/var/lib/telewatt/journal.db")).name
    'history.db'
    >>> history_path(Path("house.db")).name
    'house.history.db'
    """
    name = "history.db" if journal.name == "journal.db" else f"{journal.stem}.history.db"
    return journal.with_name(name)


class Database:
    """An open file: one connection that writes, one that reads; for use by several threads.

    Args:
        path: made if it is not there.
        writable: ``False`` to look only: then it must be there.

    Raises:
        HistoryError: it cannot be opened, see `telewatt.store.history.faults`.
    """

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        self.path = path
        self._writing, self._reading = threading.RLock(), threading.RLock()
        with telling(path), contextlib.ExitStack() as opened:
            if path.is_dir():
                raise UntouchableError(path, None)
            if writable and not path.exists():
                _build(path)
            _check(path)
            self._writer = opened.enter_context(contextlib.closing(_connect(path, writable)))
            if writable:
                _migrate(self._writer)
            self._reader = opened.enter_context(contextlib.closing(_connect(path, writable)))
            self._identity = _identity(path)
            opened.pop_all()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored durably, or nothing."""
        with self._writing, telling(self.path), _rolled_back(self._writer):
            self._stay()
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer
            self._writer.execute("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, whatever others write meanwhile."""
        with self._reading, telling(self.path), _rolled_back(self._reader):
            self._stay()
            self._reader.execute("BEGIN")
            yield self._reader

    def shrink(self) -> None:
        """Give free pages back to the disk, some at a time, so that others can write between."""
        with self._writing, telling(self.path):
            while self._writer.execute("PRAGMA freelist_count").fetchone() != (0,):
                self._writer.execute(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})").fetchall()

    def _stay(self) -> None:
        """Never go on with a file that was moved away or replaced by another one."""
        if not self.path.exists() or _identity(self.path) != self._identity:
            raise HistoryMovedError(path=self.path)

    def close(self) -> None:
        """Close both connections; the last one out moves the WAL into the file."""
        with self._reading, self._writing:
            self._reader.close()
            self._writer.close()


@contextlib.contextmanager
def _rolled_back(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _build(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)  # SQLite gives its side files the same mode
    give_to_owner(new)
    connection = sqlite3.connect(new, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _migrate(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    _put_in_place(new, path)


def _put_in_place(new: Path, path: Path) -> None:
    """Give the new file its name, unless another process was faster."""
    try:
        os.link(new, path)
    except FileExistsError:
        new.unlink()
    except OSError:  # a file system without links
        new.rename(path)
    else:
        new.unlink()
    sync_folder(path)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == len(SCHEMA):
        return
    script = "".join(
        f"{files(__package__).joinpath(name).read_text('utf-8')}\nPRAGMA user_version = {number};\n"
        for number, name in enumerate(SCHEMA, start=1)
        if number > version
    )
    with _rolled_back(connection):
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}PRAGMA application_id = {APPLICATION_ID};\nCOMMIT;"
        )


def _check(path: Path) -> None:
    """Refuse what is not ours before SQLite writes into it."""
    with path.open("rb") as file:
        header = file.read(100)
    ours = int.from_bytes(header[68:72]) == APPLICATION_ID
    if not ours and not (header.startswith(_SQLITE_MAGIC) or not header.strip(b"\x00")):
        raise UntouchableError(path, None)
    if not header.startswith(_SQLITE_MAGIC) or len(header) < 100:
        raise DamagedError("its header is damaged")
    if not ours:
        raise UntouchableError(path, None)
    version = int.from_bytes(header[60:64])
    if version > _VERSIONS_MAX:
        raise DamagedError("its header is damaged")
    if version > len(SCHEMA):
        raise UntouchableError(path, version)


def _connect(path: Path, writable: bool) -> sqlite3.Connection:
    if writable:
        return _connect_in(path, "mode=rw")
    try:
        return _connect_in(path, "mode=ro")
    except sqlite3.OperationalError:
        # SQLite wants to make files beside it, which a read-only disk refuses
        return _connect_in(path, "immutable=1")


def _connect_in(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_S,
    )
    try:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
