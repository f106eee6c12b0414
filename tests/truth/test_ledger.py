"""Several indexes of one frame: who corroborates whom, what is absent, what the whole is."""

from dataclasses import replace

import pytest

from telewatt.tic import Mode, Status
from telewatt.truth import EventKind, Judgement, Truth
from tests.truth.readings import events_of, judge_all, reading, settled_of, totals_of

EAST, EASF, EASD = 3_000_000, 1_000_000, 2_000_000
FRAME = {
    **{"EAST": EAST, "EASF01": EASF, "EASF02": EAST - EASF, "EASD01": EAST - EASD},
    **{"EASD02": EASD, "SINSTS": 1800, "NTARF": "01", "STGE": "00024001"},
}
HISTORIC = {"HCHC": 500_000, "HCHP": 700_000, "PTEC": "HP.."}


def standard(at_s: float, without: tuple[str, ...] = (), **changes: int | str):
    """A frame of a standard meter whose first register runs; the second of the grid's."""
    values = {label: value for label, value in (FRAME | changes).items() if label not in without}
    status = Status.PARTIAL if without else Status.COMPLETE
    return reading(at_s, Mode.STANDARD, status=status, **values)


def ticked(wh: int) -> dict[str, int]:
    """What changes when the house has drawn so much."""
    return {"EAST": EAST + wh, "EASF01": EASF + wh, "EASD02": EASD + wh}


def begun() -> Truth:
    truth = Truth()
    judge_all(truth, [standard(n) for n in range(95, 100)])
    return truth


def begun_historic() -> Truth:
    truth = Truth()
    judge_all(truth, [reading(n, Mode.HISTORIC, **HISTORIC) for n in range(95, 100)])
    return truth


def test_indexes_that_move_alike_are_final_at_once():
    [judgement] = judge_all(begun(), [standard(100, **ticked(1))])
    [settled] = judgement.settled
    assert settled.totals["import_wh"] == EAST + 1
    assert settled.totals["import_1_wh"] == EASF + 1
    assert settled.totals["grid_2_wh"] == EASD + 1


@pytest.mark.parametrize("missing", ["EASF01", "EASD02"])
def test_two_of_three_are_enough(missing):
    [judgement] = judge_all(begun(), [standard(100, (missing,), **ticked(1))])
    assert judgement.settled[0].totals["import_wh"] == EAST + 1


def test_the_registers_speak_for_each_other_without_the_total():
    [judgement] = judge_all(begun(), [standard(100, ("EAST",), **ticked(1))])
    totals = judgement.settled[0].totals
    assert (totals["import_1_wh"], totals["grid_2_wh"]) == (EASF + 1, EASD + 1)
    assert "import_wh" not in totals


def test_the_total_alone_waits():
    judgements = judge_all(begun(), [standard(100, EAST=EAST + 1), standard(101, **ticked(1))])
    assert [len(judgement.settled) for judgement in judgements] == [0, 2]
    assert totals_of(judgements, "import_wh") == [EAST + 1] * 2
    assert totals_of(judgements, "import_1_wh") == [EASF, EASF + 1]


def test_a_total_that_is_not_borne_out_is_void():
    wrong = standard(100, EAST=EAST + 3)
    judgements = judge_all(begun(), [wrong, standard(101), standard(102)])
    assert totals_of(judgements, "import_wh") == [None, EAST, EAST]


def test_a_missing_index_catches_up_without_waiting():
    frames = [standard(100, ("EASF01",), **ticked(1)), standard(101, **ticked(2))]
    judgements = judge_all(begun(), frames)
    assert [len(judgement.settled) for judgement in judgements] == [1, 1]
    assert totals_of(judgements, "import_1_wh") == [None, EASF + 2]


def test_energy_one_family_has_not_counted_yet_is_remembered():
    frames = [standard(100, ("EASF01",), **ticked(1)), standard(101, ("EASD02",), **ticked(2))]
    judgements = judge_all(begun(), frames)
    assert [len(judgement.settled) for judgement in judgements] == [1, 1]
    assert totals_of(judgements, "import_wh") == [EAST + 1, EAST + 2]


