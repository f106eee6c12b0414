"""Intervals of a series, and the sums and differences of virtual meters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup.calendar import Level, Step
from telewatt.rollup.formula import FormulaError, Term, parse_formula
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS, from_ms
from telewatt.rollup.series import (
    GaugeRow,
    gauge_rows,
    intervals,
    is_counter,
    level_of,
    sum_energies,
    sum_gauges,
)
from telewatt.rollup.total import Energy, Quality
from tests.rollup.summaries import START_MS

START = datetime(2025, 1, 1, tzinfo=UTC)
MAIN_LESS_HEAT = parse_formula("main - heat")
QUALITIES = st.sampled_from(Quality)
ENERGIES = st.builds(Energy, st.integers(0, 1000), QUALITIES)


@given(st.integers(1, 3000), st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_number_of_minutes_counts_from_the_first_whole_minute(
    step: int, start: int, length: int
) -> None:
    length = min(length, 500 * step * MINUTE_MS)
    at = intervals(step, from_ms(START_MS + start), from_ms(START_MS + start + length))
    assert at[0] == (START_MS + start) // MINUTE_MS * MINUTE_MS
    assert {other - one for one, other in pairwise(at)} == {step * MINUTE_MS}
    assert at[-2] < START_MS + start + length <= at[-1]
    size = {Level.MINUTE: MINUTE_MS, Level.QUARTER: HOUR_MS // 4, Level.HOUR: HOUR_MS}
    assert all(instant % size[level_of(step, at)] == 0 for instant in at)


def test_no_interval_lies_in_no_time() -> None:
    assert len(intervals(5, START, START)) == 1
    assert len(intervals(Step.DAY, START, START - timedelta(days=1))) == 1


@pytest.mark.parametrize("step", [0, -5])
def test_a_step_has_at_least_one_minute(step: int) -> None:
    with pytest.raises(ValueError, match="at least one minute"):
        intervals(step, START, START + timedelta(days=1))


@pytest.mark.parametrize(
    ("step", "level"),
    [
        (Step.MINUTE, Level.MINUTE),
        (Step.QUARTER, Level.QUARTER),
        (Step.DAY, Level.DAY),
        (Step.MONTH, Level.DAY),
        (Step.YEAR, Level.DAY),
        (120, Level.HOUR),
        (30, Level.QUARTER),
        (5, Level.MINUTE),
    ],
)
def test_the_coarsest_summaries_that_fit_are_read(step: Step | int, level: Level) -> None:
    assert level_of(step, intervals(step, START, START + timedelta(days=1))) is level


def test_a_quantity_that_counts_ends_with_its_unit() -> None:
    assert is_counter("import_wh")
    assert is_counter("reactive_1_varh")
    assert not is_counter("apparent_va")
    assert not is_counter("frames")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("main - heat_pump", [(1, "main"), (-1, "heat_pump")]),
        ("  a-b + c  -  d", [(1, "a-b"), (1, "c"), (-1, "d")]),
        ("main", [(1, "main")]),
    ],
)
def test_a_formula_is_a_sum_of_names(text: str, terms: list[tuple[int, str]]) -> None:
    assert parse_formula(text) == tuple(Term(*term) for term in terms)


@pytest.mark.parametrize("text", ["", "-", "a -", "- a", "a - - b", "a * b", "a b", "a -b", "é"])
def test_anything_else_is_no_formula(text: str) -> None:
    with pytest.raises(FormulaError):
        parse_formula(text)


@given(st.lists(st.tuples(ENERGIES, ENERGIES)))
def test_energies_subtract_exactly_with_the_worst_quality(
    pairs: list[tuple[Energy, Energy]],
) -> None:
    main, heat = [one for one, _ in pairs], [other for _, other in pairs]
    found = sum_energies(MAIN_LESS_HEAT, [main, heat])
    order = list(Quality)
    for (one, other), energy in zip(pairs, found, strict=True):
        assert energy.wh == (one.wh or 0) - (other.wh or 0)
        assert order.index(energy.quality) == max(map(order.index, (one.quality, other.quality)))


def test_a_difference_of_which_a_part_is_unknown_is_unknown() -> None:
    known, unknown = Energy(5, Quality.MEASURED), Energy(None, Quality.MISSING)
    assert sum_energies(MAIN_LESS_HEAT, [[known], [unknown]]) == [unknown]


def test_of_momentary_values_only_the_mean_subtracts() -> None:
    at = [START_MS, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]
    main = gauge_rows(at, {0: (2, 600, 200, 400), 1: (1, 5, 5, 5)})
    heat = gauge_rows(at, {0: (4, 400, 50, 150)})
    end = START + timedelta(hours=1)
    assert sum_gauges(MAIN_LESS_HEAT, [main, heat]) == [
        GaugeRow(START, end, None, 200.0, None, 2),
        GaugeRow(end, end + timedelta(hours=1), None, None, None, 0),
    ]
