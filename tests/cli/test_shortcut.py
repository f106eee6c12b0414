"""The shortcut and typer read the same command line the same way."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from telewatt.cli.app import app
from telewatt.cli.shortcut import plain_run


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--config", "a.toml"],
        ["--config=a.toml", "--config", "b.toml"],
        ["-c", "a.toml", "--journal", "j.db"],
        ["-m", "a=/dev/x", "--meter=b=/dev/y", "--journal=x=y.db"],
        ["--meter", "a=sim:?mode=historic&seed=2"],
    ],
)
def test_what_it_recognises_typer_reads_alike(words):
    run = typer.main.get_command(app).get_command(None, "run")
    parsed = run.make_context("run", list(words)).params
    options = plain_run(["run", *words])
    assert options.lang is None
    assert options.config == parsed["config"]
    assert options.journal == parsed["journal"]
    assert options.meters == (parsed["meter"] or [])


def test_the_language_may_be_said_before():
    assert plain_run(["--lang", "fr", "run", "-c", "x"]).lang == "fr"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check"],
        ["--version"],
        ["run", "--help"],
        ["run", "-h"],
        ["run", "--config"],
        ["run", "--config", "--meter"],
        ["run", "--conf", "x"],
        ["run", "-cx"],
        ["run", "x.toml"],
        ["run", "--config="],
        ["--lang", "de", "run"],
        ["--lang"],
        ["--lang=fr", "run"],
    ],
)
def test_everything_else_is_left_to_typer(words):
    assert plain_run(words) is None


def test_the_service_needs_neither_typer_nor_rich(tmp_path):
    Path(tmp_path, "empty").touch()
    program = (
        "import sys; from telewatt.cli import main\n"
        f"sys.argv = ['telewatt', 'run', '-m', 'a=file:{tmp_path}/empty']\n"
        f"sys.argv += ['--journal', '{tmp_path}/j']\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code)\n"
        "print([m for m in ('typer', 'pydantic', 'rich', 'serial') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["0", "[]"]


def test_typer_starts_the_same_service(tmp_path):
    capture = tmp_path / "line.tic"
    capture.write_bytes(b"\x02\nADCO 021861348497 L\r\x03")
    for lang in (["--lang=en"], ["--lang", "en"]):
        done = subprocess.run(
            [sys.executable, "-m", "telewatt", *lang, "run", "-m", f"a=file:{capture}",
             "--journal", Path(tmp_path, "j.db")],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "reading 1 meter(s)" in done.stderr
