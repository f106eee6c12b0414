"""``telewatt ha`` where no Home Assistant answers; with a real one: tests/real."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from typer.testing import CliRunner

from telewatt.cli.app import app
from tests.exchange.houses import fill
from tests.homeassistant.test_client import answering


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The configuration of a house whose meters were read for some minutes."""
    fill(
        tmp_path / "journal.db",
        40,
        maison="sim:?mode=historic&contract=hc&seed=3&address=021861348497",
        atelier="sim:?contract=base&producer=yes&seed=5&address=041976123456",
    )
    path = tmp_path / "telewatt.toml"
    path.write_text(
        '[journal]\npath = "journal.db"\n'
        '[meters.maison]\nsource = "sim:?seed=3"\n[meters.atelier]\nsource = "sim:?seed=5"\n'
    )
    return path


def run(house: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--lang", "fr", "ha", *words, "--config", str(house)])
    return done.exit_code, done.output


def test_without_home_assistant_the_energies_are_named_as_it_will_name_them(house: Path) -> None:
    code, said = run(house, "energy")
    assert code == 0
    for entity in ("maison_heures_creuses", "maison_heures_pleines", "atelier_energie_soutiree"):
        assert f"sensor.{entity}  soutiré du réseau" in said
    assert "sensor.atelier_energie_injectee  injecté dans le réseau" in said
    assert "maison_energie_soutiree" not in said


@pytest.mark.parametrize("words", [["energy", "--set"], ["backfill"]])
def test_what_needs_home_assistant_says_which_section_is_missing(
    house: Path, words: list[str]
) -> None:
    code, said = run(house, *words)
    assert code == 2
    assert "[homeassistant]" in said


def rename_sections(house: Path) -> None:
    """None of the meters of the history is read any more."""
    house.write_text(house.read_text().replace("[meters.", "[meters.other_"))


def add_section(house: Path, *lines: str) -> None:
    house.write_text("\n".join((house.read_text(), "[homeassistant]", *lines, "")))


def test_without_a_token_it_says_how_to_make_one(house: Path) -> None:
    add_section(house, 'url = "http://127.0.0.1:9"')
    code, said = run(house, "backfill", "--dry-run")
    assert code == 1
    assert "token_file" in said


def test_a_home_assistant_that_does_not_answer_is_named(house: Path) -> None:
    add_section(house, 'url = "http://127.0.0.1:9"', 'token_file = "token"')
    (house.parent / "token").write_text("secret-token\n")
    code, said = run(house, "backfill", "--dry-run")
    assert code == 1
    assert "http://127.0.0.1:9 : Connection refused" in said
    assert "secret-token" not in said


@pytest.mark.parametrize("words", [["energy"], ["backfill"]])
@pytest.mark.parametrize(
    ("statistics", "remedy"), [("entities", "l'intégration MQTT"), ("external", "`telewatt run`")]
)
async def test_where_no_meter_is_known_it_says_who_does_not_know_it(
    house: Path, words: list[str], statistics: str, remedy: str
) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_json({"type": "auth_required"})
        await socket.receive_json()
        await socket.send_json({"type": "auth_ok", "ha_version": "2026.11.0"})
        async for message in socket:
            asked = message.json()
            result = {"energy_sources": []} if asked["type"] == "energy/get_prefs" else []
            told = {"id": asked["id"], "type": "result", "success": True, "result": result}
            await socket.send_json(told)

    rename_sections(house)
    async with answering(talk) as url:
        lines = (f'url = "{url}"', 'token_file = "token"', f'statistics = "{statistics}"')
        add_section(house, *lines)
        (house.parent / "token").write_text("secret-token\n")
        code, said = await asyncio.to_thread(run, house, *words)
    assert code == 1
    assert remedy in said
