"""The package `telewatt esphome generate` writes for Home Assistant, in a real one.

It makes exact numbers of the texts an ESP sends. Home Assistant 2025.4 cannot call a device of
ESPHome 2026 (it waits for the answer to a password that ESPHome has given up), so the texts are
given to it as its ESPHome integration would.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from telewatt.esphome.answers import DeviceAnswers, check, read_meter
from telewatt.esphome.boards import BOARDS
from telewatt.esphome.factory import files_of
from tests.real.homeassistant import HomeAssistant

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600)]

PATIENCE_S = 120.0
FIRST_WH = 2**24 + 1
"""The first whole number that a float32 does not hold; the registers go on in odd steps."""


@pytest.fixture(scope="module")
def package() -> str:
    meters = (read_meter("house", "standard tempo producer"), read_meter("solar", "historic hc"))
    board = BOARDS["esp32dev"]
    device = check(DeviceAnswers("linky", board, board.frameworks[0], meters, language="fr"))
    return files_of(device)["linky/home_assistant.yaml"]


@pytest.fixture
def home(homeassistant: Path, tmp_path: Path, package: str) -> Iterator[HomeAssistant]:
    """A Home Assistant with the package in the folder its head says."""
    home = HomeAssistant(homeassistant, tmp_path)
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "linky.yaml").write_text(package, encoding="utf-8")
    configuration = tmp_path / "configuration.yaml"
    told = "homeassistant:\n  packages: !include_dir_named packages\n"
    configuration.write_text(configuration.read_text().replace("homeassistant:\n", told))
    home.start()
    try:
        home.wait_answering()
        home.onboard()
        yield home
    finally:
        home.stop()


def test_every_register_is_exact_above_the_end_of_single_precision(
    home: HomeAssistant, package: str
):
    counters = yaml.safe_load(package)["template"][0]["sensor"]
    assert len(counters) == 10
    told = {}
    for number, counter in enumerate(counters):
        source = counter["state"].split("'")[1]
        told[counter["name"]] = FIRST_WH + number * 98_765_432
        home.post(f"/api/states/{source}", {"state": str(told[counter["name"]])})
    deadline = time.monotonic() + PATIENCE_S
    while (shown := shown_by(home, told)) != told and time.monotonic() < deadline:
        time.sleep(0.2)
    assert shown == told
    for state in home.states().values():
        if state["attributes"].get("friendly_name") in told:
            attributes = state["attributes"]
            assert attributes["unit_of_measurement"] == "Wh"
            assert attributes["device_class"] == "energy"
            assert attributes["state_class"] == "total_increasing"
    assert [line for line in home.complaints() if "is taking" not in line] == []


def shown_by(home: HomeAssistant, names: dict[str, int]) -> dict[str, int]:
    """The counters Home Assistant shows, by name."""
    states = {s["attributes"].get("friendly_name"): s["state"] for s in home.states().values()}
    return {name: int(states[name]) for name in names if states.get(name, "").isdecimal()}
