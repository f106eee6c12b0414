"""The Energy dashboard of Home Assistant: which energies belong there, added without loss.

Source: homeassistant/components/energy, commands ``energy/get_prefs`` and ``energy/save_prefs``.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

NO_PRICE = {"entity_energy_price": None, "number_energy_price": None}


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
    registers = [entities[name] for n in range(1, 11) if (name := f"import_{n}_wh") in entities]
    total = [entities["import_wh"]] if "import_wh" in entities else []
    injected = [entities["export_wh"]] if "export_wh" in entities else []
    drawn = registers if len(registers) > 1 else total
    return Flows(tuple(drawn), tuple(injected), *total)


def completed(
    preferences: Mapping[str, Any], meters: Iterable[Flows]
) -> tuple[dict[str, Any], list[str]]:
    """The preferences with these flows, and which of them are new; all else stays as it is."""
    sources = copy.deepcopy(list(preferences.get("energy_sources", ())))
    grid = next((each for each in sources if each.get("type") == "grid"), None)
    if grid is None:
        grid = {"type": "grid", "flow_from": [], "flow_to": [], "cost_adjustment_day": 0.0}
        sources.append(grid)
    drawn, injected = grid.setdefault("flow_from", []), grid.setdefault("flow_to", [])
    known = {
        value
        for source in (*sources, *drawn, *injected)
        for name, value in source.items()
        if name.startswith("stat_energy") and isinstance(value, str)
    }
    added = []
    for flows in meters:
        for statistic in flows.drawn:
            if statistic not in known and flows.total not in known:
                drawn.append({"stat_energy_from": statistic, "stat_cost": None, **NO_PRICE})
                added.append(statistic)
        for statistic in flows.injected:
            if statistic not in known:
                injected.append(
                    {"stat_energy_to": statistic, "stat_compensation": None, **NO_PRICE}
                )
                added.append(statistic)
    return {"energy_sources": sources}, added
