"""The sinks of a configuration, and those that cannot be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from telewatt.config import parse
from telewatt.sinks.configured import SINKS, MissingPackageError, sinks_of
from tests.sinks.judging import house_in

HOUSE = '[meters.house]\nsource = "-"\n'


def test_without_sections_there_are_no_sinks(tmp_path: Path) -> None:
    assert list(sinks_of(parse(HOUSE), house_in(tmp_path))) == []


def test_what_is_not_installed_is_named_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    for name in ("posting", "webhook"):
        monkeypatch.delitem(sys.modules, f"telewatt.sinks.{name}", raising=False)
    config = parse(HOUSE + '[webhook]\nurl = "http://h/"\n')
    with pytest.raises(MissingPackageError, match=r"aiohttp.*pip install 'telewatt\[http\]'"):
        list(sinks_of(config, house_in(tmp_path)))


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
