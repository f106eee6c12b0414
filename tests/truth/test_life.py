"""What happens in the life of a meter, told once, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.truth_stories import START
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.tic import Decoder, Mode
from telewatt.truth import Event, EventKind, Judgement, Truth, meter_changed
from telewatt.truth.texts import duration
from tests.truth.readings import events_of, judge_all, reading

CONTRACTS = ("H PLEINE/CREUSE ", "     TEMPO      ")


def live(settings: str, minutes: float) -> list[Judgement]:
    """So many minutes of a simulated meter."""
    decoder, truth, judgements = Decoder(), Truth(), []
    for sent in simulate(parse_settings(settings), START):
        if sent.time > START + timedelta(minutes=minutes):
            return judgements
        at = sent.time + timedelta(seconds=sent.duration_s)
        for frame in decoder.feed(sent.line):
            judgements.append(truth.judge(Reading("meter", "house", at, frame)))
    raise AssertionError("a simulated meter sends for ever")


def seconds_after_start(event: Event) -> tuple[float, float]:
    return (event.since - START).total_seconds(), (event.at - START).total_seconds()


def test_a_meter_at_peace_has_no_events():
    assert events_of(live("sim:?mode=standard&contract=tempo&seed=1", 3)) == []


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ("mode=historic&contract=hc&events=%2B1m mode standard", [EventKind.MODE]),
        ("contract=hc&events=%2B1m power pref=12", [EventKind.POWER] * 2),
        ("mode=historic&events=%2B1m power pref=12", [EventKind.POWER]),
        ("contract=hc&events=%2B1m contract tempo", [EventKind.CONTRACT] * 2),
        ("mode=historic&contract=hc&events=%2B1m contract base", [EventKind.CONTRACT]),
        ("events=%2B1m clock degraded", [EventKind.CLOCK_DEGRADED]),
        ("events=%2B20s clock degraded;%2B1m clock restored", [EventKind.CLOCK_DEGRADED] * 2),
        ("mode=historic&events=%2B1m outage for=65s", [EventKind.OUTAGE]),
        ("mode=historic&phases=3&kva=6&events=%2B1m overcurrent kva=9 for=30s", []),
    ],
)
def test_an_event_is_told_once_and_when_it_began(settings: str, kinds: list[EventKind]):
    events = events_of(live(f"sim:?{settings}", 3))
    if "restored" in settings:
        kinds = [EventKind.CLOCK_DEGRADED, EventKind.CLOCK_RESTORED]
    assert [event.kind for event in events] == kinds
    for event in events[-1:]:
        since_s, at_s = seconds_after_start(event)
        assert 58 <= since_s <= 64
        assert since_s < at_s <= since_s + (70 if event.kind is EventKind.OUTAGE else 6)


@pytest.mark.parametrize("said", [1, 2])
def test_a_text_is_believed_when_three_frames_carry_it(said: int):
    truth = Truth()
    texts = [CONTRACTS[0]] * 5 + [CONTRACTS[1]] * said + [CONTRACTS[0]] * 2 + [CONTRACTS[1]] * said
    frames = [reading(n, NGTF=text) for n, text in enumerate(texts)]
    assert events_of(judge_all(truth, frames)) == []


def test_a_damaged_first_text_is_no_change():
    truth = Truth()
    frames = [reading(0, NGTF=CONTRACTS[1]), *(reading(1 + n, NGTF=CONTRACTS[0]) for n in range(5))]
    assert events_of(judge_all(truth, frames)) == []


def test_what_a_frame_does_not_carry_says_nothing():
    truth = Truth()
    judge_all(truth, [reading(n, NGTF=CONTRACTS[0]) for n in range(3)])
    frames = [
        reading(3 + n, **({"NGTF": CONTRACTS[1]} if n % 2 else {"PREF": 9})) for n in range(6)
    ]
    [event] = events_of(judge_all(truth, frames))
    assert (event.before, event.after) == CONTRACTS


def test_a_new_name_of_the_same_tariff_is_told():
    truth = Truth()
    judge_all(truth, [reading(n, LTARF="  HEURE  CREUSE ", NTARF="01") for n in range(3)])
    frames = [reading(3 + n, LTARF="  SUPER CREUSE  ", NTARF="01") for n in range(3)]
    [event] = events_of(judge_all(truth, frames))
    assert (event.kind, event.subject) == (EventKind.CONTRACT, "LTARF 01")


def test_another_tariff_running_is_no_change_of_contract():
    truth = Truth()
    titles = {"01": "  HEURE  CREUSE ", "02": "  HEURE  PLEINE "}
    frames = [
        reading(n, LTARF=titles[number], NTARF=number)
        for n, number in enumerate(["01"] * 4 + ["02"] * 4 + ["01"] * 4)
    ]
    assert events_of(judge_all(truth, frames)) == []


@pytest.mark.parametrize(("season", "kinds"), [("H", []), ("h", [EventKind.CLOCK_DEGRADED])])
def test_the_season_letter_says_whether_the_clock_is_right(season: str, kinds: list[EventKind]):
    truth = Truth()
    judge_all(truth, [reading(n, season="E", SINSTS=5) for n in range(3)])
    frames = [reading(3 + n, season=season, SINSTS=5) for n in range(4)]
    assert [event.kind for event in events_of(judge_all(truth, frames))] == kinds


def test_silence_is_told_with_its_length():
    [event] = events_of(judge_all(Truth(), [reading(0, PREF=9), reading(4000, PREF=9)]))
    assert (event.kind, event.after) == (EventKind.OUTAGE, "4000 s")
    assert (event.at - event.since).total_seconds() == 4000
    assert "1 h 6 min" in event.text.fr


@pytest.mark.parametrize(("seconds", "silences"), [(60, 0), (60.001, 1)])
def test_a_line_may_be_silent_for_a_minute(seconds: float, silences: int):
    events = events_of(judge_all(Truth(), [reading(0, PREF=9), reading(seconds, PREF=9)]))
    assert len(events) == silences


def test_a_frame_without_a_dataset_does_not_end_a_silence():
    frames = [reading(0, PREF=9), reading(50), reading(70), reading(80), reading(100, PREF=9)]
    assert [e.kind for e in events_of(judge_all(Truth(), frames))] == [EventKind.OUTAGE]


def test_a_clock_set_back_is_no_silence():
    frames = [reading(4000, Mode.HISTORIC, PTEC="TH.."), reading(0, Mode.HISTORIC, PTEC="TH..")]
    assert events_of(judge_all(Truth(), frames)) == []


def test_another_meter_is_the_callers_to_see():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    event = meter_changed("021861348497", "031664001115", at)
    assert (event.kind, event.at) == (EventKind.METER, at)
    assert all("021861348497" in text and "031664001115" in text for text in event.text)


def test_events_speak_both_languages():
    settings = (
        "sim:?mode=historic&contract=hc&events=%2B10s power pref=12;%2B20s mode standard;"
        "%2B40s contract tempo;%2B60s clock degraded;%2B80s clock restored;%2B90s outage for=70s"
    )
    events = events_of(live(settings, 3))
    assert len({event.kind for event in events}) == 6
    for event in events:
        assert event.text.en != event.text.fr
        assert not any("{" in text for text in event.text)


@given(st.integers(61, 10**8))
def test_a_duration_is_told_in_two_units(seconds: int):
    english, french = duration(seconds)
    assert len(english.split()) == len(french.split()) == 4
