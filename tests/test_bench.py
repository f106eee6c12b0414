"""What `make bench` runs and prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
from bench.__main__ import main, measure, module_names
from bench.figure import Figure

MODULE = """
from bench.figure import Figure
NAMES = ("{noun}.speed", "{noun}.size")
RUNS = []
def figures():
    RUNS.append(1)
    for name in NAMES:
        yield Figure(name, 0.5, "ratio", "<= 1", True)
"""


@pytest.fixture
def two_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for noun in ("apple", "pear"):
        (tmp_path / f"bench_{noun}.py").write_text(MODULE.format(noun=noun))
    monkeypatch.setattr(bench, "__path__", [str(tmp_path)])
    yield
    for noun in ("apple", "pear"):
        sys.modules.pop(f"bench.bench_{noun}", None)


@pytest.mark.usefixtures("two_modules")
def test_without_a_pattern_every_module_runs() -> None:
    assert module_names() == ["bench.bench_apple", "bench.bench_pear"]
    assert len(list(measure(""))) == 4


@pytest.mark.usefixtures("two_modules")
def test_a_pattern_runs_no_module_it_does_not_match() -> None:
    assert [figure.name for figure in measure("pear.speed")] == ["pear.speed"]
    assert sys.modules["bench.bench_pear"].RUNS == [1]
    assert sys.modules["bench.bench_apple"].RUNS == []


@pytest.mark.usefixtures("two_modules")
def test_the_name_of_a_module_means_all_its_figures() -> None:
    assert [figure.name for figure in measure("bench_apple")] == ["apple.speed", "apple.size"]


@pytest.mark.usefixtures("two_modules")
def test_a_figure_that_its_module_does_not_list_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bench_apple.py").write_text(
        MODULE.format(noun="apple").replace("for name in NAMES", "for name in ('apple.other',)")
    )
    with pytest.raises(ValueError, match=r"NAMES does not list apple\.other"):
        list(measure("apple"))


@pytest.mark.usefixtures("two_modules")
def test_a_pattern_that_matches_nothing_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "plum"])
    assert main() == 1
    assert "plum" in capsys.readouterr().err


def test_a_figure_below_its_goal_is_short() -> None:
    line = Figure("decode.standard", 0.1, "ratio", ">= 0.13", ok=False).line()
    assert line.split("\t") == ["decode.standard", "0.1", "ratio", ">= 0.13", "short"]
