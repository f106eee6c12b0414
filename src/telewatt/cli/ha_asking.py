"""What ``telewatt ha`` asks Home Assistant; imported when it is asked, for its library is large."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from telewatt.cli import ha_texts as texts
from telewatt.cli.console import NOTHING_FOUND
from telewatt.cli.past import Past
from telewatt.cli.present import present_energies
from telewatt.cli.setup import Setup
from telewatt.homeassistant.backfill import Change, Comparison, Statistic
from telewatt.homeassistant.client import HomeAssistant, NotFoundError, understood
from telewatt.homeassistant.energy import Flows, completed, flows_of
from telewatt.service.secrets import secret_of
from telewatt.service.trouble import words_of

_T = TypeVar("_T")


def fill_past(setup: Setup, past: Past, since: datetime | None, *, write: bool) -> list[Change]:
    """What is missing in Home Assistant, which is then written there."""
    return _asked(setup, _backfill(setup, past, since, write=write))


def dashboard_flows(setup: Setup, past: Past, *, write: bool) -> tuple[list[Flows], list[str]]:
    """The energies of each meter, and those that the dashboard does not have: they are added."""
    return _asked(setup, _energy(setup, past, write=write))


def _asked(setup: Setup, question: Coroutine[Any, Any, _T]) -> _T:
    """The answer; where Home Assistant is away or refuses, the command ends with the remedy."""
    try:
        return asyncio.run(question)
    except OSError as error:
        return setup.console.fail(words_of(error), code=NOTHING_FOUND)


async def _connected(setup: Setup) -> HomeAssistant:
    section = setup.config.homeassistant
    if section is None:
        setup.console.fail(texts.NO_SECTION)
    token = secret_of(section.token_file, section.token_env, setup.journal.parent)
    return await HomeAssistant.connect(section.url, token)


def _comparison(setup: Setup, home: HomeAssistant, past: Past) -> Comparison:
    section = setup.config.homeassistant
    external = section is not None and section.statistics == "external"
    own = present_energies(past) if external else None
    sections, language = setup.config.meters, setup.console.language
    return Comparison(home, past, sections, own=own, language=language)


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
        known = await _preferences(home)
        with understood():
            preferences, added = completed(known, flows, home.version)
        if write and added:
            await home.ask("energy/save_prefs", **preferences)
        return flows, added


async def _preferences(home: HomeAssistant) -> dict[str, Any]:
    """What was chosen for the dashboard; nothing where nobody has opened it yet."""
    try:
        chosen: dict[str, Any] = await home.ask("energy/get_prefs")
    except NotFoundError:
        return {}
    return chosen
