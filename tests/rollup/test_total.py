"""Energy is the difference of totals: exact, additive, the same at every level."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup import Fold, Level
from telewatt.rollup.calendar import Step, starts_ms
from telewatt.rollup.instant import ALWAYS, HOUR_MS, MINUTE_MS
from telewatt.rollup.rows import BothRows, OpenRows, Rows
from telewatt.rollup.total import Energy, Quality, chain, energies, measure
from tests.rollup.summaries import START_MS

S = 1000
Points = list[tuple[int, int]]


@st.composite
def meters(draw: st.DrawFn, hours: int = 30) -> Points:
    """Arrivals and totals: runs of readings every few seconds, with gaps of any length between."""
    points: Points = []
    at, total = START_MS + draw(st.integers(0, HOUR_MS)), draw(st.integers(0, 10**6))
    for _ in range(draw(st.integers(1, 4))):
        every = draw(st.sampled_from((900, 7000, 45_000, 60_000)))
        for _ in range(draw(st.integers(1, 60))):
            points.append((at, total))
            at += every
            total += draw(st.integers(0, 40))
        at += draw(st.integers(0, hours * HOUR_MS // 4))
        total += draw(st.integers(0, 5000))
    return points


INSTANTS = st.lists(st.integers(-HOUR_MS, 40 * HOUR_MS).map(lambda ms: START_MS + ms), max_size=8)


def rows_of(points: Points) -> OpenRows:
    fold = Fold("1")
    for at, total in points:
        fold.settle(at, {"import_wh": total})
    return OpenRows(fold.minutes)


def between(origins: Sequence[Rows], at: Sequence[int]) -> list[Energy]:
    return energies(measure(origins, "import_wh")(at), at)


def rule(points: Points, at: int) -> tuple[int, Quality]:
    """Rule 6 word by word, on the readings themselves."""
    number = bisect_right(points, (at, 1 << 60)) - 1
    if number < 0:
        return points[0][1], Quality.MISSING
    time, total = points[number]
    if number + 1 == len(points):
        return total, Quality.MEASURED if at - time <= 60 * S else Quality.MISSING
    next_time, next_total = points[number + 1]
    if next_time - time <= 60 * S or time == at:
        return total, Quality.MEASURED
    share = (next_total - total) * (at - time) // (next_time - time)
    return total + share, Quality.BRACKETED


@given(meters(), st.data())
def test_energy_is_that_of_the_rule_on_whole_minutes(points: Points, data: st.DataObject) -> None:
    minutes = st.integers(-2, (points[-1][0] - START_MS) // MINUTE_MS + 3)
    start, end = sorted(START_MS + data.draw(minutes) * MINUTE_MS for _ in range(2))
    (found,) = between([rows_of(points)], [start, end])
    (one, first), (other, last) = rule(points, start), rule(points, end)
    if start == end:
        assert found.wh == 0
    elif Quality.MISSING in (first, last):
        assert found.quality is Quality.MISSING
        assert (found.wh or 0) == other - one
    else:
        bracketed = Quality.BRACKETED in (first, last)
        assert found == (other - one, Quality.BRACKETED if bracketed else Quality.MEASURED)


@given(meters(), INSTANTS)
def test_energy_is_additive_however_time_is_split(points: Points, instants: list[int]) -> None:
    at = sorted({START_MS, *instants, points[-1][0] + 1, START_MS + 50 * HOUR_MS})
    parts = between([rows_of(points)], at)
    (whole,) = between([rows_of(points)], [at[0], at[-1]])
    assert sum(part.wh or 0 for part in parts) == (whole.wh or 0) == points[-1][1] - points[0][1]
    assert all((part.wh or 0) >= 0 for part in parts)


@given(meters(), st.sampled_from((Step.QUARTER, Step.HOUR, Step.DAY)))
def test_every_step_gives_the_same_as_whole_minutes(points: Points, step: Step) -> None:
    at = starts_ms(step, points[0][0], points[-1][0] + 1)
    if len(at) > 200:
        at = [*at[:100], *at[-100:]]
    singly = [between([rows_of(points)], [start, end])[0] for start, end in pairwise(at)]
    assert between([rows_of(points)], at) == singly
    for (start, end), energy in zip(pairwise(at), singly, strict=True):
        assert (energy.wh or 0) == rule(points, end)[0] - rule(points, start)[0]


@given(meters(), st.integers(0, 100))
def test_what_is_open_is_merged_with_what_is_stored(points: Points, cut: int) -> None:
    half = BothRows(rows_of(points[:cut]), rows_of(points[cut:]))
    for level in Level:
        assert half.counters("import_wh", level, *ALWAYS) == rows_of(points).counters(
            "import_wh", level, *ALWAYS
        )


def test_without_any_reading_nothing_is_known() -> None:
    assert between([OpenRows({})], [START_MS, START_MS + 1]) == [Energy(None, Quality.MISSING)]
    assert between([], [START_MS, START_MS + 1]) == [Energy(None, Quality.MISSING)]


def test_the_present_minute_counts_until_its_last_reading() -> None:
    rows = rows_of([(START_MS + n * S, n) for n in range(100)])
    assert between([rows], [START_MS, START_MS + 2 * MINUTE_MS]) == [Energy(99, Quality.MEASURED)]
    assert between([rows], [START_MS, START_MS + HOUR_MS]) == [Energy(99, Quality.MISSING)]


# -- several origins -------------------------------------------------------------------------------


@given(meters(), meters(), meters(), INSTANTS)
def test_energy_is_additive_over_the_ends_of_origins(
    own: Points, one: Points, other: Points, instants: list[int]
) -> None:
    origins = [rows_of(points) for points in (own, one, other)]
    at = sorted({START_MS - HOUR_MS, *instants, START_MS + 50 * HOUR_MS})
    parts = between(origins, at)
    (whole,) = between(origins, [at[0], at[-1]])
    assert sum(part.wh or 0 for part in parts) == (whole.wh or 0)
    assert all((part.wh or 0) >= 0 for part in parts)


@given(meters(), meters(), st.data())
def test_where_the_journal_has_readings_at_both_ends_it_alone_counts(
    own: Points, other: Points, data: st.DataObject
) -> None:
    minutes = starts_ms(Step.MINUTE, own[0][0], own[-1][0] + 1)
    exact = [minute for minute in minutes if rule(own, minute)[1] is Quality.MEASURED]
    start, end = sorted(data.draw(st.sampled_from(exact or [own[0][0]])) for _ in range(2))
    alone = between([rows_of(own)], [start, end])
    assert between([rows_of(own), rows_of(other)], [start, end]) == alone


HALF_HOURS = [(START_MS + n * HOUR_MS // 2, 100 * n * n) for n in range(49)]  # an index of its own


def test_an_import_counts_before_and_after_the_journal() -> None:
    own = [(START_MS + 10 * HOUR_MS + n * S, 5000 + n) for n in range(3601)]
    at = [START_MS + n * HOUR_MS for n in (0, 9, 10, 11, 12, 24)]
    found = between([rows_of(own), rows_of(HALF_HOURS)], at)
    assert [energy.quality for energy in found] == [Quality.MEASURED] * 5
    assert [energy.wh for energy in found] == [
        32_400,
        7_600,
        3_600,
        9_200,
        100 * 48 * 48 - 100 * 24 * 24,
    ]


def test_in_a_gap_of_the_journal_the_import_gives_the_shape() -> None:
    """The meter counted 20 000 Wh in four hours; the import knows when, and says 19 200."""
    hours = [START_MS + n * HOUR_MS for n in range(12)]
    own = [(hours[4], 1000), (hours[8], 21_000)]
    found = between([rows_of(own), rows_of(HALF_HOURS)], hours[4:9])
    shape = [100 * ((2 * n + 2) ** 2 - (2 * n) ** 2) for n in range(4, 8)]
    assert sum(energy.wh or 0 for energy in found) == 20_000
    for energy, expected in zip(found, shape, strict=True):
        assert energy.wh == pytest.approx(expected * 20_000 / sum(shape), abs=1)
        assert energy.quality is Quality.BRACKETED


def test_what_an_import_does_not_cover_of_a_gap_shares_the_rest() -> None:
    """Ten hours, 10 000 Wh; somebody else measured 6 000 of them in the third and fourth hour."""
    hours = [START_MS + n * HOUR_MS for n in range(11)]
    own, seen = [(hours[0], 0), (hours[10], 10_000)], [(hours[2], 70), (hours[4], 6070)]
    found = between([rows_of(own), rows_of(seen)], hours)
    assert [energy.wh for energy in found] == [500, 500, 3000, 3000, *[500] * 6]


def test_an_import_that_saw_nothing_leaves_a_gap_even() -> None:
    own = [(START_MS, 0), (START_MS + 4 * HOUR_MS, 400)]
    seen = [(START_MS - HOUR_MS, 7), (START_MS + 9 * HOUR_MS, 7)]
    at = [START_MS + n * HOUR_MS for n in range(5)]
    found = between([rows_of(own), rows_of(seen)], at)
    assert [energy.wh for energy in found] == [100] * 4


def test_between_an_import_and_the_journal_energy_is_missing() -> None:
    own = [(START_MS + 30 * HOUR_MS, 500), (START_MS + 31 * HOUR_MS, 600)]
    at = [START_MS, START_MS + 24 * HOUR_MS, START_MS + 30 * HOUR_MS, START_MS + 31 * HOUR_MS]
    assert between([rows_of(own), rows_of(HALF_HOURS)], at) == [
        Energy(100 * 48 * 48, Quality.MEASURED),
        Energy(None, Quality.MISSING),
        Energy(100, Quality.MEASURED),
    ]


# -- meters one after the other --------------------------------------------------------------------


@given(meters(), meters(), INSTANTS, st.integers(0, 40 * HOUR_MS))
def test_energy_is_additive_over_a_change_of_meter(
    first: Points, second: Points, instants: list[int], change: int
) -> None:
    parts = [
        (ALWAYS[0], START_MS + change, measure([rows_of(first)], "import_wh")),
        (START_MS + change, ALWAYS[1], measure([rows_of(second)], "import_wh")),
    ]
    at = sorted({START_MS, *instants, START_MS + 50 * HOUR_MS})
    found = chain(parts, at)
    (whole,) = chain(parts, [at[0], at[-1]])
    assert sum(energy.wh or 0 for energy in found) == (whole.wh or 0)


def test_each_meter_counts_in_its_own_time_only() -> None:
    first = [(START_MS + n * MINUTE_MS, 10 * n) for n in range(121)]
    second = [(START_MS + n * MINUTE_MS, 7_000_000 + n) for n in range(60, 241)]
    change = START_MS + 90 * MINUTE_MS
    parts = [
        (ALWAYS[0], change, measure([rows_of(first)], "import_wh")),
        (change, ALWAYS[1], measure([rows_of(second)], "import_wh")),
    ]
    at = [START_MS + n * HOUR_MS for n in range(5)]
    assert chain(parts, at) == [
        Energy(600, Quality.MEASURED),
        Energy(330, Quality.MEASURED),
        Energy(60, Quality.MEASURED),
        Energy(60, Quality.MEASURED),
    ]
