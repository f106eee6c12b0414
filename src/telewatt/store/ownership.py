"""Whose file it is: a journal, what is left of one, or somebody else's."""

import sqlite3
from pathlib import Path

from telewatt.store import schema
from telewatt.store.batch import MAGIC
from telewatt.store.faults import DamagedError, UntouchableError
from telewatt.store.files import PAGE_SIZE, beside, is_open_here

SQLITE_MAGIC = b"SQLite format 3\x00"
_CHUNK_BYTES = 1 << 20
_MARKS = (MAGIC, b"CREATE TABLE batch (")  # what no other file holds
_VERSIONS_MAX = 1000  # a higher schema version is a damaged header, not a newer program


def check_header(path: Path) -> None:
    """Look at a file before SQLite does; what is open here is known.

    Raises:
        UntouchableError: a newer version's, or another program's.
        DamagedError: not a sound journal.
        OSError: the disk is away.
    """
    if is_open_here(path):
        return
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
