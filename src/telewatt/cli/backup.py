"""``telewatt backup``: a copy of everything that is kept, while the service runs."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from telewatt.cli.console import NOTHING_FOUND, Console, console_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.past import NO_JOURNAL
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import in_both, moment, size
from telewatt.cli.verify import Finding, conclude, findings_of
from telewatt.language import Text
from telewatt.store import Archive, JournalError
from telewatt.store import backup as copying
from telewatt.store.history import history_path

_BACKUP = Text("Backup {folder}", "Sauvegarde {folder}")
_NOTHING_NEW = Text("  nothing new in the journal", "  rien de nouveau dans le journal")
_COPIED = Text(
    "  {rows} batches copied, {size} in {seconds} s",
    "  lots copiés : {rows}, {size} en {seconds} s",
)
_UNTIL = Text(
    "  it has all frames up to number {last}, of {at}",
    "  elle a toutes les trames jusqu'au numéro {last}, du {at}",
)
_HISTORY = Text("  and the history", "  et l'historique")
_NO_HISTORY = Text(
    "  there is no history yet: `telewatt run` builds it from the journal",
    "  il n'y a pas encore d'historique : `telewatt run` le construit d'après le journal",
)
_DAMAGED = Text(
    "{count} batches of the journal cannot be read", "{count} lots du journal sont illisibles"
)
_VERIFY = Text("see what is wrong: telewatt verify", "voyez ce qui ne va pas : telewatt verify")
_DISK = Text(
    "backup {folder}: a disk refuses ({why}) → check that it is there, has space, and that you may "
    "write on it; then give the same command again",
    "sauvegarde {folder} : un disque refuse ({why}) → vérifiez qu'il est là, qu'il a de la place, "
    "et que vous pouvez y écrire ; puis redonnez la même commande",
)
_PROVED = Text(
    "  restored beside itself in {seconds} s: {entries} frames read back",
    "  restaurée à côté d'elle-même en {seconds} s : {entries} trames relues",
)


def backup(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Its folder; made if it is not there. On another disk."
        ),
    ],
    verify: Annotated[bool, typer.Option(help="Read everything back, or trust the copy.")] = True,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Bring a backup of journal and history up to date, and prove it by restoring it."""
    setup = load(console_of(context), config, None, journal, required=False)
    if not setup.journal.exists():
        setup.console.fail(NO_JOURNAL, code=NOTHING_FOUND, journal=setup.journal)
    found = _copy(setup, folder)
    if verify:
        found += _prove(setup, folder)
    if verify or found:
        setup.console.answer(*conclude(found))
    raise typer.Exit(NOTHING_FOUND if found else 0)


def _copy(setup: Setup, folder: Path) -> list[Finding]:
    begin = time.monotonic()
    with ending_on_trouble_of(folder, setup.console):
        copied = copying.back_up(setup.journal, folder)
        with Archive.open(setup.journal) as archive:
            newest = next(archive.entries(copied.last_seq - 1), None)
    seconds = in_both(time.monotonic() - begin)
    said = [_BACKUP.fill(folder=folder)]
    if copied.rows:
        taken = size(copied.payload_bytes)
        said.append(_COPIED.fill(rows=in_both(copied.rows), size=taken, seconds=seconds))
    else:
        said.append(_NOTHING_NEW)
    if newest is not None:
        at = moment(newest.reading.received_at)
        said.append(_UNTIL.fill(last=copied.last_seq, at=at))
    said.append(_HISTORY if history_path(setup.journal).exists() else _NO_HISTORY)
    setup.console.answer(*said)
    damaged = _DAMAGED.fill(count=copied.damaged)
    return [Finding(damaged, _VERIFY)] if copied.damaged else []


def _prove(setup: Setup, folder: Path) -> list[Finding]:
    begin = time.monotonic()
    with ending_on_trouble_of(folder, setup.console):
        report = copying.verify_backup(folder)
    seconds = in_both(time.monotonic() - begin)
    setup.console.answer(_PROVED.fill(seconds=seconds, entries=in_both(report.entries)))
    return list(findings_of(report))


@contextlib.contextmanager
def ending_on_trouble_of(folder: Path, console: Console) -> Iterator[None]:
    """Whatever is wrong with a backup, the journal or their disks ends the command."""
    try:
        yield
    except JournalError as error:
        console.fail(error.text, code=NOTHING_FOUND)
    except (OSError, sqlite3.Error) as error:
        console.fail(
            _DISK, code=NOTHING_FOUND, folder=folder, why=getattr(error, "strerror", None) or error
        )