def test_a_constant_between_the_families_is_learnt():
    offset = {"EASF01": EASF - 400_000, "EASD02": EASD + 7}
    truth = Truth()
    judge_all(truth, [standard(n, **offset) for n in range(95, 100)])
    step = {"EAST": EAST + 2, "EASF01": EASF - 400_000 + 2, "EASD02": EASD + 9}
    [judgement] = judge_all(truth, [standard(100, **step)])
    assert judgement.settled[0].totals["import_wh"] == EAST + 2


def test_a_frame_that_leaps_beyond_the_power_of_the_house_waits_though_all_agree():
    judgements = judge_all(begun(), [standard(100, **ticked(50)), standard(101)])
    assert [len(judgement.settled) for judgement in judgements] == [0, 2]
    assert "import_wh" not in judgements[1].settled[0].totals
    assert judgements[1].settled[1].totals["import_wh"] == EAST


def test_a_register_that_does_not_run_needs_three_witnesses():
    frames = [standard(100 + n, EASF02=EAST - EASF + 1) for n in range(3)]
    judgements = judge_all(begun(), frames)
    assert [len(judgement.settled) for judgement in judgements] == [0, 0, 3]


def test_around_a_switch_the_register_before_may_still_move():
    truth = begun()
    switched = {"NTARF": "02", "STGE": "00024401"}
    judge_all(truth, [standard(100, **switched)])
    judgements = judge_all(truth, [standard(100 + n, EASF01=EASF + 1, **switched) for n in (1, 2)])
    assert [len(judgement.settled) for judgement in judgements] == [0, 2]


def test_an_outlier_takes_only_its_own_index_out_of_the_frame():
    lie = {"EASF02": 9_999_999}
    judgements = judge_all(begun(), [standard(100, **ticked(1), **lie), standard(101, **ticked(1))])
    totals = settled_of(judgements)[0].totals
    assert (totals["import_wh"], "import_2_wh" in totals) == (EAST + 1, False)
    assert settled_of(judgements)[1].totals["import_2_wh"] == EAST - EASF


def test_a_label_that_comes_twice_makes_a_frame_nobody_trusts():
    """Two frames have run into one: nobody knows which index belongs to when."""
    whole = standard(100, **ticked(1))
    twice = whole.frame.datasets + standard(100).frame.datasets[:1]
    doubled = replace(whole, frame=whole.frame._replace(datasets=twice))
    judgements = judge_all(begun(), [doubled, standard(101, **ticked(1))])
    assert [len(judgement.settled) for judgement in judgements] == [0, 1]


def test_the_same_totals_again_are_the_same_object():
    truth = begun()
    one, other = judge_all(truth, [standard(100), standard(101, SINSTS=1900)])
    assert one.settled[0].totals is other.settled[0].totals


def test_an_index_that_is_no_longer_sent_is_no_longer_expected():
    truth = begun()
    judge_all(truth, [standard(90 + n, EAIT=50) for n in range(4)])
    frames = [standard(100 + n) for n in range(5)]
    assert "export_wh" not in judge_all(truth, frames)[-1].settled[0].totals
    back = [standard(110 + n, EAIT=51) for n in range(2)]
    assert totals_of(judge_all(truth, back), "export_wh") == [51, 51]


def test_in_historic_mode_the_whole_is_what_the_registers_count():
    frames = [reading(100 + n, Mode.HISTORIC, **HISTORIC | {"HCHP": 700_001}) for n in range(2)]
    assert totals_of(judge_all(begun_historic(), frames), "import_wh") == [1_200_001] * 2


def test_the_whole_is_known_without_a_register_that_rests():
    peak = {"HCHP": 700_000, "PTEC": "HP.."}
    [judgement] = judge_all(
        begun_historic(), [reading(100, Mode.HISTORIC, status=Status.PARTIAL, **peak)]
    )
    assert judgement.settled[0].totals == {"import_wh": 1_200_000, "import_2_wh": 700_000}


