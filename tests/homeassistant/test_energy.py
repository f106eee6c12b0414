"""The Energy dashboard: what is missing is added, what the user has set stays."""

from __future__ import annotations

import copy
from typing import Any

from telewatt.homeassistant.energy import Flows, completed, flows_of

TEMPO = flows_of(
    {"import_wh": "sensor.total", "export_wh": "sensor.out"}
    | {f"import_{n}_wh": f"sensor.r{n}" for n in range(1, 7)}
)


def test_a_contract_of_several_registers_is_shown_by_them_else_the_total() -> None:
    registers = tuple(f"sensor.r{n}" for n in range(1, 7))
    assert Flows(registers, ("sensor.out",), "sensor.total") == TEMPO
    assert flows_of({"import_wh": "sensor.total"}).drawn == ("sensor.total",)


def test_whoever_shows_the_total_gets_no_registers_besides() -> None:
    before, _ = completed({}, [Flows(("sensor.total",), ())])
    _, added = completed(before, [TEMPO])
    assert added == ["sensor.out"]


def test_an_empty_dashboard_gets_a_grid() -> None:
    told, added = completed({}, [TEMPO])
    (grid,) = told["energy_sources"]
    assert grid["type"] == "grid"
    assert [each["stat_energy_from"] for each in grid["flow_from"]] == list(TEMPO.drawn)
    assert [each["stat_energy_to"] for each in grid["flow_to"]] == ["sensor.out"]
    assert added == [*TEMPO.drawn, *TEMPO.injected]


def test_what_the_user_has_set_stays_as_it_is() -> None:
    before: dict[str, Any] = {
        "energy_sources": [
            {"type": "solar", "stat_energy_from": "sensor.sun"},
            {
                "type": "grid",
                "flow_from": [{"stat_energy_from": "sensor.r1", "number_energy_price": 0.2}],
                "flow_to": [],
                "cost_adjustment_day": 1.5,
            },
        ],
        "device_consumption": [{"stat_consumption": "sensor.car"}],
    }
    untouched = copy.deepcopy(before)
    told, added = completed(before, [TEMPO])
    assert before == untouched
    assert "device_consumption" not in told
    solar, grid = told["energy_sources"]
    assert solar == untouched["energy_sources"][0]
    assert grid["flow_from"][0] == untouched["energy_sources"][1]["flow_from"][0]
    assert grid["cost_adjustment_day"] == 1.5
    assert "sensor.r1" not in added


def test_a_second_time_adds_nothing() -> None:
    told, _ = completed({}, [TEMPO])
    assert completed(told, [TEMPO]) == (told, [])
