"""The files of a journal: made whole or not at all, opened with the same settings everywhere."""

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from telewatt.store import schema
from telewatt.store.faults import is_busy, telling_damage

PAGE_SIZE = 512  # small pages: a commit rewrites few bytes (docs/adr/0004-journal.md)
CHECKPOINT_PAGES = 8000  # a page that changes again and again goes into the file once in that time
BUSY_S = 10.0  # how long others may write: each of their transactions is short
_NEW = ".new"  # ends the names of files that are being made
FREE_BYTES = 16 << 20  # less is not worth a copy
_CACHE_KIB = 512


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
    new = _prepare_new(path)
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
    put_in_place(new)


def _prepare_new(path: Path) -> Path:
    """An empty file beside ``path`` for the owner of its folder alone."""
    new = beside(path, _NEW)
    for suffix in ("", "-journal", "-wal", "-shm"):
        beside(new, suffix).unlink(missing_ok=True)
    new.touch(mode=0o600)  # SQLite gives its side files the same mode
    give_to_owner(new)
    return new


def give_to_owner(path: Path) -> None:
    """Give a file that root has made to whom its folder belongs: the service, which needs it."""
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)


def put_in_place(new: Path) -> None:
    """Rename a new file that is whole, durably: it takes the place of the one before."""
    path = new.with_name(new.name.removesuffix(_NEW))
    _sync(new)
    new.rename(path)
    sync_folder(path)


def copy(source: Path, path: Path) -> Path:
    """Copy a database, which others may be writing, into a new file beside ``path``.

    Returns:
        The new file, for `put_in_place`. It has no log.

    Raises:
        OSError, sqlite3.Error: one of both disks refuses.
    """
    new = _prepare_new(path)
    with (
        contextlib.closing(
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)
        ) as old,
        contextlib.closing(sqlite3.connect(new)) as connection,
    ):
        old.backup(connection)
        connection.execute("PRAGMA journal_mode = DELETE")
    return new


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it is stored durably, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def connect_alone(path: Path) -> sqlite3.Connection:
    """A connection without a log, for a journal that no service uses.

    Raises:
        DamagedError: not a sound journal.
        OSError, sqlite3.Error: the disk is away or full.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_S
    )
    try:
        with telling_damage(path, strict=True):
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_mode = DELETE")
    except BaseException:
        connection.close()
        raise
    return connection


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Connection(sqlite3.Connection):
    """Tells `is_open_here` of itself."""

    file: tuple[int, int] | None = None

    def close(self) -> None:
        if self.file is not None:
            _open_here[self.file] -= 1
            self.file = None
        super().close()


_open_here: Counter[tuple[int, int]] = Counter()


def is_open_here(path: Path) -> bool:
    """Whether this process has the journal at ``path`` open.

    Then it must not open the file past SQLite: as soon as any descriptor of a file is closed, the
    process loses the locks that SQLite holds on it (fcntl(2)), and others take its log away.
    """
    try:
        return _open_here[identity(path)] > 0
    except FileNotFoundError:
        return False


def identity(path: Path) -> tuple[int, int]:
    """What tells this file from any other, whatever its name."""
    found = path.stat()
    return found.st_dev, found.st_ino


def connect(path: Path, writable: bool) -> sqlite3.Connection:
    """A connection with the settings of every journal; raises what `Database` raises."""
    # without a log SQLite would want to make one, which a read-only disk refuses
    read_only = "mode=ro" if has_bytes(beside(path, "-wal")) else "immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{'mode=rw' if writable else read_only}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_S,
        factory=_Connection,
    )
    try:
        connection.file = identity(path)
        _open_here[connection.file] += 1
        with telling_damage(path, strict=True):
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA synchronous = FULL")
            if writable:
                connection.execute("PRAGMA journal_mode = WAL")  # `shrink` may have been killed
            connection.execute("PRAGMA secure_delete = OFF")  # no zeros over what was packed
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {2 * CHECKPOINT_PAGES * PAGE_SIZE}")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def shrink(path: Path) -> None:
    """Give the free pages of a closed journal back to the disk; nothing if others use it now.

    The small copy takes the place of the file when it is whole. Until then nobody can write to
    the file, and there is no log of it that could be taken for one of the copy.

    Raises:
        OSError, sqlite3.Error: the disk is full or refuses; the file is as it was.
    """
    new = _prepare_new(path)
    with contextlib.closing(connect(path, writable=True)) as connection:
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return
            raise
        connection.execute("VACUUM INTO ?", (str(new),))
        with contextlib.closing(sqlite3.connect(new)) as copy:
            copy.execute("PRAGMA journal_mode = WAL")
        put_in_place(new)
