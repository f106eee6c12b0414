"""Backups: a folder with a journal and its history, brought up to date again and again.

The journal in the folder is one like any other. Each time only rows that are new or changed are
copied, in short transactions, while the service may be running: a packed row takes the place of
the commits it stands for once their frames have been compared, and what the house has pruned
since stays. A backup that is killed leaves the one before, or a part of the new one.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from telewatt.language import Text
from telewatt.store import files, gap, lock, rows, schema
from telewatt.store.archive import Archive
from telewatt.store.batch import BatchError, Entry, Sealed, seal, unseal
from telewatt.store.faults import DamagedError, JournalError, UntouchableError, telling_damage
from telewatt.store.gap import Gap, GapReason
from telewatt.store.history.database import history_path
from telewatt.store.history.faults import HistoryError
from telewatt.store.history.history import History
from telewatt.store.ownership import check_header
from telewatt.store.restore import NAME, restore
from telewatt.store.rows import Stored
from telewatt.store.verify import Report

_STEP_BYTES = 4 << 20  # of payloads in one transaction
_PROOF = "verify-"  # folders in which backups are restored to be read

_HISTORY_DAMAGED = Text(
    en="history {path} is damaged ({detail}); the backup keeps its own: put it back with restore",
    fr="l'historique {path} est abîmé ({detail}) ; la sauvegarde garde le sien : remettez-le avec "
    "restore",
)
_OWN_FOLDER = Text(
    en="backup {folder}: the journal itself is there; give another folder, on another disk",
    fr="sauvegarde {folder} : le journal lui-même s'y trouve ; donnez un autre dossier, sur un "
    "autre disque",
)
_OTHER = Text(
    en="backup {folder}: it is that of another journal (entries {first} - {last} differ); give "
    "another folder",
    fr="sauvegarde {folder} : c'est celle d'un autre journal (les trames {first} - {last} "
    "diffèrent) ; donnez un autre dossier",
)
_UNUSABLE = Text(
    en="backup {folder}: {detail}; give another folder, or move this one away",
    fr="sauvegarde {folder} : {detail} ; donnez un autre dossier, ou déplacez celui-ci",
)


@dataclass(slots=True)
class Copied:
    """What a backup has done.

    Attributes:
        last_seq: the newest entry it holds now.
        rows: how many were copied this time.
        payload_bytes: of these.
        replaced: rows of before that one of these stands for.
        damaged: rows that the house cannot read; the backup keeps its own, if it has them.
    """

    last_seq: int = 0
    rows: int = 0
    payload_bytes: int = 0
    replaced: int = 0
    damaged: int = 0


def back_up(journal: Path, folder: Path) -> Copied:
    """Bring the backup in ``folder`` up to date with a journal, whose service may be running.

    Raises:
        JournalError: there is no journal to be read, or the folder has something else.
        OSError, sqlite3.Error: one of both disks is full, read-only or away.
    """
    path = folder / NAME
    if path.absolute() == journal.absolute() or (path.exists() and path.samefile(journal)):
        raise JournalError(_OWN_FOLDER.fill(folder=folder))
    with Archive.open(journal) as archive, lock.held(path), _opened(path) as connection:
        copied = _Copying(archive, connection, folder).run()
    if history_path(journal).exists():
        with _telling(folder), telling_damage(history_path(journal)):
            copy = files.copy(history_path(journal), history_path(path))
            _refuse_damaged(copy, history_path(journal))
            files.put_in_place(copy)
    return copied


def _refuse_damaged(copy: Path, path: Path) -> None:
    """A damaged history must not take the place of the good one in the backup."""
    try:
        with contextlib.closing(History.open(copy, writable=False)) as history:
            if history.verify().sound:
                return
        detail: object = "sums do not follow from the minutes"
    except HistoryError as error:
        detail = error.text
    copy.unlink()
    raise JournalError(_HISTORY_DAMAGED.fill(path=path, detail=detail))


def verify_backup(folder: Path) -> Report:
    """Restore the backup into a temporary folder inside it, and read every entry there.

    Raises:
        JournalError: there is no backup, or it cannot be restored.
        OSError, sqlite3.Error: the disk is full, read-only or away.
    """
    for left in folder.glob(f"{_PROOF}*"):
        shutil.rmtree(left)  # of one that was killed
    with TemporaryDirectory(dir=folder, prefix=_PROOF) as name:
        return restore(folder, Path(name) / NAME)


@contextlib.contextmanager
def _telling(folder: Path) -> Iterator[None]:
    try:
        yield
    except (DamagedError, UntouchableError) as error:
        raise JournalError(_UNUSABLE.fill(folder=folder, detail=error)) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The journal of a backup; it has no log, so that it can lie on any file system."""
    with _telling(path.parent):
        if not path.exists():
            files.build(path)
        check_header(path)
        with telling_damage(path), contextlib.closing(files.connect_alone(path)) as connection:
            schema.migrate(connection, schema.load_steps())
            yield connection


