"""Momentary values: the plausible ones, at once."""

import pytest

from bench.truth_stories import START
from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.tic import Decoder, Mode
from telewatt.truth import Truth
from tests.truth.readings import judge_all, reading

MONO = {"IRMS1": 8, "URMS1": 231, "PREF": 9, "PCOUP": 9, "SINSTS": 1800}
TRI = {
    **{"IRMS1": 2, "IRMS2": 2, "IRMS3": 2, "URMS1": 231, "URMS2": 231, "URMS3": 232},
    **{"PREF": 12, "PCOUP": 12, "SINSTS": 1407, "SINSTS1": 480, "SINSTS2": 460, "SINSTS3": 467},
}


def gauges(mode: Mode = Mode.STANDARD, **values: int | str):
    return judge_all(Truth(), [reading(n, mode, **values) for n in range(4)])[-1].gauges


def test_the_gauges_of_a_frame_are_those_it_carries():
    assert gauges(**MONO) == {"apparent_va": 1800, "voltage_1_v": 231, "current_1_a": 8}


def test_both_modes_have_the_same_gauges():
    assert gauges(Mode.HISTORIC, IINST=8, PAPP=1800) == {"apparent_va": 1800, "current_1_a": 8}


def test_every_gauge_of_a_three_phase_producer_is_told():
    decoder, truth = Decoder(), Truth()
    for sent in simulate(parse_settings("sim:?phases=3&producer=on&seed=3"), START):
        for frame in decoder.feed(sent.line):
            told = truth.judge(Reading("meter", "house", sent.time, frame)).gauges
            assert set(told) == {
                name for name, row in QUANTITIES.items() if row.kind is QuantityKind.GAUGE
            }
            return


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"SINSTS": 48_370}, "apparent_va"),
        ({"URMS1": 0}, "voltage_1_v"),
        ({"URMS1": 999}, "voltage_1_v"),
        ({"IRMS1": 333}, "current_1_a"),
        ({"SINSTS": 9_100}, "apparent_va"),  # with 8 A
    ],
)
def test_an_implausible_value_is_left_out(change: dict[str, int], lost: str):
    assert set(gauges(**MONO)) - set(gauges(**MONO | change)) == {lost}


@pytest.mark.parametrize("change", [{"SINSTS": 5_500}, {"SINSTS": 9_100, "IRMS1": 40}])
def test_a_load_that_is_switched_on_is_plausible(change: dict[str, int]):
    assert gauges(**MONO | change)["apparent_va"] == change["SINSTS"]


@pytest.mark.parametrize(("kva", "plausible"), [(3, False), (6, True)])
def test_no_breaker_lets_more_than_five_times_its_setting_pass(kva: int, plausible: bool):
    frame = MONO | {"SINSTS": 19_000, "IRMS1": 82, "PREF": kva, "PCOUP": kva}
    assert ("apparent_va" in gauges(**frame)) is plausible


@pytest.mark.parametrize("volts", [60, 120, 258, 400])
def test_mains_out_of_range_are_told(volts: int):
    assert gauges(**MONO | {"URMS1": volts})["voltage_1_v"] == volts


def test_the_known_three_phase_quirk_is_left_out():
    """Seen on a real meter: 48,370, 17,742 and 41,187 VA with 2 A on each phase."""
    told = gauges(**TRI | {"SINSTS1": 48_370, "SINSTS2": 17_742, "SINSTS3": 41_187})
    assert {name for name in told if name.startswith("apparent")} == {"apparent_va"}


def test_a_gauge_is_never_held_back():
    truth = Truth()
    frames = [reading(n, Mode.HISTORIC, BASE=100 + 3 * n, PAPP=100 * n) for n in range(8)]
    assert [j.gauges["apparent_va"] for j in judge_all(truth, frames)] == [
        100 * n for n in range(8)
    ]


def test_the_same_gauges_again_are_the_same_object():
    one, other = judge_all(Truth(), [reading(n, EAST=n, **MONO) for n in range(5)])[-2:]
    assert one.gauges is other.gauges
