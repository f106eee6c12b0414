"""What is built, and what a fresh machine gets from it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("telewatt/")}
    source = ROOT / "src"
    files = (p for p in source.rglob("*") if p.is_file() and p.suffix != ".pyc")
    assert packed == {str(path.relative_to(source)) for path in files}


@pytest.mark.slow
@pytest.mark.parametrize("hidden", ["", "ensurepip"], ids=["whole Python", "no ensurepip"])
def test_a_bare_python_is_enough_for_make_demo(tmp_path: Path, hidden: str) -> None:
    """Without ensurepip, as Debian delivers Python, the pip beside it does the work."""
    needed = "pip" if hidden else "ensurepip"
    if importlib.util.find_spec(needed) is None:
        pytest.skip(f"this Python has no {needed}")
    if hidden:
        (tmp_path / f"{hidden}.py").write_text("raise ImportError")
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    environment = {**os.environ, "PATH": "/usr/bin:/bin", "PYTHON": str(python)}
    setup = [ROOT / "scripts" / "setup-python", tmp_path / "venv", "run"]
    subprocess.run(setup, env=environment, check=True, capture_output=True)
    assert (tmp_path / "venv" / "bin" / "pip").exists() == (not hidden)
    telewatt = [tmp_path / "venv" / "bin" / "telewatt", "--version"]
    assert subprocess.run(telewatt, capture_output=True, check=True).stdout.startswith(b"telewatt")
