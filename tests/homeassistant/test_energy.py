"""The Energy dashboard: what is missing is added, what the user has set stays."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from telewatt.homeassistant.energy import Flows, completed, flows_of

TEMPO = flows_of(
    {"import_wh": "sensor.total", "export_wh": "sensor.out"}
    | {f"import_{n}_wh": f"sensor.r{n}" for n in range(1, 7)}
)


OLD, NEW = (2026, 2), (2026, 3)
"""The grid is one source with two lists; it is a source for each connection."""


def test_a_contract_of_several_registers_is_shown_by_them_else_the_total() -> None:
    registers = tuple(f"sensor.r{n}" for n in range(1, 7))
    assert Flows(registers, ("sensor.out",), "sensor.total") == TEMPO
    assert flows_of({"import_wh": "sensor.total"}).drawn == ("sensor.total",)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_whoever_shows_the_total_gets_no_registers_besides(version) -> None:
    before, _ = completed({}, [Flows(("sensor.total",), ())], version)
    _, added = completed(before, [TEMPO], version)
    assert added == ["sensor.out"]


def test_an_empty_name_is_not_the_total_of_a_meter_without_one() -> None:
    nameless = {"type": "grid", "flow_from": [{"stat_energy_from": ""}], "flow_to": []}
    registers = Flows(("sensor.r1", "sensor.r2"), ())
    _, added = completed({"energy_sources": [nameless]}, [registers], OLD)
    assert added == ["sensor.r1", "sensor.r2"]


def test_an_empty_dashboard_gets_a_grid() -> None:
    told, added = completed({}, [TEMPO], OLD)
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
    told, added = completed(before, [TEMPO], OLD)
    assert before == untouched
    assert "device_consumption" not in told
    solar, grid = told["energy_sources"]
    assert solar == untouched["energy_sources"][0]
    assert grid["flow_from"][0] == untouched["energy_sources"][1]["flow_from"][0]
    assert grid["cost_adjustment_day"] == 1.5
    assert "sensor.r1" not in added


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_second_time_adds_nothing(version) -> None:
    told, _ = completed({}, [TEMPO], version)
    assert completed(told, [TEMPO], version) == (told, [])


def test_an_empty_dashboard_gets_a_connection_for_each_register() -> None:
    told, added = completed({}, [TEMPO], NEW)
    connections = told["energy_sources"]
    assert {each["type"] for each in connections} == {"grid"}
    assert [each["stat_energy_from"] for each in connections] == list(TEMPO.drawn)
    assert [each["stat_energy_to"] for each in connections] == ["sensor.out", *[None] * 5]
    assert added == [*TEMPO.drawn, *TEMPO.injected]


def test_what_is_injected_joins_a_connection_of_its_meter_that_has_nothing_there() -> None:
    solar = {"type": "solar", "stat_energy_from": "sensor.sun"}
    other = {"type": "grid", "stat_energy_from": "sensor.other", "stat_energy_to": None}
    total = {"type": "grid", "stat_energy_from": "sensor.total", "number_energy_price": 0.2}
    told, added = completed({"energy_sources": [solar, other, total]}, [TEMPO], NEW)
    assert told["energy_sources"] == [solar, other, {**total, "stat_energy_to": "sensor.out"}]
    assert added == ["sensor.out"]


def test_what_is_injected_takes_nobody_elses_place() -> None:
    total = {"type": "grid", "stat_energy_from": "sensor.total", "stat_energy_to": "sensor.mine"}
    told, _ = completed({"energy_sources": [total]}, [TEMPO], NEW)
    before, alone = told["energy_sources"]
    assert before == total
    assert (alone["stat_energy_from"], alone["stat_energy_to"]) == (None, "sensor.out")