@pytest.mark.parametrize("status", [Status.PARTIAL, Status.COMPLETE])
@pytest.mark.parametrize("frame", [{"HCHP": 700_000}, {"HCHC": 500_000, "PTEC": "HP.."}])
def test_the_whole_is_not_known_without_a_register_that_may_have_moved(frame, status):
    [judgement] = judge_all(begun_historic(), [reading(100, Mode.HISTORIC, status=status, **frame)])
    assert "import_wh" not in judgement.settled[0].totals


def test_the_whole_goes_on_when_the_register_switches_unseen():
    truth = begun_historic()
    lost = reading(100, Mode.HISTORIC, status=Status.PARTIAL, HCHP=700_000, PTEC="HC..")
    seen = [
        reading(101 + n, Mode.HISTORIC, HCHC=500_004, HCHP=700_000, PTEC="HC..") for n in range(2)
    ]
    assert totals_of(judge_all(truth, [lost, *seen]), "import_wh") == [None, 1_200_004, 1_200_004]


def test_the_whole_is_not_known_while_a_register_that_ran_is_unseen():
    lost = [
        reading(100 + n, Mode.HISTORIC, status=Status.PARTIAL, HCHP=700_000, PTEC=period)
        for n, period in enumerate(["HC..", "HP.."])
    ]
    assert totals_of(judge_all(begun_historic(), lost), "import_wh") == [None, None]


def switch(truth: Truth, mode: Mode, at_s: float, **values: int | str) -> list[Judgement]:
    return judge_all(truth, [reading(at_s + n, mode, **values) for n in range(6)])


def test_a_mode_switch_carries_all_totals_on():
    """HCHC and HCHP are EASF01 and EASF02: nothing is lost, not even what ran in between."""
    truth = Truth()
    registers = {"HCHC": EASF, "HCHP": EAST - EASF, "PTEC": "HC..", "ISOUSC": 45}
    switch(truth, Mode.HISTORIC, 0, **registers)
    standard_frames = [standard(20 + n, **ticked(9)) for n in range(6)]
    judgements = judge_all(truth, standard_frames)
    assert totals_of(judgements, "import_wh")[-1] == EAST + 9
    assert totals_of(judgements, "import_1_wh")[-1] == EASF + 9
    back = switch(truth, Mode.HISTORIC, 40, **registers | {"HCHC": EASF + 20})
    assert totals_of(back, "import_wh")[-1] == EAST + 20
    kinds = [event.kind for event in events_of(judgements + back)]
    assert kinds == [EventKind.MODE, EventKind.MODE]


def test_a_mode_switch_of_a_modern_contract_knows_base_as_the_total():
    truth = begun()
    base = switch(truth, Mode.HISTORIC, 110, BASE=EAST + 12, PTEC="TH..")
    assert totals_of(base, "import_wh")[-1] == EAST + 12
    assert totals_of(base, "import_1_wh")[-1] == EASF + 12
    again = judge_all(truth, [standard(120 + n, **ticked(20)) for n in range(6)])
    assert totals_of(again, "import_wh")[-1] == EAST + 20
    [reset] = events_of(base + again, EventKind.RESET)
    assert (reset.subject, reset.before, reset.after) == (
        *("import_1_wh", str(EAST + 12), str(EASF + 20)),
    )


def test_a_contract_change_lets_registers_begin_anew_without_an_hour():
    truth = Truth()
    old, new = "H PLEINE/CREUSE ", "     TEMPO      "
    judge_all(truth, [standard(n, NGTF=old) for n in range(5)])
    judgements = judge_all(truth, [standard(5 + n, NGTF=new, EASF01=0) for n in range(6)])
    assert totals_of(judgements, "import_1_wh")[-1] == EASF
    assert totals_of(judgements, "import_wh") == [EAST] * 6
    kinds = [event.kind for event in events_of(judgements)]
    assert kinds == [EventKind.CONTRACT, EventKind.RESET]
