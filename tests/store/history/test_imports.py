"""An import is all there or not at all, once, and leaves nothing when it is removed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telewatt.rollup import Fold, Gauge, Portion, Step, Summary
from telewatt.rollup.instant import HOUR_MS
from telewatt.rollup.total import Energy, Quality
from telewatt.store.history import History, ImportLostError
from telewatt.store.history.imports import Draft, _pieces, read_content
from tests.store.history.meters import METER, START, START_MS, new_history, points, portion

HOUR = timedelta(hours=1)
CONTENT = [b"2025;", b"100\n" * 700_000]


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "history.db")
    yield opened
    opened.close()


def half_hours(start: int, end: int, wh: int = 500) -> Portion:
    """An index from 0 that grows evenly, every half hour, between two hours."""
    fold = Fold(METER)
    for number in range(2 * start, 2 * end + 1):
        fold.settle(START_MS + number * HOUR_MS // 2, {"import_wh": (number - 2 * start) * wh // 2})
    return fold.take()


def bring_in(history: History, start: int, end: int, content: bytes = b"x", wh: int = 500) -> int:
    portions = [half_hours(start, end, wh)]
    return history.add_import([content], portions, kind="csv", name="a.csv", meter=METER).number


def energies(history: History, start: int, end: int) -> list[Energy]:
    rows = history.series(METER, "import_wh", START + start * HOUR, START + end * HOUR, Step.HOUR)
    return [Energy(row.wh, row.quality) for row in rows.rows]


def tables(history: History) -> list[int]:
    connection = sqlite3.connect(history.path)
    names = ("chunk", "import", "import_piece", "event")
    counts = [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names]
    connection.close()
    return counts


def test_an_import_keeps_its_content(history: History) -> None:
    portions = [half_hours(0, 24)]
    params = {"unit": "kWh"}
    done = history.add_import(
        CONTENT, portions, kind="enedis", name="curve.csv", meter=METER, params=params
    )
    content = b"".join(CONTENT)
    assert done[:6] == (
        *(done.number, hashlib.sha256(content).hexdigest(), "enedis", "curve.csv", METER),
        params,
    )
    assert done.size == len(content)
    assert b"".join(read_content(history._database, done.number)) == content
    assert history.imports() == [done]
    assert history.find_import(done.hash) == done
    assert history.find_import("0") is None
    (meter,) = history.meters()
    assert (meter.name, meter.first_seen, meter.sites) == (METER, None, ())
    assert history.path.stat().st_size < 100_000


@given(st.lists(st.binary(max_size=20)))
def test_content_is_cut_into_pieces_without_loss(parts: list[bytes]) -> None:
    assert b"".join(_pieces(parts)) == b"".join(parts)


def test_the_same_content_twice_changes_nothing(history: History) -> None:
    first = bring_in(history, 0, 24)
    before = tables(history)
    assert bring_in(history, 0, 48) == first
    assert tables(history) == before
    assert energies(history, 23, 25) == [
        Energy(500, Quality.MEASURED),
        Energy(None, Quality.MISSING),
    ]


def test_nothing_is_left_of_an_import_that_is_removed(history: History) -> None:
    history.write([portion(points(100))], 1, {})
    before = tables(history)
    number = bring_in(history, 0, 24)
    assert history.remove_import(number)
    assert not history.remove_import(number)
    assert tables(history) == before


def test_an_import_that_is_broken_off_is_not_seen_and_goes_away(history: History) -> None:
    def broken() -> Iterator[Portion]:
        yield half_hours(0, 24)
        raise ValueError("line 3")

    with pytest.raises(ValueError, match="line 3"):
        history.add_import([b"x"], broken(), kind="csv", name="a", meter=METER)
    assert history.imports() == []
    assert energies(history, 0, 1) == [Energy(None, Quality.MISSING)]
    bring_in(history, 0, 24, b"y")
    assert tables(history)[1:3] == [1, 1]


def test_of_two_imports_at_once_the_later_one_goes_on(history: History) -> None:
    early = Draft(history._database, METER, "csv", "early", {})
    bring_in(history, 0, 24)
    with pytest.raises(ImportLostError):
        early.merge(half_hours(0, 1))
    assert [each.name for each in history.imports()] == ["a.csv"]


# -- the journal and imports -----------------------------------------------------------------------


def own(start: float, end: float, total: int) -> Portion:
    """The journal's readings, one a second, between two hours: 3600 Wh an hour."""
    fold = Fold(METER)
    for second in range(int((end - start) * 3600) + 1):
        at_ms = START_MS + int(start * HOUR_MS) + second * 1000
        fold.settle(at_ms, {"import_wh": total + second})
    return fold.take()


