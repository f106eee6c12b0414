"""What is past, asked for while a real service is reading."""

import re
import subprocess
import time

import pytest

from tests.flow.conftest import HISTORIC, STANDARD, TELEWATT

pytestmark = pytest.mark.slow
PATIENCE_S = 90.0  # to find the speed of a line takes a while


def telewatt(*arguments):
    return subprocess.run(
        [*TELEWATT, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def ask_until(words, *arguments):
    """The first answer with these words; entries come to the journal's file twice a second."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        answer = telewatt(*arguments)
        if re.search(words, answer.stdout):
            return answer
    return pytest.fail(f"nothing about {words} in {answer}")


def test_the_past_is_known_while_the_service_runs(start, simulate, configuration):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    file = configuration(**paths)
    service = start("run", "--config", file)
    service.expect("reading 2 meter(s)")
    for words in (r"house +house +historic", r"solar +solar +standard"):
        assert ask_until(words, "meters", "--config", file).returncode == 0
    frames = ("history", "--quantity", "frames", "--config", file)
    shown = ask_until(r"sum +\d+ +\d+", *frames)
    assert sorted(shown.stdout.splitlines()[2].split()) == ["house", "solar"]
    assert telewatt("history", "--quantities", "--config", file).returncode == 0
    assert telewatt("events", "--config", file).returncode == 1
    verified = telewatt("verify", "--config", file)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.endswith("Nothing is wrong.\n")
    assert service.end() == 0
    after = telewatt(*frames)
    assert after.returncode == 0


def test_a_backup_of_a_running_house_is_restored_and_read_on(
    start, simulate, configuration, tmp_path
):
    _, paths = simulate(solar=STANDARD)
    file = configuration(**paths)
    service = start("run", "--config", file)
    service.expect("reading 1 meter(s)")
    ask_until(r"sum +\d+", "history", "--quantity", "frames", "--config", file)
    kept = telewatt("backup", tmp_path / "usb", "--config", file)
    assert (kept.returncode, kept.stderr) == (0, "")
    last = int(re.search(r"up to number (\d+)", kept.stdout)[1])
    refused = telewatt("restore", tmp_path / "usb", "--config", file)
    assert refused.returncode == 1
    assert f"process {service.process.pid} is using it" in refused.stderr
    assert service.end() == 0
    restored = telewatt("restore", tmp_path / "usb", "--config", file)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert f"  {last} frames read" in restored.stdout
    again = start("run", "--config", file)
    again.expect("reading 1 meter(s)")
    verified = ask_until(rf"\n  (?!{last} )\d+ frames read", "verify", "--config", file)
    assert verified.returncode == 0
    assert "after a restored backup" in verified.stdout
    assert again.end() == 0
