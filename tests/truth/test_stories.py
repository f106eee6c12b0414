"""An index leaps by 600 kWh for some frames, with good checksums, and comes back: nothing false.

The benchmark tells all such stories; here are some of each kind.
"""

import json

import pytest

from bench.truth_stories import Lie, Story, Told, noisy, transmissions
from telewatt.truth import EventKind, Judgement, Truth

LEAP = 600_000
STANDARD = "sim:?mode=standard&contract=hc&seed=11"
PRODUCER = "sim:?mode=standard&contract=tempo&phases=3&producer=on&pv=6000&seed=2"
HISTORIC = "sim:?mode=historic&contract=hc&seed=5"
BASE = "sim:?mode=historic&contract=base&seed=4"
SUBJECTS = [
    *((STANDARD, subject) for subject in ("running", "resting", "total", "all")),
    *((HISTORIC, subject) for subject in ("running", "resting")),
    *((PRODUCER, "export"), (BASE, "running")),
]


def told(story: Story, restart: int = 0) -> list[tuple[Told, Judgement]]:
    truth, out = Truth(), []
    for number, each in enumerate(story.tell()):
        if restart and number % restart == 0:
            truth = Truth.restore(json.loads(json.dumps(truth.state())))
        out.append((each, truth.judge(each.reading)))
    return out


def falsehoods(out: list[tuple[Told, Judgement]]) -> list[str]:
    """What was settled and is not true."""
    truths = {each.reading.received_at: each.truth for each, _ in out}
    return [
        f"{settled.received_at} {name}: {total} for {truths[settled.received_at][name]}"
        for _, judgement in out
        for settled in judgement.settled
        for name, total in settled.totals.items()
        if total != truths[settled.received_at][name]
    ]


def is_whole_again(out: list[tuple[Told, Judgement]]) -> bool:
    """Whether at the end everything is told."""
    each, judgement = out[-2]
    last = [settled.totals for _, judgement in out[-4:] for settled in judgement.settled][-1]
    return last.keys() == each.truth.keys() and judgement is not None


@pytest.mark.parametrize(("settings", "subject"), SUBJECTS)
@pytest.mark.parametrize("frames", [1, 2, 4, 30])
@pytest.mark.parametrize("leap", [LEAP, -LEAP])
def test_a_leap_that_comes_back_leaves_nothing_false(settings, subject, frames, leap):
    out = told(Story(settings, 30 + frames + 8, (Lie(30, frames, leap, subject),)))
    assert falsehoods(out) == []
    assert is_whole_again(out)


@pytest.mark.parametrize(("settings", "subject"), SUBJECTS)
def test_leaps_may_repeat(settings, subject):
    lies = tuple(Lie(first, 4, LEAP, subject) for first in range(20, 100, 9))
    out = told(Story(settings, 120, lies))
    assert falsehoods(out) == []
    assert is_whole_again(out)


@pytest.mark.parametrize(("settings", "subject"), SUBJECTS)
@pytest.mark.parametrize("days", [1, 5, 30])
def test_leaps_after_a_silence_leave_nothing_false(settings, subject, days):
    lies = (Lie(20, 120, LEAP, subject),)
    out = told(Story(settings, 160, lies, gap_at=20, gap_s=days * 86_400))
    assert falsehoods(out) == []


@pytest.mark.parametrize(("settings", "subject"), SUBJECTS)
def test_leaps_across_restarts_leave_nothing_false(settings, subject):
    out = told(Story(settings, 80, (Lie(30, 30, LEAP, subject),)), restart=7)
    assert falsehoods(out) == []
    assert is_whole_again(out)


@pytest.mark.parametrize("frames", [1, 2])
def test_a_leap_in_the_very_first_frames_begins_nothing(frames):
    out = told(Story(STANDARD, 20, (Lie(0, frames, LEAP, "all"),)))
    assert falsehoods(out) == []
    assert is_whole_again(out)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [STANDARD, HISTORIC])
def test_a_false_beginning_is_retracted_and_then_all_is_right(settings):
    """Nobody can know better: the meter was never seen before. The truth needs 600 witnesses."""
    out = told(Story(settings, 700, (Lie(0, 10, LEAP, "running"),)))
    events = [event for _, judgement in out for event in judgement.events]
    false_at = {line.split(" ")[0] for line in falsehoods(out)}
    retracted = [event for event in events if event.kind is EventKind.RETRACTED]
    assert retracted
    for event in retracted:
        assert event.since.isoformat(" ").split(" ")[0] in false_at
    assert is_whole_again(out)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [STANDARD, PRODUCER, HISTORIC, BASE])
@pytest.mark.parametrize("rate", [0.001, 0.01, 0.03])
def test_a_noisy_line_tells_nothing_false(settings, rate):
    truth, truths = Truth(), {}
    for each in noisy(transmissions(settings, 20_000), rate, seed=9):
        truths[each.reading.received_at] = each.truth
        for settled in truth.judge(each.reading).settled:
            true = truths[settled.received_at]
            assert {name: true.get(name, wh) for name, wh in settled.totals.items()} == dict(
                settled.totals
            )
