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
from telewatt.store.history.faults import telling

APPLICATION_ID = 0x746C7748  # "tlwH": tells a history from any other SQLite file
PAGE_SIZE = 4096
_SQLITE_MAGIC = b"SQLite format 3\x00"
_BUSY_S = 10.0
_CACHE_KIB = 1024
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
            opened.pop_all()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored durably, or nothing."""
        with self._writing, telling(self.path), _rolled_back(self._writer):
            self._writer.execute("BEGIN IMMEDIATE")
            yield self._writer
            self._writer.execute("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One state of the file, whatever others write meanwhile."""
        with self._reading, telling(self.path), _rolled_back(self._reader):
            self._reader.execute("BEGIN")
            yield self._reader

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
    connection = sqlite3.connect(new, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        _migrate(connection)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    with contextlib.suppress(FileExistsError):  # another process was faster
        os.link(new, path)
    new.unlink()
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _steps() -> list[str]:
    """The SQL of all versions: the first makes version 1 of an empty file."""
    found = (item for item in files(__package__).iterdir() if item.name.endswith(".sql"))
    return [item.read_text("utf-8") for item in sorted(found, key=lambda item: item.name)]


def _migrate(connection: sqlite3.Connection) -> None:
    steps = _steps()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == len(steps):
        return
    script = "".join(
        f"{step}\nPRAGMA user_version = {number};\n"
        for number, step in enumerate(steps, start=1)
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
    if version > len(_steps()):
        raise UntouchableError(path, version)


def _connect(path: Path, writable: bool) -> sqlite3.Connection:
    # without a log SQLite would want to make one, which a read-only disk refuses
    log = path.with_name(f"{path.name}-wal")
    read_only = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{'mode=rw' if writable else read_only}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_S,
    )
    try:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
