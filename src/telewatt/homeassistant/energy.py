"""The Energy dashboard of Home Assistant: which energies belong there, added without loss.

Source: homeassistant/components/energy, commands ``energy/get_prefs`` and ``energy/save_prefs``.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from telewatt.quantity import REGISTERS

CONNECTIONS = 2026, 3
"""From this version of Home Assistant on the grid is one source for each connection, with at most
one energy in each direction; before it was one source with two lists."""
LISTS = "flow_from", "flow_to"
NO_PRICE = {"entity_energy_price": None, "number_energy_price": None}
NO_CONNECTION = {
    "type": "grid",
    "stat_energy_from": None,
    "stat_energy_to": None,
    "stat_cost": None,
    "stat_compensation": None,
    **NO_PRICE,
    "entity_energy_price_export": None,
    "number_energy_price_export": None,
    "cost_adjustment_day": 0.0,
}


class Flows(NamedTuple):
    """Energies of the grid, by statistic.

    Attributes:
        total: all that is drawn; whoever has it in the dashboard needs no registers.
    """

    drawn: tuple[str, ...]
    injected: tuple[str, ...]
    total: str = ""


def flows_of(entities: Mapping[str, str]) -> Flows:
    """Those of one meter.

    Args:
        entities: quantity -> statistic: the registers of its contract where it has several, else
            its total.

    >>> flows_of({"import_wh": "sensor.total", "export_wh": "sensor.out"})
    Flows(drawn=('sensor.total',), injected=('sensor.out',), total='sensor.total')
    """
    registers = [entities[name] for name in REGISTERS if name in entities]
    total = [entities["import_wh"]] if "import_wh" in entities else []
    injected = [entities["export_wh"]] if "export_wh" in entities else []
    drawn = registers if len(registers) > 1 else total
    return Flows(tuple(drawn), tuple(injected), *total)


def completed(
    preferences: Mapping[str, Any], meters: Iterable[Flows], version: tuple[int, int]
) -> tuple[dict[str, Any], list[str]]:
    """The preferences with these flows, and which of them are new; all else stays as it is.

    Args:
        version: of Home Assistant.
    """
    sources = copy.deepcopy(list(preferences.get("energy_sources", ())))
    known = _known(sources)
    added: list[str] = []
    for flows in meters:
        drawn = () if flows.total in known else flows.drawn
        new = Flows(_without(known, drawn), _without(known, flows.injected))
        if version >= CONNECTIONS:
            _add_connections(sources, new, {*flows.drawn, flows.total})
        elif new.drawn or new.injected:
            _add_lists(sources, new)
        added += [*new.drawn, *new.injected]
        known.update(added)
    return {"energy_sources": sources}, added


def _without(known: set[str], statistics: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in statistics if each not in known)


def _known(sources: Iterable[Mapping[str, Any]]) -> set[str]:
    """All energies that stand there, in either form. An empty name is none, and occurs."""
    flows = [flow for each in sources for key in LISTS for flow in each.get(key, ())]
    return {
        value
        for each in (*sources, *flows)
        for name, value in each.items()
        if value and name.startswith("stat_energy") and isinstance(value, str)
    }


def _add_lists(sources: list[dict[str, Any]], new: Flows) -> None:
    """One grid with a list of energies for each direction."""
    grid = next((each for each in sources if each.get("type") == "grid"), None)
    if grid is None:
        grid = {"type": "grid", "flow_from": [], "flow_to": [], "cost_adjustment_day": 0.0}
        sources.append(grid)
    drawn, injected = (grid.setdefault(key, []) for key in LISTS)
    for statistic in new.drawn:
        drawn.append({"stat_energy_from": statistic, "stat_cost": None, **NO_PRICE})
    for statistic in new.injected:
        injected.append({"stat_energy_to": statistic, "stat_compensation": None, **NO_PRICE})


def _add_connections(sources: list[dict[str, Any]], new: Flows, ours: set[str]) -> None:
    """A connection for each energy that is drawn; what is injected joins one of its meter.

    Args:
        ours: all that the meter draws.
    """
    for statistic in new.drawn:
        sources.append({**NO_CONNECTION, "stat_energy_from": statistic})
    for statistic in new.injected:
        free = (
            each
            for each in sources
            if each.get("type") == "grid"
            and each.get("stat_energy_from") in ours
            and not each.get("stat_energy_to")
        )
        connection = next(free, None)
        if connection is None:
            sources.append(connection := dict(NO_CONNECTION))
        connection["stat_energy_to"] = statistic
