"""``telewatt ha`` where no Home Assistant answers; with a real one: tests/real."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from telewatt.cli.app import app
from tests.exchange.houses import fill


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
