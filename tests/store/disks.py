"""Disks that refuse."""

import contextlib
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from telewatt.store import Journal, schema

NOBODY = 65534


@contextlib.contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond: writing answers EFBIG, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


class Card(NamedTuple):
    """A small disk of its own.

    Attributes:
        folder: where it is.
        set_writable: whether it may be written from now on.
    """

    folder: Path
    set_writable: Callable[[bool], object]


@contextlib.contextmanager
def inserted_card() -> Iterator[Card]:
    """A file system that turns read-only; who may not mount gets a folder that does the same."""
    with TemporaryDirectory() as name, contextlib.ExitStack() as opened:
        folder = Path(name)
        if _mount("-t", "tmpfs", "-o", "size=400k", "tmpfs", name):
            opened.callback(subprocess.run, ["umount", "--lazy", name], check=True)
            yield Card(folder, lambda yes: _mount("-o", f"remount,{'rw' if yes else 'ro'}", name))
        else:
            opened.enter_context(_ordinary_user(folder))
            yield Card(folder, lambda yes: _allow_writing(folder, yes))


@contextlib.contextmanager
def full(card: Card, journal: Journal) -> Iterator[None]:
    """The card is full: a file fills it, or where it cannot be filled the journal may not grow."""
    if not card.folder.is_mount():
        database = journal._durable._storage.database
        assert database is not None
        database._writer.execute("PRAGMA max_page_count = 1")  # SQLite: not below its size now
        yield
        database._writer.execute("PRAGMA max_page_count = 4294967294")
        return
    ballast = card.folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


def _mount(*options: str) -> bool:
    try:
        return subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _ordinary_user(folder: Path) -> Iterator[None]:
    """Without the rights of root, to whom every folder is writable."""
    if os.geteuid() != 0:
        yield
        return
    schema.load_steps()  # imports modules, which may lie where only root may read
    os.chown(folder, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def _allow_writing(folder: Path, yes: bool) -> None:
    for file in folder.iterdir():
        file.chmod(0o600 if yes else 0o400)
    folder.chmod(0o700 if yes else 0o500)
