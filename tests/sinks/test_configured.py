"""The sinks of a configuration, and those that cannot be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from telewatt.config import parse
from telewatt.service.process import UNUSABLE
from telewatt.sinks.configured import SINKS, sinks_of
from tests.sinks.judging import house_in

HOUSE = '[meters.house]\nsource = "-"\n'


def test_without_sections_there_are_no_sinks(tmp_path: Path) -> None:
    assert list(sinks_of(parse(HOUSE), house_in(tmp_path))) == []


@pytest.mark.parametrize(
    ("package", "extra", "section"),
    [
        ("aiohttp", "http", '[webhook]\nurl = "http://h/"\n'),
        ("aiomqtt", "mqtt", '[mqtt]\nhost = "h"\n'),
    ],
)
def test_what_is_not_installed_is_named_with_what_to_type(
    tmp_path: Path, package: str, extra: str, section: str
) -> None:
    """In a process of its own: a module that is imported anew here is another one for all tests."""
    configuration = tmp_path / "telewatt.toml"
    configuration.write_text(f"{HOUSE}[web]\nenabled = false\n{section}")
    without = f"import sys; sys.modules[{package!r}] = None; from telewatt.cli import main; main()"
    run = [sys.executable, "-c", without, "--lang", "fr", "run", "--config", str(configuration)]
    run += ["--journal", str(tmp_path / "journal.db")]
    ended = subprocess.run(
        run, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ended.returncode == UNUSABLE, ended.stderr
    assert f"qui manque ({package})" in ended.stderr
    assert f"pip install 'telewatt[{extra}]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_is_imported_that_is_not_configured() -> None:
    """Memory is short on small machines."""
    program = """
import sys
from pathlib import Path
from telewatt.config import parse
from telewatt.sinks.configured import sinks_of
from tests.sinks.judging import house_in
list(sinks_of(parse('[meters.house]\\nsource = "-"\\n[jsonl]\\npath = "x"\\n'), house_in(Path())))
print(*sys.modules)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not {"aiohttp", "aiomqtt", "starlette"} & loaded
    places = {name: place.partition(":")[0] for name, place in SINKS.items()}
    assert {name for name, module in places.items() if module in loaded} == {"jsonl"}
