"""The independent readers that scripts/setup-peer installs."""

from pathlib import Path

import pytest

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
