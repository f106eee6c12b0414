"""One writer a journal: an advisory lock beside the file; the kernel frees it with its holder."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from telewatt.language import Text
from telewatt.store.faults import JournalError
from telewatt.store.files import give_to_owner

_IN_USE = Text(
    en="journal {path}: already in use by process {pid}; "
    "stop that process, or give this one another journal path",
    fr="journal {path} : déjà utilisé par le processus {pid} ; "
    "arrêtez ce processus, ou donnez un autre chemin de journal à celui-ci",
)
_UNKNOWN = Text(en="unknown", fr="inconnu")


class JournalInUseError(JournalError):
    """Another process writes this journal.

    Attributes:
        text: what is wrong, where, and the remedy.
        pid: the other process; ``None`` if the lock does not tell.
    """

    def __init__(self, path: Path, pid: str) -> None:
        self.path = path
        self.pid = int(pid) if pid.isdecimal() else None
        super().__init__(_IN_USE.fill(path=path, pid=_UNKNOWN if self.pid is None else self.pid))


def acquire(path: Path) -> int | None:
    """Lock the journal at ``path`` for this process.

    Returns:
        The descriptor that holds the lock until it is closed; ``None`` where no lock file can be
        made (a read-only or absent disk: nobody can write there anyway).

    Raises:
        JournalInUseError: another process holds it.
    """
    name = path.with_name(path.name + ".lock")
    try:
        name.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_to_owner(name)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(descriptor, 32).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise JournalInUseError(path, pid) from None
    except OSError:  # a file system without locks
        os.close(descriptor)
        return None
    _write_pid(descriptor)
    return descriptor


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep services away from the journal at ``path`` for a moment.

    Raises:
        JournalInUseError: one is writing it.
    """
    descriptor = acquire(path)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_current(descriptor: int, path: Path) -> bool:
    """Whether the lock file of this descriptor is still the one that others would find."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.with_name(path.name + ".lock").stat())
    except OSError:
        return False


def _write_pid(descriptor: int) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except OSError:
        return  # a full disk: the lock holds, only its holder's name is not told
