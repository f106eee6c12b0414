"""What the tests of all sources share: no adapter of this machine is seen, nothing stays open."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from telewatt.sources import device


def open_descriptors() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def by_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for /dev/serial/by-id; empty at first."""
    directory = tmp_path / "by-id"
    directory.mkdir()
    monkeypatch.setattr(device, "BY_ID", directory)
    return directory


@pytest.fixture
def descriptors_stay() -> Iterator[None]:
    """What a test opens is closed when it ends."""
    before = open_descriptors()
    yield
    assert open_descriptors() == before
