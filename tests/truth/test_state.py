"""Stopped anywhere, restored from JSON: as if it had never stopped."""

import json
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from bench.truth_stories import Lie, Story, noisy, transmissions
from telewatt.reading import Reading
from telewatt.simulator import Transmission
from telewatt.truth import Judgement, Truth

SETTINGS = {
    "standard": "sim:?mode=standard&contract=hc&seed=11",
    "producer": "sim:?mode=standard&contract=tempo&phases=3&producer=on&seed=2",
    "historic": "sim:?mode=historic&contract=tempo&phases=3&seed=6",
    "switched": "sim:?mode=historic&contract=weekend&events=%2B30s mode standard;%2B60s contract hc"
    ";%2B90s mode historic;%2B110s outage for=65s",
}


@cache
def sent(name: str) -> list[Transmission]:
    return transmissions(SETTINGS[name], 900)


def restored(truth: Truth) -> Truth:
    return Truth.restore(json.loads(json.dumps(truth.state())))


def judge(readings: list[Reading], stops: set[int]) -> tuple[list[Judgement], Truth]:
    truth, judgements = Truth(), []
    for number, reading in enumerate(readings):
        if number in stops:
            truth = restored(truth)
        judgements.append(truth.judge(reading))
    return judgements, truth


@given(
    name=st.sampled_from(sorted(SETTINGS)),
    rate=st.sampled_from([1e-6, 0.001, 0.01, 0.03]),
    seed=st.integers(0, 10**6),
    stops=st.sets(st.integers(0, 60), max_size=12),
)
def test_a_restored_engine_goes_on_as_if_never_stopped(name, rate, seed, stops):
    readings = [told.reading for told in noisy(sent(name), rate, seed)]
    once, truth = judge(readings, set())
    again, other = judge(readings, stops)
    assert again == once
    assert other.close() == truth.close()


@given(
    name=st.sampled_from(["standard", "historic"]),
    subject=st.sampled_from(["running", "all"]),
    lies=st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 20), st.sampled_from([600_000, -600_000, 3])),
        max_size=3,
    ),
    gap=st.sampled_from([0, 100, 90_000]),
    stops=st.sets(st.integers(0, 60), max_size=8),
)
def test_a_restored_engine_remembers_what_it_doubts(name, subject, lies, gap, stops):
    lies = tuple(Lie(*lie, subject) for lie in lies)
    story = Story(SETTINGS[name], 60, lies, gap_at=30, gap_s=gap)
    readings = [told.reading for told in story.tell()]
    once, _ = judge(readings, set())
    assert judge(readings, stops)[0] == once


def test_a_state_is_small():
    """It is kept with every hour of history."""
    judgements, truth = judge([t.reading for t in noisy(sent("producer"), 0.01, 1)], set())
    assert judgements
    assert len(json.dumps(truth.state())) < 12_000