class _Copying:
    """One run from a journal into a backup."""

    def __init__(self, archive: Archive, connection: sqlite3.Connection, folder: Path) -> None:
        self._archive, self._connection, self._folder = archive, connection, folder
        self._gaps = archive.gaps
        self._copied = Copied()

    def run(self) -> Copied:
        """Copy what is new or changed."""
        after, done = 0, False
        while not done:
            with files.transaction(self._connection):
                after, done = self._take_step(after)
                self._list_gaps(None if done else after)
        with files.transaction(self._connection):
            self._connection.execute("DELETE FROM reader")
            rows.store_places(self._connection, self._archive.places())
        self._copied.last_seq = rows.last_seq(self._connection)
        return self._copied

    def _take_step(self, after: int) -> tuple[int, bool]:
        """Copy some rows; returns the last number looked at, and whether there are no more."""
        limit = self._copied.payload_bytes + _STEP_BYTES
        for mark in self._archive.marks(after):
            if rows.mark(self._connection, mark.first_seq) != mark:
                row = self._archive.row(mark.first_seq)
                if row is None:  # packed or pruned a moment ago
                    return after, False
                self._copy(row)
            after = mark.last_seq
            if self._copied.payload_bytes > limit:
                return after, False
        return after, True

    def _copy(self, row: Stored) -> None:
        """Put a row into the backup, in place of those it stands for."""
        try:
            entries = unseal(row.payload)
        except BatchError:
            self._copied.damaged += 1
            self._gaps.append(Gap(row.first_seq, row.last_seq, GapReason.DAMAGED))
            return
        old = rows.within(self._connection, row.first_seq, row.last_seq)
        kept = self._compare(old, entries)
        if all(row.first_seq <= each.first_seq and each.last_seq <= row.last_seq for each in old):
            self._put(old, row)
        else:  # the house was salvaged since: the backup has it in larger rows
            for run in _runs([entry for entry in entries if entry.seq not in kept]):
                self._put([], Stored(*seal(run, {}), None, None, None, None))

    def _put(self, old: list[Sealed], row: Stored) -> None:
        rows.put(self._connection, old, row)
        self._copied.replaced += len(old)
        self._copied.rows += 1
        self._copied.payload_bytes += len(row.payload)

    def _compare(self, old: list[Sealed], entries: list[Entry]) -> set[int]:
        """The numbers of these entries that the backup has; they must be the same frames."""
        new = {entry.seq: entry.reading for entry in entries}
        kept: set[int] = set()
        for row in old:
            with contextlib.suppress(BatchError):
                for seq, reading in unseal(row.payload):
                    other = new.get(seq, reading)
                    if (other.received_at, other.frame.raw) != (
                        reading.received_at,
                        reading.frame.raw,
                    ):
                        first, last = row.first_seq, row.last_seq
                        text = _OTHER.fill(folder=self._folder, first=first, last=last)
                        raise JournalError(text)
                    kept.add(seq)
        return kept

    def _list_gaps(self, until: int | None) -> None:
        """List the gaps that end up to here, as far as the backup has no entries there."""
        ready = [found for found in self._gaps if until is None or found.last_seq <= until]
        self._gaps = [found for found in self._gaps if found not in ready]
        for found in ready:
            runs = rows.uncovered(self._connection, found.first_seq, found.last_seq)
            pieces = [found._replace(first_seq=first, last_seq=last) for first, last in runs]
            if found.reason is GapReason.PRUNED:
                gap.forget_pruned(self._connection)
            gap.insert(self._connection, pieces if found.first_seq <= found.last_seq else [found])


def _runs(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Cut where numbers are missing."""
    start = 0
    for place, (one, other) in enumerate(pairwise(entries), start=1):
        if other.seq != one.seq + 1:
            yield entries[start:place]
            start = place
    if entries:
        yield entries[start:]
