"""The unit of systemd: systemd understands it, and it knows our exit codes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from telewatt.cli.console import USAGE_ERROR

UNIT = Path(__file__).resolve().parents[1] / "systemd" / "telewatt.service"


@pytest.mark.real
def test_systemd_has_nothing_to_say_against_it(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/telewatt", sys.executable))
    said = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


def test_a_wrong_configuration_is_not_started_again() -> None:
    (code,) = re.findall(r"^RestartPreventExitStatus=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert int(code) == USAGE_ERROR
