import os
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from telewatt.cli import esphome_meters
from telewatt.cli.app import app
from telewatt.simulator import parse_settings, simulate
from telewatt.store import Journal
from tests.cli.house import START, readings_of


def invoke(*arguments: object):
    return CliRunner().invoke(app, ["--lang", "en", "esphome", *map(str, arguments)])


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    settings = parse_settings("contract=tempo&phases=3")
    frames = islice(simulate(settings, datetime(2025, 1, 15, tzinfo=UTC)), 3)
    path = tmp_path / "capture.tic"
    path.write_bytes(b"".join(frame.line for frame in frames))
    return path


def test_what_is_generated_is_valid(tmp_path: Path):
    to = tmp_path / "esphome"
    done = invoke("generate", "tic", "--meter", "house=standard,tempo", "--lamp", "--to", to)
    assert done.exit_code == 0, done.output
    assert (to / "tic.yaml").is_file()
    checked = invoke("validate", to / "tic.yaml")
    assert (checked.exit_code, checked.stdout) == (0, "")


def test_a_capture_answers_for_its_meter(tmp_path: Path, capture: Path):
    done = invoke("generate", "--capture", f"house={capture}", "--to", tmp_path)
    assert done.exit_code == 0, done.output
    house = (tmp_path / "linky" / "house.yaml").read_text()
    assert "baud_rate: 9600" in house
    assert "SINSTS3" in house
    assert "SINSTI" not in house
    assert "Tempo red peak" in house


def test_words_beside_a_capture_give_pin_and_title(tmp_path: Path, capture: Path):
    words = "house=rx=GPIO27,title=My_house"
    done = invoke("generate", "--capture", f"house={capture}", "--meter", words, "--to", tmp_path)
    assert done.exit_code == 0, done.output
    assert "rx_pin: GPIO27" in (tmp_path / "linky" / "house.yaml").read_text()


def test_braces_in_a_title_are_no_accident(tmp_path: Path):
    done = invoke("generate", "--meter", 'house=historic,title=x"y: [{', "--to", tmp_path)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.exit_code == 2
    assert "[{" in done.output


def test_two_meters_of_one_name_are_refused(tmp_path: Path):
    two = ("--meter", "house=historic", "--meter", "house=standard")
    done = invoke("generate", *two, "--to", tmp_path)
    assert done.exit_code == 2
    assert "two of this name" in done.output


def test_nothing_is_overwritten_unless_told_so(tmp_path: Path):
    arguments = ("generate", "--meter", "house=historic", "--to", tmp_path)
    assert invoke(*arguments).exit_code == 0
    (tmp_path / "linky" / "house.yaml").write_text("mine")
    again = invoke(*arguments)
    assert again.exit_code == 2
    assert "--force" in again.output
    assert (tmp_path / "linky" / "house.yaml").read_text() == "mine"
    assert invoke(*arguments, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--meter house="),
        (("--meter", "house"), "NAME="),
        (("--meter", "house=standard", "--board", "uno"), "esp32dev"),
        (("--capture", "house=/nowhere.tic"), "/nowhere.tic"),
        (("--capture", "house=/dev/null"), "telewatt decode"),
        (("--meter", "house=historic,producer"), "supplier"),
    ],
)
def test_a_wrong_answer_is_a_usage_error_with_a_remedy(arguments, said, tmp_path: Path):
    done = invoke("generate", *arguments, "--to", tmp_path)
    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_bridge_says_how_telewatt_reads_it(tmp_path: Path):
    done = invoke("generate", "--meter", "house=standard", "--style", "bridge", "--to", tmp_path)
    assert done.exit_code == 0, done.output
    assert 'source = "esphome://linky.local/house"' in done.output


def test_the_boards_are_listed_with_their_pins():
    done = invoke("generate", "--boards")
    assert done.exit_code == 0
    assert "esp32-c6-devkitc-1" in done.stdout
    assert "GPIO16 GPIO17" in done.stdout


