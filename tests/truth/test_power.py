"""Active power from ticks of the index: strictly inside its error, never volt-amperes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.truth import ActivePower, Judgement, Settled
from telewatt.truth.power import GOOD, WINDOW_S
from tests.truth.readings import START


class House:
    """A meter read every second (or so) and what it draws, W; ``delay`` frames until settled."""

    def __init__(self, every_s: float = 1.0, delay: int = 0, index: str = "import_wh") -> None:
        self.power = ActivePower()
        self.at_s, self.energy_ws, self._every_s = 0.0, 1_000_000.0, every_s
        self._delay, self._held, self._index = delay, [], index

    def draw(self, watts: float, seconds: float, va: int | None = None) -> list:
        """The estimates while it draws this."""
        estimates = []
        for _ in range(round(seconds / self._every_s)):
            self.at_s += self._every_s
            self.energy_ws += watts * self._every_s
            at = START + timedelta(seconds=self.at_s)
            self._held.append(Settled(at, {self._index: int(self.energy_ws // 3600)}))
            settled = self._held[: len(self._held) - self._delay]
            del self._held[: len(settled)]
            gauges = {"apparent_va": round(watts * 1.1) if va is None else va}
            estimates.append(self.power.follow(at, Judgement(tuple(settled), gauges, ())))
        return estimates


@given(
    watts=st.integers(1, 12_000),
    every_s=st.sampled_from([0.9, 1.0, 1.5, 2.8]),
    delay=st.sampled_from([0, 1, 3]),
)
def test_the_true_power_is_inside_the_error(watts: int, every_s: float, delay: int):
    for estimate in House(every_s, delay).draw(watts, 120):
        if estimate is not None:
            assert abs(estimate.w - watts) <= estimate.error_w + 1
            assert estimate.time_constant_s <= WINDOW_S + 4


@pytest.mark.parametrize("watts", [100, 300, 1000, 3000, 9000])
def test_a_minute_and_a_half_are_enough_for_five_percent(watts: int):
    estimate = House().draw(watts, 90)[-1]
    assert estimate.error_w <= GOOD * estimate.w + 1


def test_a_jump_of_the_apparent_power_begins_a_new_window():
    house = House()
    house.draw(300, 200)
    after = house.draw(3000, 30)
    assert all(each is None or abs(each.w - 3000) <= each.error_w + 1 for each in after)
    assert after[-1].time_constant_s <= 30


def test_the_apparent_power_is_never_the_estimate():
    house = House()
    assert all(each is None or each.w <= 100 for each in house.draw(0, 100, va=900))


def test_power_that_fell_unseen_falls_in_the_estimate():
    house = House()
    house.draw(2000, 100, va=2200)
    assert house.draw(20, 120, va=2200)[-1].w < 100


def test_nothing_drawn_is_told_as_such():
    estimate = House().draw(0, 200)[-1]
    assert estimate.w <= estimate.error_w <= 20


def test_a_silence_begins_a_new_window():
    house = House()
    house.draw(1000, 100)
    house.at_s += 4000
    assert house.draw(1000, 1) == [None]


def test_a_meter_without_the_index_has_no_estimate():
    assert set(House(index="export_wh").draw(1000, 100)) == {None}
