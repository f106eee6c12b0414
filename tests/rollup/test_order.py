"""A clock that is set back makes no index fall, and holds nothing back for long."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup import Fold
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS
from tests.rollup.summaries import START_MS

S = 1000


def fold_of(segments: list[tuple[int, int]]) -> Fold:
    """Fold totals 0, 1, 2...: one a second, in segments of (first time, seconds)."""
    fold, total = Fold("1"), itertools.count()
    for start, seconds in segments:
        for second in range(seconds):
            fold.settle(START_MS + start + second * S, {"import_wh": next(total)})
    return fold


def points(fold: Fold) -> list[tuple[int, int]]:
    """What is known of the counter, ascending in time."""
    counters = [minute.counters["import_wh"] for minute in fold.minutes.values() if minute.counters]
    return [(c[at] - START_MS, c[at + 1]) for c in counters for at in (0, 2)]


@given(
    st.lists(st.tuples(st.integers(0, 3 * HOUR_MS), st.integers(1, 400)), min_size=1, max_size=6)
)
def test_no_total_falls_whatever_the_clock_does(segments: list[tuple[int, int]]) -> None:
    found = points(fold_of(segments))
    totals = [total for _, total in sorted(found)]
    assert totals == sorted(totals)
    assert totals


def test_a_start_with_an_old_time_is_set_aside() -> None:
    """An hour; a power cut; two minutes with the time of half an hour ago; then the right time."""
    fold = fold_of([(0, 3600), (1800 * S, 120), (3900 * S, 600)])
    found = points(fold)
    assert (3_599 * S, 3599) in found
    assert (3_900 * S, 3720) in found
    assert not [total for _, total in found if 3600 <= total < 3720]


def test_a_clock_that_was_ahead_for_a_moment_is_withdrawn() -> None:
    """Ten minutes; thirty seconds two hours ahead; then the right time."""
    fold = fold_of([(0, 600), (2 * HOUR_MS, 30), (660 * S, 600)])
    found = points(fold)
    assert max(found)[0] == (660 + 599) * S
    assert (660 * S, 630) in found
    (withdrawal,) = fold.take().withdrawals
    assert withdrawal.after_ms - START_MS == 660 * S
    assert withdrawal.until_ms - START_MS == 2 * HOUR_MS + 29 * S


def test_a_single_wrong_time_costs_no_other_total() -> None:
    fold = fold_of([(0, 60), (5 * HOUR_MS, 1), (61 * S, 60)])
    assert sorted(set(points(fold))) == [
        (0, 0),
        (59 * S, 59),
        (61 * S, 61),
        (119 * S, 119),
        (120 * S, 120),
    ]


def test_a_clock_set_back_for_good_holds_back_no_longer_than_it_was_set_back() -> None:
    fold = fold_of([(0, 3600), (1800 * S, 3600)])
    found = points(fold)
    assert max(found) == ((1800 + 3599) * S, 7199)
    assert (3600 * S, 5400) in found


def test_a_clock_years_behind_does_not_withdraw_the_present() -> None:
    fold = fold_of([(0, 600), (-20 * 365 * 24 * HOUR_MS, 300), (1000 * S, 10)])
    assert points(fold)[0] == (0, 0)
    assert not fold.take().withdrawals


def test_what_is_set_aside_does_not_grow_without_end() -> None:
    fold = Fold("1")
    fold.settle(START_MS, {"import_wh": 1})
    fold.settle(START_MS + 100 * HOUR_MS, {"import_wh": 2})
    for minute in range(99 * 60):  # less than the contradicted run would have to last
        fold._order.runs = [[START_MS, START_MS + 100 * HOUR_MS]]
        fold.settle(START_MS + minute * MINUTE_MS, {"import_wh": 3})
    assert len(fold._aside) == 60


@pytest.mark.parametrize("cut", [1, 599, 610, 650, 700, 1200])
def test_a_fold_goes_on_from_its_state(cut: int) -> None:
    segments = [(0, 600), (2 * HOUR_MS, 30), (660 * S, 600)]
    times = [start + n * S for start, seconds in segments for n in range(seconds)]
    straight, first = Fold("1"), Fold("1")
    withdrawals = []
    for number, time in enumerate(times):
        straight.settle(START_MS + time, {"import_wh": number})
        if number == cut:
            taken = first.take()  # gives all its minutes away
            withdrawals += taken.withdrawals
            first = Fold.restore("1", first.state())
        first.settle(START_MS + time, {"import_wh": number})
    withdrawals += first.take().withdrawals
    assert tuple(withdrawals) == straight.take().withdrawals