def test_where_the_journal_has_readings_they_alone_count(history: History) -> None:
    history.write([own(2, 4, 90_000)], 1, {})
    alone = energies(history, 2, 4)
    bring_in(history, 0, 6)
    assert energies(history, 2, 4) == alone == [Energy(3600, Quality.MEASURED)] * 2
    assert energies(history, 0, 2) == [Energy(500, Quality.MEASURED)] * 2
    assert energies(history, 4, 6) == [Energy(500, Quality.MEASURED)] * 2


def test_in_a_gap_the_meter_says_how_much_and_the_import_when(history: History) -> None:
    history.write([own(0, 1, 0), own(5, 6, 5600)], 1, {})
    even = energies(history, 1, 5)
    bring_in(history, 1, 3, wh=900)
    shaped = energies(history, 1, 5)
    assert [energy.wh for energy in even] == [500] * 4
    assert [energy.wh for energy in shaped] == [900, 900, 100, 100]
    assert {energy.quality for energy in shaped[:-1]} == {Quality.BRACKETED}
    assert history.energy(METER, "import_wh", START, START + 6 * HOUR).wh == 9200


def test_of_several_imports_the_newest_comes_first(history: History) -> None:
    bring_in(history, 0, 24, b"1", wh=100)
    bring_in(history, 2, 4, b"2", wh=800)
    assert [energy.wh for energy in energies(history, 0, 6)] == [100, 100, 800, 800, 100, 100]


@settings(max_examples=15)
@given(st.data())
def test_energy_is_additive_over_the_journal_and_imports(data: st.DataObject) -> None:
    hours = st.integers(0, 30)
    spans = [sorted((data.draw(hours), data.draw(hours) + 1)) for _ in range(3)]
    at = sorted({0, 30 * HOUR_MS, *data.draw(st.lists(st.integers(0, 30 * HOUR_MS), max_size=6))})
    with new_history() as history:
        history.write([own(spans[0][0], spans[0][0] + 0.1, 1000)], 1, {})
        history.write([own(spans[0][1] + 0.1, spans[0][1] + 0.2, 9000)], 2, {})
        for number, (start, end) in enumerate(spans[1:]):
            bring_in(history, start, end, bytes([number]), wh=300 * (number + 1))
        times = [START + timedelta(milliseconds=instant) for instant in at]
        parts = [history.energy(METER, "import_wh", one, other) for one, other in pairwise(times)]
        whole = history.energy(METER, "import_wh", times[0], times[-1])
        assert sum(part.wh or 0 for part in parts) == (whole.wh or 0)


def test_gauges_and_frames_of_an_interval_come_from_one_origin(history: History) -> None:
    measured = Summary(gauges={"apparent_va": Gauge(1, 100, 100, 100)})
    minutes = {START_MS + minute * 60_000: measured for minute in range(180)}
    portions = [Portion(METER, minutes=minutes)]
    history.add_import([b"x"], portions, kind="csv", name="a", meter=METER)
    history.write([portion(points(10, start_ms=START_MS + HOUR_MS))], 1, {})
    rows = history.series(METER, "apparent_va", START, START + 3 * HOUR, Step.HOUR).rows
    assert [row.samples for row in rows] == [60, 10, 60]
    assert [row.mean for row in rows][::2] == [100.0, 100.0]
