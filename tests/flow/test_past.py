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
