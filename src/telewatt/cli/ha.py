"""``telewatt ha``: Home Assistant's statistics and its Energy dashboard."""

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from telewatt.cli import ha_texts as texts
from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption, SinceOption
from telewatt.cli.past import Past, open_past
from telewatt.cli.present import expected_flows
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import moment
from telewatt.cli.times import time_option
from telewatt.homeassistant.backfill import Change, Comparison, Statistic
from telewatt.homeassistant.client import HomeAssistant
from telewatt.homeassistant.energy import Flows, completed, flows_of
from telewatt.homeassistant.statistics import HOUR
from telewatt.language import Text
from telewatt.rollup import Step
from telewatt.rollup.series import Series
from telewatt.rollup.total import Energy
from telewatt.service.secrets import secret_of

_T = TypeVar("_T")

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
        changes = _asked(setup, _backfill(setup, past, start, write=not dry_run))
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
            meters, added = _asked(setup, _energy(setup, past, write=set_))
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


class _Books:
    """The past as the comparison asks it."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def meters(self) -> Sequence[tuple[str, str]]:
        sections = self._past.setup.config.meters
        found = self._past.meters()
        return [(each.name, each.source) for each in found if each.source in sections]

    def quantities(self, meter: str) -> set[str]:
        return self._past.quantities(meter)

    def series(self, who: str, quantity: str, start: datetime, end: datetime, step: Step) -> Series:
        return self._past.series(who, quantity, start, end, step)

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        return self._past.energy(who, quantity, start, end)


def _asked(setup: Setup, question: Coroutine[Any, Any, _T]) -> _T:
    """The answer; where Home Assistant is away or refuses, the command ends with the remedy."""
    try:
        return asyncio.run(question)
    except OSError as error:
        text = getattr(error, "text", None) or Text(str(error), str(error))
        return setup.console.fail(text, code=NOTHING_FOUND)


async def _connected(setup: Setup) -> HomeAssistant:
    section = setup.config.homeassistant
    if section is None:
        setup.console.fail(texts.NO_SECTION)
    token = secret_of(section.token_file, section.token_env, setup.journal.parent)
    return await HomeAssistant.connect(section.url, token)


def _comparison(setup: Setup, home: HomeAssistant, past: Past) -> Comparison:
    section = setup.config.homeassistant
    external = section is not None and section.statistics == "external"
    return Comparison(home, _Books(past), external=external, language=setup.console.language)


async def _backfill(
    setup: Setup, past: Past, since: datetime | None, *, write: bool
) -> list[Change]:
    async with await _connected(setup) as home:
        compare = _comparison(setup, home, past)
        changes = await compare.changes(datetime.now(UTC), since)
        for change in changes if write else ():
            await compare.apply(change)
        return changes


async def _energy(setup: Setup, past: Past, *, write: bool) -> tuple[list[Flows], list[str]]:
    async with await _connected(setup) as home:
        meters: dict[str, dict[str, str]] = {}
        found: list[Statistic] = await _comparison(setup, home, past).statistics()
        for each in found:
            meters.setdefault(each.meter, {})[each.quantity] = each.id
        flows = [flows_of(entities) for entities in meters.values()]
        preferences, added = completed(await home.ask("energy/get_prefs"), flows)
        if write and added:
            await home.ask("energy/save_prefs", **preferences)
        return flows, added


def _told(change: Change, *, dry_run: bool) -> tuple[Text, dict[str, object]]:
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
