"""What was folded is found again, merged with what comes late, at every level."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telewatt.language import Text
from telewatt.rollup import Level, Step, Withdrawal, merge_summaries
from telewatt.rollup.calendar import floor_ms
from telewatt.rollup.chunk import Chunk
from telewatt.rollup.formula import parse_formula
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS, from_ms
from telewatt.rollup.total import Energy, Quality
from telewatt.store.history import History, UnknownNameError, history_path
from telewatt.truth.judgement import Event, EventKind
from tests.store.history.meters import (
    METER,
    START,
    START_MS,
    folded,
    judgement,
    new_history,
    points,
    portion,
    reading,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "history.db")
    yield opened
    opened.close()


def contents(path: Path) -> dict[tuple[int, ...], object]:
    """All summaries of all levels in the file, without regard to how they were written."""
    connection = sqlite3.connect(path)
    sql = "SELECT stage, origin, meter, level, start_ms, payload FROM chunk"
    found = {tuple(key): Chunk(payload).summaries() for *key, payload in connection.execute(sql)}
    connection.close()
    return found


def total_at(found: list, at) -> int:  # type: ignore[no-untyped-def,type-arg]
    milliseconds = START_MS + (at - START) // timedelta(milliseconds=1)
    before = [totals["import_wh"] for time, totals, _ in found if time <= milliseconds]
    return before[-1] if before else found[0][1]["import_wh"]


def test_a_history_lies_beside_its_journal(tmp_path: Path) -> None:
    assert history_path(tmp_path / "journal.db") == tmp_path / "history.db"
    assert history_path(tmp_path / "x.db") == tmp_path / "x.history.db"


def test_what_was_written_is_found_again(history: History) -> None:
    found = list(points(10_000))
    history.write([portion(found)], 10_000, {"truth": 1})
    assert history.progress()[:2] == (10_000, {"truth": 1})
    series = history.series(METER, "import_wh", START, START + 3 * HOUR, Step.HOUR)
    at = [START + n * HOUR for n in range(4)]
    assert series.rows == [
        (start, end, total_at(found, end) - total_at(found, start), Quality.MEASURED)
        for start, end in pairwise(at)
    ]


def test_gauges_and_frames_are_found_again(history: History) -> None:
    found = list(points(7200, every_ms=1000))
    history.write([portion(found)], 7200, {})
    (first, second) = history.series(METER, "apparent_va", START, START + 2 * HOUR, Step.HOUR).rows
    values = [gauges["apparent_va"] for _, _, gauges in found[:3600]]
    mean = sum(values) / len(values)
    assert first == (START, START + HOUR, min(values), mean, max(values), 3600)
    assert second.start == START + HOUR
    frames = history.series(METER, "frames", START, START + 2 * HOUR, 30).rows
    assert [row.number for row in frames] == [1800] * 4
    assert history.quantities(METER) == {*found[0][1], *found[0][2]} | {
        "frames",
        "rejected",
        "repaired",
    }


def test_what_comes_late_is_merged(history: History, tmp_path: Path) -> None:
    found = list(points(9_000))
    for number in range(3):
        history.write([portion(found[number::3])], number, {})
    at_once = History.open(tmp_path / "at-once.db")
    at_once.write([portion(found)], 1, {})
    at_once.close()
    assert contents(history.path) == contents(tmp_path / "at-once.db")


@settings(max_examples=10)
@given(st.lists(st.integers(0, 2000), max_size=4))
def test_it_does_not_matter_when_it_was_written(cuts: list[int]) -> None:
    found = list(points(2000, every_ms=13_001))
    fold_once, fold = folded(found), folded([])
    with new_history() as one, new_history() as other:
        one.write([fold_once.take()], 2000, {})
        for number, (at_ms, totals, gauges) in enumerate(found):
            if number in cuts:
                other.write([fold.take(from_ms(at_ms))], number, {})
            fold.add(reading(at_ms), judgement(at_ms, totals, gauges))
        other.write([fold.take()], 2000, {})
        assert contents(one.path) == contents(other.path)


def test_every_level_follows_from_the_minutes(history: History) -> None:
    """Three days over the end of a month and of a year."""
    start_ms = START_MS - 25 * HOUR_MS
    history.write([portion(points(4000, every_ms=61_000, start_ms=start_ms))], 1, {})
    before = contents(history.path)
    minutes = {
        at: summary for key, each in before.items() if key[3] == 0 for at, summary in each.items()
    }
    for level in list(Level)[1:]:
        rows = {
            at: row for key, each in before.items() if key[3] == level for at, row in each.items()
        }
        grouped: dict[int, list] = {}  # type: ignore[type-arg]
        for at, summary in minutes.items():
            grouped.setdefault(floor_ms(level.step, at), []).append(summary)
        assert rows == {at: merge_summaries(each) for at, each in grouped.items()}
    assert history.verify().differences == []


def test_withdrawn_totals_are_gone_at_every_level(history: History) -> None:
    found = list(points(3000, every_ms=10_000))
    history.write([portion(found)], 1, {})
    cut_ms = START_MS + 5 * HOUR_MS
    rest = Withdrawal(cut_ms, START_MS + 100 * HOUR_MS)
    history.write([portion([])._replace(withdrawals=(rest,))], 2, {})
    kept = [one for one in found if one[0] <= cut_ms]
    after = history.series(METER, "import_wh", START, START + 8 * HOUR, Step.HOUR).rows
    assert sum(row.wh or 0 for row in after) == kept[-1][1]["import_wh"] - 10_000
    assert [row.quality for row in after[5:]] == [Quality.MISSING] * 3
    frames = history.series(METER, "frames", START, START + 9 * HOUR, Step.DAY).rows
    assert sum(row.number for row in frames) == 3000
    assert history.verify().differences == []


def test_what_is_still_open_counts_too(history: History) -> None:
    found = list(points(9_000))
    fold = folded(found)
    now = from_ms(found[-1][0])
    history.write([fold.take(now)], 9_000, {})
    alone = history.energy(METER, "import_wh", START, now)
    assert alone.quality is Quality.MISSING
    open_part = {METER: fold.minutes}
    whole = history.energy(METER, "import_wh", START, now, open_part=open_part)
    assert whole == Energy(found[-1][1]["import_wh"] - 10_000, Quality.MEASURED)
    frames = history.series(METER, "frames", START, now, Step.DAY, open_part=open_part).rows
    assert sum(row.number for row in frames) == 9_000


def test_a_meter_nobody_has_written_yet_is_known_by_its_open_part(history: History) -> None:
    fold = folded(points(100))
    end = START + timedelta(minutes=2)
    found = history.energy(METER, "import_wh", START, end, open_part={METER: fold.minutes})
    assert found.quality is Quality.MEASURED


def test_the_energy_of_what_nobody_saw_is_missing(history: History) -> None:
    history.write([portion(points(10))], 10, {})
    later = START + timedelta(days=2)
    found = history.energy(METER, "import_wh", later, later + HOUR)
    assert found == Energy(None, Quality.MISSING)
    (row,) = history.series(METER, "import_9_wh", START, START + HOUR, Step.HOUR).rows
    assert (row.wh, row.quality) == (None, Quality.MISSING)


def test_events_are_kept_in_order(history: History) -> None:
    texts = Text("the mode changed", "le mode a changé")
    happened = [
        Event(EventKind.MODE, START + n * HOUR, START, "", "historic", "standard", texts)
        for n in range(3)
    ]
    history.write([portion(points(10))._replace(events=tuple(happened))], 1, {})
    assert history.events(METER) == [(METER, event) for event in happened]
    assert history.events("house", START + HOUR, START + 2 * HOUR) == [(METER, happened[1])]


def test_an_unknown_name_tells_the_known_ones(history: History) -> None:
    history.write([portion(points(10))], 1, {})
    with pytest.raises(UnknownNameError) as caught:
        history.energy("hause", "import_wh", START, START + HOUR)
    assert f"house, {METER}" in caught.value.text.en
    assert "hause" in caught.value.text.fr


# -- virtual meters --------------------------------------------------------------------------------


def test_a_virtual_meter_subtracts_exactly(tmp_path: Path) -> None:
    virtual = {"rest": parse_formula("house - pump"), "all": parse_formula("house + pump")}
    history = History.open(tmp_path / "history.db", virtual=virtual)
    house = portion(points(8_000))
    pump = portion(points(8_000, seed=2), "PUMP", "pump")
    history.write([house, pump], 1, {})

    def rows(who: str, quantity: str = "import_wh") -> list:  # type: ignore[type-arg]
        return list(history.series(who, quantity, START, START + 3 * HOUR, Step.QUARTER).rows)

    for house_row, pump_row, rest, whole in zip(
        rows("house"), rows("pump"), rows("rest"), rows("all"), strict=True
    ):
        assert rest.wh == house_row.wh - pump_row.wh
        assert whole.wh == house_row.wh + pump_row.wh
        assert rest.quality is Quality.MEASURED
    means = [
        (a.mean - b.mean, c.mean)
        for a, b, c in zip(
            rows("house", "apparent_va"),
            rows("pump", "apparent_va"),
            rows("rest", "apparent_va"),
            strict=True,
        )
    ]
    assert all(ours == pytest.approx(theirs) for ours, theirs in means)
    assert {row.min for row in rows("rest", "apparent_va")} == {None}
    assert sum(row.number for row in rows("rest", "frames")) == sum(
        row.number for who in ("house", "pump") for row in rows(who, "frames")
    )
    assert history.quantities("rest") == history.quantities("house")
    history.close()


# -- chunks ----------------------------------------------------------------------------------------


def test_an_hour_is_written_into_few_rows(history: History) -> None:
    fold = folded(points(3 * 2600))
    history.write([fold.take(START + 2 * HOUR + 2 * timedelta(milliseconds=MINUTE_MS))], 1, {})
    levels = sorted(key[3] for key in contents(history.path))
    assert levels == [0, 0, 1, 2, 3]
