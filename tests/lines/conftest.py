import gc
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def descriptors_stay() -> Iterator[None]:
    """What a test opens is closed when it ends."""
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    yield
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.fixture
def name(tmp_path: Path) -> Path:
    return tmp_path / "linky"
