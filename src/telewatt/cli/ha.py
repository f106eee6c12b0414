"""``telewatt ha``: Home Assistant's statistics and its Energy dashboard."""

import sys
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from telewatt.cli import ha_texts as texts
from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption, SinceOption
from telewatt.cli.past import open_past
from telewatt.cli.present import expected_flows
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import moment
from telewatt.cli.times import time_option
from telewatt.homeassistant.statistics import HOUR
from telewatt.language import Text
from telewatt.sinks.configured import MissingPackageError, naming_what_to_install

if TYPE_CHECKING:
    from telewatt.homeassistant.backfill import Change

ha = typer.Typer(no_args_is_help=True, help=texts.GROUP.en)


@ha.command(help=texts.BACKFILL.en)
def backfill(
    context: typer.Context,
    *,
    since: SinceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=texts.DRY_RUN.en)] = False,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Compare, say what is missing, write it."""
    setup = load(console_of(context), config, None, journal)
    start = time_option(setup.console, "--since", since, datetime.now(UTC))
    with open_past(setup) as past:
        changes = _asking(setup).fill_past(setup, past, start, write=not dry_run)
    if not changes:
        setup.console.fail(texts.NOTHING_THERE, code=NOTHING_FOUND)
    for change in changes:
        _say(setup, *_told(change, dry_run=dry_run))


@ha.command(help=texts.ENERGY.en)
def energy(
    context: typer.Context,
    *,
    set_: Annotated[bool, typer.Option("--set", help=texts.SET.en)] = False,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Show the flows of each meter, and whether the dashboard has them."""
    setup = load(console_of(context), config, None, journal)
    if setup.config.homeassistant is None and set_:
        setup.console.fail(texts.NO_SECTION)
    with open_past(setup) as past:
        if setup.config.homeassistant is None:
            meters, added = expected_flows(past), None
        else:
            meters, added = _asking(setup).dashboard_flows(setup, past, write=set_)
    if not any(flows.drawn or flows.injected for flows in meters):
        setup.console.fail(texts.NO_ENERGY, code=NOTHING_FOUND)
    if added is None:
        setup.console.tell(texts.EXPECTED)
    for flows in meters:
        for title, statistics in ((texts.DRAWN, flows.drawn), (texts.INJECTED, flows.injected)):
            for statistic in statistics:
                missing = added is not None and statistic in added and not set_
                mark = f"  {texts.MISSING.of(setup.console.language)}" if missing else ""
                _print(f"{statistic}  {title.of(setup.console.language)}{mark}")
    if added is not None and (set_ or not added):
        _say(setup, texts.ADDED if added else texts.ALL_THERE, {"count": len(added)})


def _asking(setup: Setup) -> ModuleType:
    """What asks Home Assistant; what it needs may be missing."""
    try:
        with naming_what_to_install("homeassistant"):
            return import_module("telewatt.cli.ha_asking")
    except MissingPackageError as error:
        return setup.console.fail(error.text)


def _told(change: "Change", *, dry_run: bool) -> tuple[Text, dict[str, object]]:
    if change.unrecorded:
        return texts.UNRECORDED, {"id": change.statistic.id}
    if not change.rows:
        return texts.COMPLETE, {"id": change.statistic.id}
    starts = [hour.start for hour in (*change.new, *change.corrected)]
    return texts.WOULD if dry_run else texts.DONE, {
        "id": change.statistic.id,
        "new": len(change.new),
        "corrected": len(change.corrected),
        "first": moment(min(starts)),
        "last": moment(max(starts) + HOUR),
    }


def _say(setup: Setup, text: Text, values: dict[str, object]) -> None:
    _print(text.fill(**values).of(setup.console.language))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
