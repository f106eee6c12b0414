"""The life of the journal's file: made, opened, set aside, salvaged, gone and back again.

Whatever file lies at the journal's path, the service starts; what happened is told by an alarm.
Only a folder and a journal that another process is writing stop it. Nothing is renamed but what is
left of a journal.
"""

import contextlib
import errno
import logging
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from telewatt.store import lock, salvage, schema
from telewatt.store.alarms import KEEP_ASIDE, AlarmKind, Alarms
from telewatt.store.database import Database
from telewatt.store.faults import (
    AheadError,
    DamagedError,
    JournalFolderError,
    TakenError,
    UntouchableError,
    is_world,
)
from telewatt.store.files import beside, build, has_bytes, shrink
from telewatt.store.ownership import is_ours

_log = logging.getLogger("telewatt.store")
_READ_ONLY_ERRNOS = {errno.EROFS, errno.EACCES, errno.EPERM}
_UNFINISHED = (".new", ".new-journal", ".new-wal", ".new-shm")  # of a file being built
_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Storage:
    """The place of one journal on disk, and the file open there now.

    Attributes:
        database: the open file; ``None`` while there is none.
        salvaged: a damaged file was replaced since this was last set to False.
    """

    def __init__(self, path: Path, alarms: Alarms) -> None:
        """Lock the journal.

        Raises:
            JournalFolderError: the path is a folder.
            JournalInUseError: another process writes it.
        """
        with contextlib.suppress(PermissionError):
            if path.is_dir():
                raise JournalFolderError(path)
        self.path = path
        self.database: Database | None = None
        self.salvaged = False
        self._alarms = alarms
        self._lock = lock.acquire(path)

    def hold(self) -> None:
        """Make sure that the lock is still ours: its file may have been deleted.

        Raises:
            TakenError: another process has it now.
        """
        if self._lock is not None and lock.is_current(self._lock, self.path):
            return
        self._release()
        try:
            self._lock = lock.acquire(self.path)
        except lock.JournalInUseError as error:
            raise TakenError(f"pid {error.pid}") from error

    def attach(self) -> Database:
        """The journal open for writing; makes, migrates or salvages the file as needed.

        Raises:
            OSError, sqlite3.Error: the disk is away, full or read-only; `read_only` may do.
        """
        self.hold()
        self.detach()
        try:
            self.database = self._open(self.path)
        except UntouchableError as error:
            path = self.path.with_name(
                f"{self.path.stem}.telewatt-v{len(schema.load_steps())}{self.path.suffix}"
            )
            kind = AlarmKind.FOREIGN if error.version is None else AlarmKind.NEWER
            self._alarms.sound(kind, path=self.path, beside=path, version=error.version)
            self.database = self._open_beside(path)
        return self.database

    def attach_read_only(self) -> Database | None:
        """The journal open for reading where it cannot be written; ``None`` if not even that."""
        self.detach()
        try:
            self.database = Database(self.path, writable=False)
        except (OSError, sqlite3.Error, DamagedError, UntouchableError):
            return None  # the alarm of the failed `attach` tells why
        return self.database

    def replace_damaged(self, cause: Exception) -> Database:
        """Set the open file aside, salvage it and open what was saved.

        Raises:
            OSError, sqlite3.Error: the disk does not allow it now; `attach` goes on with it later.
        """
        path = self.path if self.database is None else self.database.path
        self.detach()
        if not (path.is_file() and is_ours(path)):
            return self.attach()  # somebody has put another file in its place
        self.database = self._salvage(path, salvage.set_aside(path, datetime.now(UTC)), cause)
        return self.database

    def was_never_made(self) -> bool:
        """Whether there is no journal yet, rather than one that cannot be seen now.

        A folder that is read-only may be where the disk with the journal is not mounted yet.
        """
        kinds = {alarm.kind for alarm in self._alarms.active()}
        with contextlib.suppress(OSError):
            names = {file.name for file in self.path.parent.iterdir()}
            ours = {name for name in names if name.startswith(self.path.name)}
            leftovers = {beside(self.path, suffix).name for suffix in (".lock", *_UNFINISHED)}
            return AlarmKind.READ_ONLY not in kinds and ours <= leftovers
        return False

    def fail(self, error: Exception) -> None:
        """Tell the user that the disk refuses."""
        self._alarms.sound(_kind_of(error, self.path), path=self.path, detail=error)

    def close(self) -> None:
        """Close the file and let others have the journal."""
        self.detach()
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def detach(self) -> None:
        """Close the file, if one is open."""
        database, self.database = self.database, None
        if database is not None:
            database.close()

    def _open_beside(self, path: Path) -> Database:
        try:
            return self._open(path)
        except UntouchableError as error:
            raise PermissionError(errno.EPERM, "belongs to another program", str(path)) from error

    def _open(self, path: Path) -> Database:
        for source in salvage.unfinished(path):
            self._salvage(path, source, InterruptedError("salvage interrupted")).close()
        if not path.exists() and not has_bytes(beside(path, "-wal")):
            build(path)
        try:
            return self._shrunk(Database(path))
        except (DamagedError, FileNotFoundError) as error:
            return self._salvage(path, salvage.set_aside(path, datetime.now(UTC)), error)

    def _shrunk(self, database: Database) -> Database:
        """The same journal in a smaller file, after much of it was pruned or packed."""
        path = database.path
        if not database.is_mostly_free():
            return database
        database.close()
        try:
            shrink(path)
        except Exception as error:
            if not is_world(error):
                raise
            _log.info("journal %s keeps its free pages: %s", path, error)
        return Database(path)

    def _salvage(self, path: Path, source: Path, cause: Exception) -> Database:
        found = salvage.recover(path, source)
        self.salvaged = True
        if isinstance(cause, FileNotFoundError):
            self._alarms.sound(AlarmKind.REMOVED, path=path)
            return Database(path)
        self._alarms.sound(
            AlarmKind.DAMAGED,
            path=path,
            aside=found.set_aside.name,
            entries=found.entries,
            detail=cause,
            remedy=KEEP_ASIDE if found.entries == 0 else None,
        )
        return Database(path)


def _kind_of(error: Exception, path: Path) -> AlarmKind:
    """Which alarm tells of this error; SQLite does not always name the cause."""
    if isinstance(error, AheadError):
        return AlarmKind.AHEAD
    if isinstance(error, TakenError):
        return AlarmKind.TAKEN
    name = getattr(error, "sqlite_errorname", "")
    number = getattr(error, "errno", None)
    if name.startswith("SQLITE_FULL") or number in _FULL_ERRNOS:
        return AlarmKind.DISK_FULL
    if name.startswith("SQLITE_READONLY") or number in _READ_ONLY_ERRNOS:
        return AlarmKind.READ_ONLY
    if name.startswith("SQLITE_CANTOPEN") and not os.access(path.parent, os.W_OK):
        return AlarmKind.READ_ONLY
    return AlarmKind.DISK_ERROR
