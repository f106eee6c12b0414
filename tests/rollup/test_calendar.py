"""The calendar of Europe/Paris, with its days of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup.calendar import PARIS, Step, floor_ms, next_ms, not_starts, starts_ms
from telewatt.rollup.instant import HOUR_MS, from_ms, to_ms

INSTANTS = st.integers(
    to_ms(datetime(1995, 1, 1, tzinfo=UTC)), to_ms(datetime(2060, 1, 1, tzinfo=UTC))
)
STEPS = st.sampled_from(Step)


def local(at_ms: int) -> datetime:
    return from_ms(at_ms).astimezone(PARIS)


def day(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=PARIS))


@given(STEPS, INSTANTS)
def test_an_interval_holds_its_instants(step: Step, at: int) -> None:
    start = floor_ms(step, at)
    assert start <= at < next_ms(step, start)
    assert floor_ms(step, start) == start
    assert floor_ms(step, next_ms(step, start) - 1) == start


@given(INSTANTS)
def test_intervals_begin_where_the_calendar_says(at: int) -> None:
    now = local(at)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    assert local(floor_ms(Step.DAY, at)) == midnight
    assert local(floor_ms(Step.MONTH, at)) == midnight.replace(day=1)
    assert local(floor_ms(Step.YEAR, at)) == midnight.replace(month=1, day=1)
    assert local(floor_ms(Step.HOUR, at)).minute == 0
    assert local(floor_ms(Step.QUARTER, at)).minute == now.minute // 15 * 15


@given(STEPS, INSTANTS, st.integers(0, 400 * 24 * HOUR_MS))
def test_intervals_cover_a_range_without_holes(step: Step, start: int, length: int) -> None:
    length = min(length, 3 * HOUR_MS) if step in (Step.MINUTE, Step.QUARTER) else length
    starts = starts_ms(step, start, start + length)
    assert starts[0] == floor_ms(step, start)
    assert all(next_ms(step, one) == other for one, other in pairwise(starts))
    if length:
        assert starts[-2] < start + length <= starts[-1]
    else:
        assert len(starts) == 1


@given(STEPS, st.lists(INSTANTS, max_size=5))
def test_what_lies_inside_is_no_start(step: Step, instants: list[int]) -> None:
    at = sorted(instants + [floor_ms(step, instant) for instant in instants])
    assert not_starts(step, at) == [instant for instant in at if floor_ms(step, instant) != instant]


@pytest.mark.parametrize(
    ("date", "hours"),
    [("2025-03-30", 23), ("2025-10-26", 25), ("2025-10-27", 24), ("2024-02-29", 24)],
)
def test_a_day_has_as_many_hours_as_it_has(date: str, hours: int) -> None:
    start = day(date)
    assert next_ms(Step.DAY, start) - start == hours * HOUR_MS
    assert len(starts_ms(Step.HOUR, start, next_ms(Step.DAY, start))) == hours + 1


def test_a_leap_year_has_a_day_more() -> None:
    assert len(starts_ms(Step.DAY, day("2024-01-01"), day("2025-01-01"))) == 367
    assert len(starts_ms(Step.DAY, day("2025-01-01"), day("2026-01-01"))) == 366
    assert len(starts_ms(Step.MONTH, day("2024-01-01"), day("2025-01-01"))) == 13


def test_a_year_begins_at_midnight_in_paris() -> None:
    before = to_ms(datetime(2024, 12, 31, 22, 59, 59, tzinfo=UTC))
    assert local(floor_ms(Step.YEAR, before)).year == 2024
    assert local(floor_ms(Step.YEAR, before + 1000)).year == 2025
    assert from_ms(floor_ms(Step.MONTH, before + 1000)) - from_ms(before) == timedelta(seconds=1)
