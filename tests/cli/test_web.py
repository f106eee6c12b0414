"""`telewatt web`: who may open the page."""

import os
import pty
import stat
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from telewatt.cli.app import app
from telewatt.web.access import Access, is_password

PASSWORD = "correct horse"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A configuration that names its journal; no other one is found by chance."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TELEWATT_CONFIG", raising=False)
    (tmp_path / "telewatt.toml").write_text(
        '[journal]\npath = "data/journal.db"\n[meters.house]\nsource = "/dev/ttyUSB0"\n'
    )
    return tmp_path


def web(*arguments, lang="en", given=None):
    return CliRunner().invoke(app, ["--lang", lang, "web", *arguments], input=given)


def access(folder):
    return Access(folder / "data" / "web-access.json")


def test_a_password_is_read_from_the_input(folder):
    done = web("password", given=f"{PASSWORD}\nrest\n")
    assert done.exit_code == 0
    assert "web-access.json" in done.stderr
    assert is_password(access(folder).secrets.password, PASSWORD)
    assert stat.S_IMODE(access(folder).path.stat().st_mode) == 0o600
    assert web("password", "--remove").exit_code == 0
    assert access(folder).secrets.password is None


@pytest.mark.parametrize(("given", "words"), [("", "first line"), ("short\n", "8")])
def test_what_is_no_password_changes_nothing(folder, given, words):
    done = web("password", given=given)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (folder / "data").exists()


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["short"], 2, "8 characters at least"),
        ([PASSWORD, PASSWORD], 0, "the password is set"),
        ([PASSWORD, "correct house"], 2, "not the same"),
    ],
)
def test_at_a_terminal_a_password_is_asked_for_again_once_it_can_be_one(folder, typed, code, said):
    terminal, its_side = pty.openpty()
    words = [sys.executable, "-m", "telewatt", "--lang", "en", "web", "password"]
    with subprocess.Popen(
        words, stdin=its_side, stdout=its_side, stderr=its_side, start_new_session=True
    ) as process:
        os.close(its_side)
        for prompt, answer in zip([b"New password: ", b"Again: "], typed, strict=False):
            read_until(terminal, prompt)
            os.write(terminal, answer.encode() + b"\n")
        screen = read_until(terminal, None).decode()
    os.close(terminal)
    assert said in screen
    assert "Again" not in screen
    assert process.returncode == code


def read_until(terminal, end):
    """What is on the terminal from now on, until it ends so; ``None``: until it is closed."""
    shown = b""
    while end is None or not shown.endswith(end):
        try:
            more = os.read(terminal, 1000)
        except OSError:  # so Linux says that nobody has it open
            more = b""
        shown += more
        if not more:
            break
    return shown


def test_a_token_is_shown_once(folder):
    done = web("token", "grafana", lang="fr")
    assert done.exit_code == 0
    assert access(folder).is_token(done.stdout.strip())
    assert done.stdout.strip() not in access(folder).path.read_text()
    unknown = web("token", "other", "--remove")
    assert unknown.exit_code == 1
    assert "grafana" in unknown.stderr
    assert web("token", "grafana", "--remove").exit_code == 0
    assert not access(folder).is_token(done.stdout.strip())
