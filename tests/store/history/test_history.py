"""What was folded is found again, merged with what comes late, at every level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from telewatt.rollup import Step
from telewatt.rollup.total import Energy, Quality
from telewatt.store.history import History, history_path
from tests.store.history.meters import METER, START, points, portion


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "history.db")
    yield opened
    opened.close()


def test_a_history_lies_beside_its_journal(tmp_path: Path) -> None:
    assert history_path(tmp_path / "journal.db") == tmp_path / "history.db"
    assert history_path(tmp_path / "x.db") == tmp_path / "x.history.db"


def test_only_its_user_may_read_it(history: History) -> None:
    history.write([portion(points(100))], 100, {})
    files = list(history.path.parent.glob("history.db*"))
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * len(files)


def test_what_was_written_is_found_again(history: History) -> None:
    found = list(points(10_000))
    history.write([portion(found)], 10_000, {"truth": 1})
    assert history.progress()[:2] == (10_000, {"truth": 1})
    hour = history.series(METER, "import_wh", START, START + timedelta(hours=3), Step.HOUR)
    at = [START + timedelta(hours=n) for n in range(4)]
    expected = []
    for start, end in pairwise(at):
        wh = total_at(found, end) - total_at(found, start)
        expected.append((start, end, wh, Quality.MEASURED))
    assert hour.rows == expected


def total_at(found: list, at) -> int:  # type: ignore[no-untyped-def,type-arg]
    seconds = (at - START).total_seconds()
    before = [totals["import_wh"] for n, (_, totals, _) in enumerate(found) if n * 1.4 <= seconds]
    return before[-1] if before else found[0][1]["import_wh"]


def test_the_energy_of_what_nobody_saw_is_missing(history: History) -> None:
    history.write([portion(points(10))], 10, {})
    later = START + timedelta(days=2)
    found = history.energy(METER, "import_wh", later, later + timedelta(hours=1))
    assert found == Energy(None, Quality.MISSING)
