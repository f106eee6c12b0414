"""Registers, maxima and averages agree with the loads and with each other."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.simulator.contracts import NIGHT, hc
from telewatt.simulator.house import Load
from telewatt.simulator.meter import FILTER_B, OVERPOWER, Meter

NOON = 1_736_938_800  # 2025-01-15 12:00 in Paris


def meter(phases: int = 1, kva: int = 9, now_s: int = NOON) -> Meter:
    return Meter(now_s, 1, phases, hc(NIGHT), kva, 1800)


watts = st.integers(-6000, 9000)


@given(st.lists(st.tuples(watts, watts, st.integers(1, 60)), max_size=60))
def test_the_registers_always_add_up(steps: list[tuple[int, int, int]]) -> None:
    m = meter()
    drawn = injected = 0
    for p, q, wanted in steps:
        seconds = min(wanted, m.seconds_to_turn())
        m.step([Load(p, q)], seconds)
        drawn += max(0, p) * seconds
        injected += max(0, -p) * seconds
        assert m.east == sum(m.easf) == sum(m.easd)
    assert m.east == drawn // 3600
    assert m.eait == injected // 3600


@given(p=watts, q=watts)
def test_reactive_energy_goes_to_the_quadrant_of_its_signs(p: int, q: int) -> None:
    m = meter()
    for _ in range(60):
        m.step([Load(p, q)], 60)
    quadrant = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}[
        p >= 0, q >= 0
    ]
    assert m.erq[quadrant] == abs(q)
    assert sum(m.erq) == abs(q)


def test_energy_goes_to_the_index_that_runs() -> None:
    m = meter(now_s=NOON + 10 * 3600 - 60)  # one minute before 22:00
    for _ in range(2):
        m.step([Load(6000, 0)], 60)
    assert (m.easf[1], m.easf[0]) == (100, 100)


@pytest.mark.parametrize(
    ("ratio", "seconds"), [(1.31, 522), (1.4, 247), (2.5, 40), (5, 9), (10, 3)]
)
def test_the_breaker_opens_when_the_filter_reaches_its_threshold(
    ratio: float, seconds: int
) -> None:
    m = meter(kva=6)
    count = 0
    while not m.breaker:
        m.step([Load(int(6000 * ratio), 0)], 1)
        count += 1
    assert abs(count - seconds) <= 1
    assert m.breaker == OVERPOWER


def test_the_breaker_never_opens_up_to_30_percent() -> None:
    m = meter(kva=6)
    for _ in range(24 * 60):
        m.step([Load(7799, 0)], 60)
    assert not m.breaker


def test_each_phase_has_a_third_of_the_power() -> None:
    m = meter(phases=3, kva=9)
    for _ in range(60):
        m.step([Load(0, 0), Load(7500, 0), Load(0, 0)], 1)
    assert m.breaker == OVERPOWER


def test_one_long_step_filters_as_many_short_ones() -> None:
    one, many = meter(), meter()
    one.step([Load(5000, 1000)], 60)
    for _ in range(60):
        many.step([Load(5000, 1000)], 1)
    assert one.max_drawn.today == many.max_drawn.today


def test_the_maximum_is_that_of_the_filter_with_its_time() -> None:
    m = meter()
    y = best = 0.0
    best_at = 0
    for second in range(1, 3600):
        p = 3000 + int(2500 * math.sin(second / 300))
        m.step([Load(p, 0)], 1)
        y = FILTER_B * p * p + (1 - FILTER_B) * y
        if round(math.sqrt(y)) > best:
            best, best_at = round(math.sqrt(y)), NOON + second
    assert m.max_drawn.today == (best, best_at)
    assert best < 5500


def test_midnight_makes_the_maximum_yesterdays() -> None:
    m = meter()
    for _ in range(60):
        m.step([Load(5000, 0)], 60)
    noon_maximum = m.max_drawn.today
    for _ in range(11 * 60):
        m.step([Load(200, 0)], 60)
    assert m.max_drawn.yesterday == noon_maximum
    assert m.max_drawn.today == (200, NOON + 12 * 3600)


def test_the_load_curve_is_the_mean_of_complete_periods() -> None:
    m = meter(now_s=NOON + 7)
    loads = [100 + 37 * n for n in range(60)]
    closed = []
    for load in loads:
        for _ in range(60):
            m.step([Load(load, 0)], 1)
        closed.append(m.curve_drawn.last)
    assert set(closed[:29]) == {None}  # the period in course at the beginning is not complete
    assert m.curve_drawn.last is not None
    assert m.curve_drawn.last.at_s == NOON + 3600
    seconds = [load for load in loads for _ in range(60)][1793:3593]
    assert m.curve_drawn.last.value == round(sum(seconds) / 1800)


def test_an_interrupted_period_has_no_point() -> None:
    m = meter()
    for _ in range(30):
        m.step([Load(1000, 0)], 60)
    assert m.curve_drawn.last == (1000, NOON + 1800)
    m.step([Load(1000, 0)], 60)
    m.pass_time(60)
    for _ in range(28):
        m.step([Load(1000, 0)], 60)
    assert m.curve_drawn.last is None
    assert m.curve_drawn.previous == (1000, NOON + 1800)


def test_the_mean_voltage_covers_ten_minutes() -> None:
    m = meter()
    volts = []
    for _ in range(600):
        m.step([Load(1000, 0)], 1)
        volts.append(m.voltage[0])
    last = m.mean_voltage[0].last
    assert last is not None
    assert last.at_s == NOON + 600
    assert last.value == round(sum(volts) / 600)


def test_three_phase_power_is_the_signed_sum() -> None:
    m = meter(phases=3)
    m.step([Load(1000, 0), Load(-3000, 0), Load(500, 0)], 1)
    assert (m.drawn_va, m.injected_va) == (0, 1500)
    m.step([Load(3000, 400), Load(-1000, 0), Load(0, 0)], 1)
    assert m.drawn_va == round(math.hypot(3000, 400) - 1000)
    assert m.injected_va == 0


def test_current_is_power_over_voltage() -> None:
    m = meter()
    for p, q in pairwise((0, 900, 4000, -2500, 7000)):
        m.step([Load(p, q)], 1)
        assert m.current[0] * m.voltage[0] == pytest.approx(math.hypot(p, q))


def test_registers_roll_over() -> None:
    m = meter()
    m.take_over([999_999_999, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 999_999_999], 0)
    m.set_clock(NOON + 11 * 3600, degraded=False)
    m.step([Load(3600, 0)], 1)
    assert (m.easf[0], m.east) == (0, 0)
