"""What can be wrong with a file, sorted by what to do about it.

`DamagedError`: salvage it. `UntouchableError`: leave it alone, work beside it. Everything
`is_world` accepts: the disk is away, full or read-only, try again later. The rest are bugs.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from telewatt.language import Text, TextError

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT}
_REOPEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_WORLD = _REOPEN | {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOMEM,
}


_FOLDER = Text(
    en="journal {path}: this is a folder; write {path}/journal.db",
    fr="journal {path} : c'est un dossier ; écrivez {path}/journal.db",
)


class JournalError(TextError):
    """The journal cannot be opened at all, and the user has to change something."""


class JournalFolderError(JournalError):
    """The journal's path is a folder, which is not ours to move."""

    def __init__(self, path: Path) -> None:
        super().__init__(_FOLDER.fill(path=path))


class DamagedError(Exception):
    """The file is no sound journal; what it holds must be salvaged."""


class UntouchableError(Exception):
    """The file belongs to somebody else: a newer version of this program, or another one."""

    def __init__(self, path: Path, version: int | None) -> None:
        super().__init__(path, version)
        self.path = path
        self.version = version  # ``None``: not a journal at all


class TakenError(OSError):
    """Another process writes the journal now: the lock was taken away from this one."""


class AheadError(OSError):
    """The file holds higher numbers than this service knows of."""


def is_world(error: Exception) -> bool:
    """Whether the disk is away, full or read-only: worth another try later."""
    if isinstance(error, sqlite3.Error):
        return _code(error) in _WORLD
    return isinstance(error, OSError)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether others are using the file now."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def needs_reopening(error: sqlite3.Error) -> bool:
    """Whether the connection itself may be of no more use.

    SQLite opens a file it may not write without a word, and stays with that.
    """
    return _code(error) in _REOPEN


@contextlib.contextmanager
def telling_damage(path: Path, *, strict: bool = False) -> Iterator[None]:
    """Turn what SQLite says about damaged content into `DamagedError`.

    Args:
        path: named in the error.
        strict: nothing but the disk may be wrong here, so any other error is damage too.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        # SQLite quotes damaged text in its message, and Python cannot read that
        raise DamagedError(f"{path}: {error}") from error
    except sqlite3.Error as error:
        if is_world(error) or not (strict or _code(error) in _DAMAGE):
            raise
        raise DamagedError(f"{path}: {error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        if not strict:
            raise
        raise DamagedError(f"{path}: a value of a wrong type: {error}") from error


def _code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
