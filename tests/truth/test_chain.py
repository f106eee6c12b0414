"""One index alone: what is believed at once, later, or never. A BASE meter has no other witness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic import Mode, Status
from telewatt.truth import EventKind, Truth
from telewatt.truth.chain import BOUND_W, Chain, Evidence, Standing, bound_wh
from tests.truth.readings import (
    base_readings,
    events_of,
    judge_all,
    reading,
    settled_of,
    totals_of,
)

HOUSE = 1_000_000
DOUBTS = (EventKind.DOUBTFUL, EventKind.RESOLVED, EventKind.RESET, EventKind.RETRACTED)


def begun(truth: Truth, frames: int = 5, **more: int | str) -> Truth:
    """A meter that has been seen at `HOUSE` Wh for some frames; the next one is at 100 s."""
    judge_all(truth, base_readings(*[HOUSE] * frames, first_s=100 - 1.5 * frames, **more))
    return truth


def after(truth: Truth, *wh: int, every_s: float = 1.5):
    return judge_all(truth, base_readings(*wh, first_s=100, every_s=every_s))


def test_an_index_begins_with_three_readings_that_agree():
    judgements = judge_all(Truth(), base_readings(HOUSE, HOUSE, HOUSE))
    assert [len(judgement.settled) for judgement in judgements] == [0, 0, 3]
    assert totals_of(judgements, "import_1_wh") == [HOUSE] * 3


def test_a_damaged_first_reading_begins_nothing():
    wh = (9_999_999, HOUSE, HOUSE, HOUSE + 1, HOUSE + 1)
    assert totals_of(judge_all(Truth(), base_readings(*wh)), "import_1_wh") == [
        *(HOUSE, HOUSE, HOUSE + 1, HOUSE + 1)
    ]


def test_a_tick_without_another_witness_waits_for_the_next_frame():
    judgements = after(begun(Truth()), HOUSE + 1, HOUSE + 1)
    assert [len(judgement.settled) for judgement in judgements] == [0, 2]
    assert totals_of(judgements, "import_1_wh") == [HOUSE + 1] * 2


def test_a_small_step_that_does_not_last_never_becomes_final():
    judgements = after(begun(Truth()), HOUSE + 7, HOUSE + 1, HOUSE + 1)
    assert totals_of(judgements, "import_1_wh") == [HOUSE + 1] * 2
    assert not events_of(judgements)


def test_steady_growth_is_one_frame_late():
    wh = [HOUSE + 3 * n for n in range(1, 40)]
    judgements = after(begun(Truth()), *wh)
    assert [len(judgement.settled) for judgement in judgements] == [0] + [1] * (len(wh) - 1)
    assert totals_of(judgements, "import_1_wh") == wh[:-1]


def test_a_frame_waits_for_three_more_at_most():
    truth = begun(Truth())
    [waits] = judge_all(truth, base_readings(HOUSE + 1, first_s=100))
    frames = (reading(102 + n, Mode.HISTORIC, status=Status.PARTIAL, PTEC="TH..") for n in range(3))
    frames_without = judge_all(truth, frames)
    assert (waits.settled, [each.settled for each in frames_without]) == ((), [(), (), ()])
    assert totals_of(judge_all(truth, base_readings(HOUSE + 1, first_s=106)), "import_1_wh") == [
        HOUSE + 1
    ]


def test_short_frames_are_not_what_an_index_waits_for():
    truth = begun(Truth(), IINST1=1, IINST2=1, IINST3=1)
    judge_all(truth, base_readings(HOUSE + 1, first_s=100))
    short = [
        reading(101 + n, Mode.HISTORIC, ADIR1="050", ADCO="021861348497", IINST1=50, IINST2=1)
        for n in range(20)
    ]
    judge_all(truth, short)
    judgements = judge_all(truth, base_readings(HOUSE + 9, first_s=121))
    assert totals_of(judgements, "import_1_wh") == [HOUSE + 1]


def test_a_frame_cut_to_its_address_is_one_of_the_three():
    truth, frame = Truth(), {"HCHC": 5, "HCHP": 7, "PTEC": "HP.."}
    judge_all(truth, [reading(n, Mode.HISTORIC, **frame) for n in range(4)])
    judge_all(truth, [reading(4, Mode.HISTORIC, **frame | {"HCHP": 8})])
    cut = [reading(5 + n, Mode.HISTORIC, ADCO="021861348497") for n in range(3)]
    judgements = judge_all(truth, cut)
    assert [len(judgement.settled) for judgement in judgements] == [0, 0, 1]


def test_an_outlier_is_left_out_and_nothing_waits_for_it():
    judgements = after(begun(Truth()), HOUSE + 600_000, HOUSE, HOUSE)
    assert totals_of(judgements, "import_1_wh") == [HOUSE] * 2
    assert not events_of(judgements)


def test_a_lasting_contradiction_is_told_once_and_resolved_once():
    wrong = [HOUSE + 600_000 + n for n in range(50)]
    judgements = after(begun(Truth()), *wrong, HOUSE + 9, HOUSE + 9)
    assert totals_of(judgements, "import_1_wh") == [HOUSE + 9] * 2
    told = events_of(judgements)
    assert [event.kind for event in told] == [EventKind.DOUBTFUL, EventKind.RESOLVED]
    assert {event.subject for event in told} == {"import_1_wh"}


def test_a_reset_wins_after_an_hour_and_its_energy_is_counted():
    truth = begun(Truth(), frames=5000)
    judgements = after(truth, *[n // 10 for n in range(2500)])
    totals = totals_of(judgements, "import_1_wh")
    assert 95 <= len(totals) <= 101
    assert totals[0] == HOUSE + 240
    assert totals[-1] == HOUSE + 249
    assert [event.kind for event in events_of(judgements)] == [EventKind.DOUBTFUL, EventKind.RESET]
    [reset] = events_of(judgements, EventKind.RESET)
    assert (reset.before, (reset.at - reset.since).total_seconds()) == (str(HOUSE), 3600)


def test_a_false_beginning_is_retracted_when_more_witnesses_contradict_it():
    readings = base_readings(*[9_000_000] * 4, *[HOUSE + n // 9 for n in range(700)])
    judgements = judge_all(Truth(), readings)
    [doubtful, *retracted] = events_of(judgements)
    assert (doubtful.kind, doubtful.subject) == (EventKind.DOUBTFUL, "import_1_wh")
    assert {event.kind for event in retracted} == {EventKind.RETRACTED}
    assert {event.subject for event in retracted} == {"import_1_wh", "import_wh"}
    assert {event.since for event in retracted} == {settled_of(judgements)[0].received_at}
    totals = [total for total in totals_of(judgements, "import_1_wh") if total is not None]
    assert totals[-1] - totals[3] == 699 // 9


def test_frames_that_arrive_at_once_are_judged_like_others():
    """A file, or a network that had stopped: only large steps need time."""
    wh = [HOUSE + 3 * n for n in range(20)]
    judgements = after(begun(Truth()), *wh, every_s=0)
    assert totals_of(judgements, "import_1_wh") == wh[:-1]


def test_a_clock_that_is_set_after_a_start_makes_no_reset():
    """The computer was off for two days and began at the hour it had stopped."""
    truth = begun(Truth(), ISOUSC=45)
    judge_all(truth, base_readings(*[HOUSE + 24_000] * 20, first_s=110))
    judgements = judge_all(truth, base_readings(*[HOUSE + 24_000] * 300, first_s=110 + 2 * 86_400))
    assert totals_of(judgements, "import_1_wh")[-1] == HOUSE + 24_000
    assert not events_of(judgements, EventKind.RESET)


@pytest.mark.parametrize("back_s", [50, 86_400 * 365])
def test_a_clock_set_back_holds_nothing_up(back_s):
    truth = begun(Truth(), ISOUSC=45)
    judge_all(truth, base_readings(*[HOUSE + 12_000] * 2, first_s=100 + 86_400))
    late = base_readings(*[HOUSE + 12_000] * 300, first_s=100 + 86_400 - back_s)
    assert totals_of(judge_all(truth, late), "import_1_wh")[-1] == HOUSE + 12_000


def test_a_contradiction_of_the_contradiction_begins_anew():
    wrong = [HOUSE + 1_000_000 * (1 + n % 2) for n in range(3000)]
    judgements = after(begun(Truth()), *wrong, HOUSE)
    assert totals_of(judgements, "import_1_wh") == [HOUSE]


def test_silence_inside_a_contradiction_is_no_evidence():
    truth = begun(Truth(), frames=5000)
    wrong = [*base_readings(*[5] * 4, first_s=100), *base_readings(*[5] * 40, first_s=90_000)]
    judgements = judge_all(truth, wrong)
    assert totals_of(judgements, "import_1_wh") == []


def test_a_large_step_after_a_silence_must_stand_longer():
    """600 kWh in 30 days are possible; they need an hour of witnesses, not three frames."""
    truth, late = begun(Truth(), ISOUSC=45), 100 + 30 * 86_400
    frames = base_readings(*[HOUSE + 600_000] * 500, first_s=late)
    assert totals_of(judge_all(truth, frames), "import_1_wh") == []
    back = judge_all(truth, base_readings(*[HOUSE + 40] * 3, first_s=late + 750))
    assert totals_of(back, "import_1_wh") == [HOUSE + 40] * 3
    assert not events_of(back, *DOUBTS)


def test_a_step_after_a_silence_is_believed_and_counted():
    truth, late = begun(Truth(), ISOUSC=45), 100 + 86_400
    frames = base_readings(*[HOUSE + 12_000] * 200, first_s=late)
    judgements = judge_all(truth, frames)
    totals = totals_of(judgements, "import_1_wh")
    assert totals[-1] == HOUSE + 12_000
    assert 60 < len(totals) < 80  # 12 kWh at 9 kVA take 80 minutes: a 24th of it
    assert [event.kind for event in events_of(judgements)] == [EventKind.OUTAGE]


def test_the_last_digit_is_no_end():
    truth = Truth()
    wh = [999_999_998, 999_999_998, 999_999_998, 999_999_999, 1, 2, 2]
    judgements = judge_all(truth, base_readings(*wh))
    assert totals_of(judgements, "import_1_wh") == [
        *(999_999_998, 999_999_998, 999_999_998, 999_999_999),
        *(1_000_000_001, 1_000_000_002, 1_000_000_002),
    ]
    assert [event.kind for event in events_of(judgements)] == [EventKind.ROLLOVER]


def test_an_index_of_eight_digits_rolls_over_at_its_own_last_digit():
    wh = ("99999999", "99999999", "99999999", "00000003", "00000003")
    readings = [reading(n, Mode.HISTORIC, BASE=value, PTEC="TH..") for n, value in enumerate(wh)]
    assert totals_of(judge_all(Truth(), readings), "import_1_wh")[-1] == 100_000_003


def test_a_repaired_reading_is_no_witness():
    truth = begun(Truth())
    mended = [
        reading(100 + n, Mode.HISTORIC, repaired=["BASE"], BASE=HOUSE + 5, PTEC="TH..")
        for n in range(6)
    ]
    assert totals_of(judge_all(truth, mended), "import_1_wh") == []
    judgements = judge_all(truth, base_readings(HOUSE + 5, HOUSE + 5, first_s=106))
    assert totals_of(judgements, "import_1_wh")[-2:] == [HOUSE + 5] * 2


def test_a_reading_a_little_too_low_does_not_make_the_right_ones_rivals():
    judgements = after(begun(Truth()), HOUSE - 3, HOUSE, HOUSE, HOUSE + 1, HOUSE + 1)
    assert totals_of(judgements, "import_1_wh") == [HOUSE, HOUSE, HOUSE + 1, HOUSE + 1]


def test_a_doubt_is_told_once_whatever_the_contradictions_say():
    wrong = [HOUSE + 600_000] * 4 + [5] * 4 + [HOUSE + 600_000] * 4
    judgements = after(begun(Truth()), *wrong, HOUSE, HOUSE)
    assert [event.kind for event in events_of(judgements)] == [*DOUBTS[:2]]


def test_no_frame_waits_for_a_step_that_takes_minutes():
    truth, late = Truth(), 86_400
    frame = {"HCHC": 5_000, "HCHP": 700_000, "PTEC": "HP..", "ISOUSC": 45}
    judge_all(truth, [reading(n, Mode.HISTORIC, **frame) for n in range(5)])
    [judgement] = judge_all(truth, [reading(late, Mode.HISTORIC, **frame | {"HCHP": 712_000})])
    assert [settled.totals for settled in judgement.settled] == [{"import_1_wh": 5_000}]


def test_the_end_gives_out_what_is_held_without_what_was_not_decided():
    truth = Truth()
    values = {"HCHC": 5, "HCHP": 7, "PTEC": "HP.."}
    judge_all(truth, [reading(n, Mode.HISTORIC, **values) for n in range(4)])
    assert judge_all(truth, [reading(4, Mode.HISTORIC, **values | {"HCHP": 8})])[0].settled == ()
    assert [settled.totals for settled in truth.close().settled] == [{"import_1_wh": 5}]
    assert truth.close().settled == ()


@given(
    steps=st.lists(st.integers(0, 40), min_size=3, max_size=60),
    first=st.sampled_from([0, 12_345_678, 999_999_990]),
)
def test_genuine_growth_is_told_as_it_is(steps: list[int], first: int):
    wh = [first]
    for step in steps:
        wh.append(wh[-1] + step)
    judgements = judge_all(Truth(), base_readings(*(value % 10**9 for value in wh), every_s=2))
    totals = totals_of(judgements, "import_1_wh")
    assert totals == wh[: len(totals)]
    assert len(totals) >= len(wh) - 1
    assert not events_of(judgements, *DOUBTS)


@given(st.lists(st.integers(0, 10**9 - 1) | st.integers(HOUSE, HOUSE + 300), max_size=60))
def test_whatever_comes_totals_never_fall_or_leap(wh: list[int]):
    judgements = after(begun(Truth()), *wh)
    totals = [HOUSE, *(total for total in totals_of(judgements, "import_1_wh") if total)]
    assert totals == sorted(totals)
    assert totals[-1] - HOUSE <= len(wh) * bound_wh(1.5)


@given(
    value=st.integers(0, 500),
    seconds=st.floats(0, 100),
    most=st.integers(0, 600),
    claim=st.booleans(),
)
def test_following_is_weighing_without_the_thought(value, seconds, most, claim):
    def chain() -> Chain:
        chain = Chain("import_wh", 10**9, 7, 50.0, 7)
        if claim:
            chain.weigh(Evidence(9, 50.0, 1, False, 1, 2, 9000), lambda *_: None)
        return chain

    follows, weighs = chain(), chain()
    energy = follows.follow(value, 50 + seconds, most, lambda *_: None)
    if energy is not None:
        evidence = Evidence(value, 50 + seconds, 2, True, 1, 2, most * 60)
        assert weighs.weigh(evidence, lambda *_: None) is Standing.SETTLED
        assert (follows, follows.total) == (weighs, 7 + energy)


def test_bounds_grow_with_the_energy_of_the_largest_house():
    assert bound_wh(3600) - bound_wh(0) == BOUND_W
