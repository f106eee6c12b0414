"""What all tests share: the test data beside the repository, and what a missing part means."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI") == "true"

# A shared machine is no clock: a property has no deadline. In CI the same commit always runs the
# same examples; elsewhere each run looks at new ones.
settings.register_profile("telewatt", deadline=None, derandomize=IN_CI)
settings.register_profile("quick", settings.get_profile("telewatt"), max_examples=15)  # make check
settings.load_profile("telewatt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that may take longest begin first, so that in the end no process waits for one."""
    items.sort(key=patience_s, reverse=True)


def patience_s(item: pytest.Item) -> float:
    """What a test of real components asks for instead of the usual time."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else 0.0


def pytest_collection_finish() -> None:
    """What is there before the first test stays: no collection of garbage looks at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of specification and captures beside the repository."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("no specification and captures beside the repository")
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With CI=true a test that needs a real component and does not find it has failed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and is_real(item):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a component is missing: {report.longrepr[2]}"
    return report


def is_real(item: pytest.Item) -> bool:
    return item.get_closest_marker("real") is not None
