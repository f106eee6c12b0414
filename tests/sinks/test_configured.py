"""The sinks that a configuration asks for."""

import subprocess
import sys
from pathlib import Path

from telewatt.config import parse
from telewatt.service.process import UNUSABLE
from telewatt.sinks.configured import SINKS, sinks_of
from tests.sinks.judging import house_in

METER = '[meters.house]\nsource = "-"\n'
WITHOUT = "import sys; sys.modules[{package!r}] = None; from telewatt.cli import main; main()"


def test_no_sink_without_its_section(tmp_path: Path) -> None:
    assert list(sinks_of(parse(METER), house_in(tmp_path))) == []


def test_a_package_that_is_missing_is_named_with_its_extra(tmp_path: Path) -> None:
    configuration = tmp_path / "telewatt.toml"
    configuration.write_text(METER + '[web]\nenabled = false\n[mqtt]\nhost = "localhost"\n')
    without = WITHOUT.format(package="aiomqtt")
    run = [sys.executable, "-c", without, "--lang", "fr", "run", "--config", str(configuration)]
    run += ["--journal", str(tmp_path / "journal.db")]
    ended = subprocess.run(
        run, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ended.returncode == UNUSABLE, ended.stderr
    assert "qui manque (aiomqtt)" in ended.stderr
    assert "pip install 'telewatt[mqtt]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_sink_is_a_section() -> None:
    fields = parse(METER).__dataclass_fields__
    assert SINKS.keys() <= fields.keys()
