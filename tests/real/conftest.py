"""The independent readers that scripts/setup-peer installs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.mosquitto import Mosquitto, running

PEERS = Path(__file__).resolve().parents[2] / ".cache" / "peers"


def programs_of(name: str) -> Path:
    """The directory of the programs of a peer; skips the test where it is not installed."""
    if not (PEERS / name / "installed").is_file():
        pytest.skip(f"{name} is not installed: type scripts/setup-peer {name}")
    return PEERS / name / "bin"


@pytest.fixture(scope="session")
def pyteleinfo() -> Path:
    return programs_of("pyteleinfo")


@pytest.fixture(scope="session")
def esphome() -> Path:
    return programs_of("esphome")


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real broker that anybody may use; see `tests.real.mosquitto` for others."""
    with running(tmp_path) as broker:
        yield broker


@pytest.fixture(scope="session")
def homeassistant() -> Path:
    """The one that is installed, or another whose programs HOMEASSISTANT_PROGRAMS names."""
    other = os.environ.get("HOMEASSISTANT_PROGRAMS")
    return Path(other) if other else programs_of("homeassistant")
