"""``telewatt ha``: Home Assistant's statistics and its Energy dashboard."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from telewatt.cli import ha_texts as texts
from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption, SinceOption
from telewatt.cli.past import open_past
from telewatt.cli.present import expected_flows
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import moment
from telewatt.cli.times import time_option
from telewatt.homeassistant.energy import Flows
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
        _fail_without_meters(setup)
    for change in changes:
        setup.console.answer(_told(change, dry_run=dry_run))


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
        _fail_without_meters(setup)
    if added is None:
        setup.console.tell(texts.EXPECTED)
    setup.console.answer(*_listed(meters, missing=() if set_ else added or ()))
    if added is not None and (set_ or not added):
        setup.console.answer(texts.ADDED.fill(count=len(added)) if added else texts.ALL_THERE)


def _fail_without_meters(setup: Setup) -> NoReturn:
    """It is Home Assistant that knows none, unless its names are not asked."""
    home = setup.config.homeassistant
    asked = home is not None and home.statistics == "entities"
    setup.console.fail(texts.NOTHING_THERE if asked else texts.NO_ENERGY, code=NOTHING_FOUND)


def _asking(setup: Setup) -> ModuleType:
    """What asks Home Assistant; what it needs may be missing."""
    try:
        with naming_what_to_install("homeassistant"):
            return import_module("telewatt.cli.ha_asking")
    except MissingPackageError as error:
        return setup.console.fail(error.text)


def _listed(meters: Iterable[Flows], missing: Collection[str]) -> Iterator[Text]:
    for flows in meters:
        for title, statistics in ((texts.DRAWN, flows.drawn), (texts.INJECTED, flows.injected)):
            for each in statistics:
                mark = texts.MISSING if each in missing else ""
                yield texts.FLOW.fill(id=each, title=title, mark=mark)


def _told(change: "Change", *, dry_run: bool) -> Text:
    if change.unrecorded:
        return texts.UNRECORDED.fill(id=change.statistic.id)
    if not change.rows:
        return texts.COMPLETE.fill(id=change.statistic.id)
    starts = [hour.start for hour in (*change.new, *change.corrected)]
    return (texts.WOULD if dry_run else texts.DONE).fill(
        id=change.statistic.id,
        new=len(change.new),
        corrected=len(change.corrected),
        first=moment(min(starts)),
        last=moment(max(starts) + HOUR),
    )