def test_findings_name_file_line_and_remedy(tmp_path: Path):
    path = tmp_path / "linky.yaml"
    path.write_text("teleinfo:\n  - id: house\n    update_interval: 60s\n")
    done = invoke("validate", path)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{path}:3: interval-slow: update_interval: 60s.")
    assert "-> write update_interval: 200ms" in done.stdout


def test_findings_speak_french(tmp_path: Path):
    path = tmp_path / "linky.yaml"
    path.write_text("teleinfo:\n  - id: house\n    update_interval: 60s\n")
    done = CliRunner().invoke(app, ["--lang", "fr", "esphome", "validate", str(path)])
    assert "écrivez update_interval: 200ms" in done.stdout


@pytest.mark.parametrize("content", [b"\x00\xff\xfe" * 1000, b"[" * 5_000_000, b"\x7fELF", b""])
def test_whatever_a_file_holds_it_is_answered(tmp_path: Path, content: bytes):
    path = tmp_path / "linky.yaml"
    path.write_bytes(content)
    assert invoke("validate", path).exit_code == 1


def test_what_is_included_is_a_file_or_is_missing(tmp_path: Path):
    device = tmp_path / "tic.yaml"
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", '"a\\0b"', "/dev/zero", "/dev/tty", "."):
        device.write_text(f"esphome: {{name: a}}\nx: !include {name}\n")
        done = invoke("validate", device)
        assert (done.exit_code, done.stdout.count("include-missing")) == (1, 1), name


def test_no_name_in_a_file_commands_the_terminal(tmp_path: Path):
    device = tmp_path / "tic.yaml"
    device.write_text('esphome: {name: a}\nx: !include "\\e[2J\\nlinky.yaml:1: fine"\n')
    done = invoke("validate", device)
    assert done.stdout.count("\n") == done.stdout.count("->") > 0
    assert "\x1b" not in done.stdout


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path):
    done = invoke("validate", tmp_path / "none.yaml")
    assert done.exit_code == 2
    assert "none.yaml" in done.output


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """What a service has read of two meters."""
    path = tmp_path / "journal.db"
    written = Journal.open(path)
    for source, settings, start in (
        ("old-meter", "sim:?mode=historic&contract=ejp", START - timedelta(hours=3)),
        ("house", "sim:?contract=tempo&phases=3&producer=yes", START),
    ):
        for reading in readings_of(source, settings, start, start + timedelta(seconds=20)):
            written.append(reading)
    written.close()
    return path


def test_meters_that_telewatt_reads_answer_for_themselves(tmp_path: Path, journal: Path):
    arguments = ("--seen", "house", "--seen", "old-meter", "--journal", journal)
    done = invoke("generate", *arguments, "--to", tmp_path)
    assert done.exit_code == 0, done.output
    house = (tmp_path / "linky" / "house.yaml").read_text()
    old = (tmp_path / "linky" / "old_meter.yaml").read_text()
    assert "SINSTI" in house
    assert "baud_rate: 9600" in house
    assert "EJPHPM" in old
    assert "baud_rate: 1200" in old
    missing = invoke("generate", "--seen", "nobody", "--journal", journal, "--to", tmp_path)
    assert missing.exit_code == 2
    assert "telewatt meters" in missing.output


def test_a_journal_that_is_not_there_is_a_usage_error(tmp_path: Path):
    done = invoke("generate", "--seen", "house", "--journal", tmp_path / "none.db")
    assert done.exit_code == 2
    assert "telewatt run" in done.output


def test_somebody_at_a_terminal_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(esphome_meters, "is_terminal", lambda: True)
    answers = ["2", "house", "standard", "tri", "tempo", "y", "old", "historic", "mono", "ejp"]
    done = CliRunner().invoke(
        app,
        ["--lang", "en", "esphome", "generate", "--to", str(tmp_path)],
        input="\n".join(answers) + "\n",
    )
    assert done.exit_code == 0, done.output
    assert "SINSTI" in (tmp_path / "linky" / "house.yaml").read_text()
    assert "EJPHPM" in (tmp_path / "linky" / "old.yaml").read_text()
