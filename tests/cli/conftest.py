"""A house of the past for the commands that look at it."""

import shutil
from pathlib import Path

import pytest

from tests.cli.house import house_readings, write_past


@pytest.fixture(scope="session")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of the house, with its history beside it; only to be read."""
    journal = tmp_path_factory.mktemp("house") / "journal.db"
    write_past(journal, house_readings())
    return journal


@pytest.fixture
def house(built_house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the house of one's own; no configuration of this machine is found by chance."""
    monkeypatch.chdir(tmp_path)
    for name in ("TELEWATT_CONFIG", "STATE_DIRECTORY", "XDG_STATE_HOME", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setattr("telewatt.cli.setup.SYSTEM_FILE", tmp_path / "etc" / "telewatt.toml")
    folder = tmp_path / "house"
    shutil.copytree(built_house.parent, folder)
    return folder / built_house.name
