"""``telewatt import``: what others measured or logged, into the history; and out of it again."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.import_report import list_files
from telewatt.cli.imported import Candidate, Sites, bring_in, candidates, describe
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.past import ending_on_trouble, open_past
from telewatt.cli.setup import Setup, load
from telewatt.cli.times import time_option
from telewatt.exchange import Hints
from telewatt.language import Text
from telewatt.store.history import History, Meter, history_path

_NO_FILE = Text(
    "no file → name one: telewatt import FILE; or --list, or --undo NUMBER",
    "aucun fichier → nommez-en un : telewatt import FICHIER ; ou --list, ou --undo NUMÉRO",
)
_ONE_OF_BOTH = Text(
    "--meter and --site exclude each other → keep one of them",
    "--meter et --site s'excluent → gardez l'une des deux",
)
_ALONE = Text(
    "{option} goes with no file → give the command twice",
    "{option} va sans fichier → donnez la commande deux fois",
)
_NONE_YET = Text("nothing has been imported", "rien n'a été importé")
_NO_IMPORT = Text(
    "--undo {number}: no such import → `telewatt import --list` shows all",
    "--undo {number} : import inconnu → `telewatt import --list` les montre",
)
_UNDONE = Text("{name}: import {number} undone", "{name} : import {number} annulé")


def import_(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="What shall be imported.")
    ] = None,
    meter: Annotated[
        str | None, typer.Option(metavar="METER", help="The meter it tells of.")
    ] = None,
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="The site whose meter it tells of.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="When the first byte of a capture came.")
    ] = None,
    log_times: Annotated[
        Literal["utc", "french"],
        typer.Option("--log-times", help="What times without offset in a daily log are."),
    ] = "utc",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List what was imported.")] = False,
    undo: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Remove what this import brought in.")
    ] = None,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Bring load curves, logs and captures of others into the history, or out of it again."""
    setup = load(console_of(context), config, None, journal, required=False)
    console = setup.console
    if meter and site:
        console.fail(_ONE_OF_BOTH)
    if files and (list_ or undo is not None):
        console.fail(_ALONE, option="--list" if list_ else "--undo")
    if list_:
        _list(setup)
    elif undo is not None:
        _undo(setup, undo)
    elif not files:
        console.fail(_NO_FILE)
    else:
        first = time_option(console, "--start", start, datetime.now(UTC))
        hints = Hints(first, None, log_times == "utc")
        _import(setup, candidates(console, files, hints), meter, site, dry_run=dry_run)


def _import(
    setup: Setup, found: list[Candidate], meter: str | None, site: str | None, *, dry_run: bool
) -> None:
    """Every file was read to its end before the first one is brought in."""
    path = history_path(setup.journal)
    if dry_run and not path.exists():
        describe(Sites(setup.console, None, (), meter=meter, site=site), found, None)
        return
    heard = _heard(setup)
    with ending_on_trouble(setup):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(History.open(path, writable=not dry_run)) as history:
            sites = Sites(setup.console, history, heard, meter=meter, site=site)
            tell = describe if dry_run else bring_in
            tell(sites, found, history)


def _heard(setup: Setup) -> list[Meter]:
    """The meters, also those of the last hour, which the history does not have yet."""
    if not history_path(setup.journal).exists():
        return []
    with open_past(setup) as past:
        return past.meters()


def _list(setup: Setup) -> None:
    with ending_on_trouble(setup):
        path = history_path(setup.journal)
        lines = []
        if path.exists():
            with closing(History.open(path, writable=False)) as history:
                lines = list_files(history, setup.console.language)
    if not lines:
        setup.console.fail(_NONE_YET, code=NOTHING_FOUND)
    setup.console.answer(*lines)


def _undo(setup: Setup, number: int) -> None:
    path = history_path(setup.journal)
    if not path.exists():
        setup.console.fail(_NO_IMPORT, code=NOTHING_FOUND, number=number)
    with ending_on_trouble(setup), closing(History.open(path)) as history:
        known = {one.number: one for one in history.imports()}
        if number not in known:
            setup.console.fail(_NO_IMPORT, code=NOTHING_FOUND, number=number)
        file = known[number].params.get("file")
        for one in known.values():
            if one.number == number or (file and one.params.get("file") == file):
                history.remove_import(one.number)
        setup.console.answer(_UNDONE.fill(name=known[number].name, number=number))
