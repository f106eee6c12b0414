"""Rows in memory, and those that are stored and those that are open together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup import Fold, Level, Summary
from telewatt.rollup.calendar import floor_ms
from telewatt.rollup.instant import ALWAYS, HOUR_MS, MINUTE_MS
from telewatt.rollup.rows import BothRows, OpenRows, Rows
from telewatt.rollup.summary import merge_summaries
from tests.rollup.summaries import START_MS, summaries

MINUTES = st.dictionaries(
    st.integers(0, 3 * 24 * 60).map(lambda minute: START_MS + minute * MINUTE_MS),
    summaries(),
    max_size=12,
)


def merged(one: dict[int, Summary], other: dict[int, Summary]) -> dict[int, Summary]:
    return {
        start: merge_summaries(each[start] for each in (one, other) if start in each)
        for start in one.keys() | other.keys()
    }


def everything(rows: Rows, start_ms: int, end_ms: int) -> list[object]:
    return [
        found
        for level in Level
        for found in (
            rows.counters("import_wh", level, start_ms, end_ms),
            rows.gauges("apparent_va", level, start_ms, end_ms),
            rows.counts(level, start_ms, end_ms),
        )
    ]


@given(MINUTES, MINUTES, st.integers(0, 72), st.integers(0, 72))
def test_stored_and_open_rows_are_one(
    one: dict[int, Summary], other: dict[int, Summary], start: int, end: int
) -> None:
    both, whole = BothRows(OpenRows(one), OpenRows(other)), OpenRows(merged(one, other))
    span = START_MS + min(start, end) * HOUR_MS, START_MS + max(start, end) * HOUR_MS
    assert everything(both, *span) == everything(whole, *span)
    assert both.quantities() == whole.quantities()


@given(MINUTES)
def test_rows_of_a_level_are_merges_of_their_minutes(minutes: dict[int, Summary]) -> None:
    for level in Level:
        starts, *values = OpenRows(minutes).counters("import_wh", level, *ALWAYS)
        for start, *row in zip(starts, *values, strict=True):
            inside = [each for at, each in minutes.items() if floor_ms(level.step, at) == start]
            assert tuple(row) == merge_summaries(inside).counters["import_wh"]


def test_without_minutes_there_are_no_rows() -> None:
    assert everything(OpenRows(Fold("1").minutes), *ALWAYS) == everything(
        BothRows(OpenRows({}), OpenRows({})), *ALWAYS
    )
    assert OpenRows({}).counters("import_wh", Level.DAY, *ALWAYS).starts_ms == []
