"""Restoring a backup: proved whole before it takes the journal's place.

Entries that came after the backup are not in it. Their numbers are never given to others: they
become a gap.
"""

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from telewatt.language import Text
from telewatt.store import files, gap, lock, rows, salvage, schema
from telewatt.store.archive import Archive
from telewatt.store.durable import unused_seq
from telewatt.store.faults import DamagedError, JournalError, UntouchableError, telling_damage
from telewatt.store.gap import Gap, GapReason
from telewatt.store.history.database import history_path
from telewatt.store.ownership import check_header
from telewatt.store.verify import Report, verify

NAME = "journal.db"  # of the journal in a backup, whatever it is called in the house

_ABSENT = Text(
    en="backup {folder}: there is no {name} in it; give the folder of a backup",
    fr="sauvegarde {folder} : elle ne contient pas de {name} ; donnez le dossier d'une sauvegarde",
)
_UNUSABLE = Text(
    en="backup {folder}: {detail}; take an older one",
    fr="sauvegarde {folder} : {detail} ; prenez-en une plus ancienne",
)


def restore(folder: Path, journal: Path) -> Report:
    """Make the backup in ``folder`` the journal at this path, with its history.

    What lies there is renamed to ``NAME.replaced-TIME``. Nothing is changed unless the whole backup
    could be copied and read.

    Returns:
        What reading every entry of the restored journal has found.

    Raises:
        JournalError: there is no backup, or a service is using the journal.
        OSError, sqlite3.Error: the disk is full, read-only or away.
    """
    source = folder / NAME
    if not source.exists():
        raise JournalError(_ABSENT.fill(folder=folder, name=NAME))
    journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    history = history_path(source)
    with lock.held(journal):
        try:
            check_header(source)
            with telling_damage(source):
                copies = [files.copy(source, journal)]
                report = _prove(copies[0], journal)
                if history.exists():
                    copies.insert(0, files.copy(history, history_path(journal)))
        except (DamagedError, UntouchableError) as error:
            raise JournalError(_UNUSABLE.fill(folder=folder, detail=error)) from error
        for path in (history_path(journal), journal):
            salvage.set_aside(path, datetime.now(UTC), "replaced")
        for copy in copies:
            files.put_in_place(copy)
    return report


def _prove(copy: Path, journal: Path) -> Report:
    """Read every entry, then list what may have come after them."""
    with contextlib.closing(files.connect(copy, writable=True)) as connection:
        schema.migrate(connection, schema.load_steps())
        archive = Archive(connection, copy)
        report = verify(archive)
        with files.transaction(connection):
            gap.insert(connection, [_gap_after(archive, connection, journal)])
    return report


def _gap_after(archive: Archive, connection: sqlite3.Connection, journal: Path) -> Gap:
    last_seq = rows.last_seq(connection)
    span = archive.span
    since = None if span is None else span[1]
    unused = unused_seq(journal, last_seq)
    return Gap(last_seq + 1, unused, GapReason.RESTORED, since, datetime.now(UTC))
