"""Every setting, event and injector is documented, in both languages."""

from pathlib import Path

import pytest

from telewatt.simulator import KEYS
from telewatt.simulator.injectors import INJECTORS
from telewatt.simulator.script import VERBS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_setting_event_and_injector_is_documented(language: str) -> None:
    rows = (DOCS / language / "simulator.md").read_text(encoding="utf-8").splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    named = {word.strip("`,") for cell in cells for word in cell.split()}
    assert set(KEYS) | set(INJECTORS) | set(VERBS) <= named
