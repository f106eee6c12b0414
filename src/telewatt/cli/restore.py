"""``telewatt restore``: a backup in the place of the journal."""

from pathlib import Path
from typing import Annotated

import typer

from telewatt.cli.backup import ending_on_trouble_of
from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import in_both, moment
from telewatt.cli.verify import conclude, findings_of
from telewatt.language import Text
from telewatt.store import Archive, JournalInUseError
from telewatt.store import restore as putting_back
from telewatt.store.verify import Report

_IN_USE = Text(
    "journal {path}: process {pid} is using it → stop the service first (sudo systemctl stop "
    "telewatt), then restore again",
    "journal {path} : le processus {pid} l'utilise → arrêtez d'abord le service (sudo systemctl "
    "stop telewatt), puis restaurez à nouveau",
)
_RESTORED = Text("Restored to {path}", "Restauré vers {path}")
_FRAMES = Text(
    "  {entries} frames read, the last of {at}", "  {entries} trames lues, la dernière du {at}"
)
_EMPTY = Text("  an empty journal", "  un journal vide")
_SET_ASIDE = Text("  what was there is now {name}", "  ce qui y était est maintenant {name}")


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the backup.")],
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Put a backup in the place of the journal; what is there is set aside."""
    setup = load(console_of(context), config, None, journal, required=False)
    before = _set_aside(setup)
    with ending_on_trouble_of(folder, setup.console):
        report, last = _put_back(setup, folder)
    said = [_RESTORED.fill(path=setup.journal), last]
    said += [_SET_ASIDE.fill(name=name) for name in sorted(_set_aside(setup) - before)]
    found = list(findings_of(report))
    setup.console.answer(*said, *conclude(found))
    raise typer.Exit(NOTHING_FOUND if found else 0)


def _put_back(setup: Setup, folder: Path) -> tuple[Report, Text]:
    try:
        report = putting_back.restore(folder, setup.journal)
    except JournalInUseError as error:
        pid = "?" if error.pid is None else error.pid
        setup.console.fail(_IN_USE, code=NOTHING_FOUND, path=setup.journal, pid=pid)
    with Archive.open(setup.journal) as archive:
        span = archive.span
    if span is None:
        return report, _EMPTY
    return report, _FRAMES.fill(entries=in_both(report.entries), at=moment(span[1]))


def _set_aside(setup: Setup) -> set[str]:
    """Names of the files that restoring has set aside."""
    return {path.name for path in setup.journal.parent.glob("*.replaced-*")}
