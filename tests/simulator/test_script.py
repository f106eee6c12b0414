"""The script of events: what it accepts, and what it says of the rest."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.simulator import ScriptError, SettingsError, parse_script, parse_settings
from telewatt.simulator.events import (
    ChangeContract,
    ChangePower,
    CutOff,
    DecidePeak,
    Idle,
    Message,
    Outage,
    OverCurrent,
    Replace,
    SetClock,
    SwitchMode,
    Voltage,
)
from telewatt.simulator.script import VERBS
from telewatt.tic import Mode

ACTIONS = {
    "mode standard": SwitchMode(Mode.STANDARD),
    "power pref=9 pcoup=6": ChangePower(9, 6),
    "power pref=9": ChangePower(9, 9),
    "replace": Replace(None),
    "replace address=021861348497": Replace("021861348497"),
    "outage for=1m30s": Outage(90),
    "clock degraded offset=-3h": SetClock(True, -10_800),
    "clock restored": SetClock(False, 0),
    "overcurrent kva=9 for=5m": OverCurrent(9000, 300, None),
    "overcurrent kva=9 for=5m phase=2": OverCurrent(9000, 300, 1),
    "voltage volts=258 for=5m": Voltage(258, 300),
    "cutoff for=10m": CutOff(600),
    "peak pm=2": DecidePeak(2, None),
    "peak pm=0 day=2025-01-09": DecidePeak(0, date(2025, 1, 9)),
    "message A  B": Message("A  B".ljust(32), once=False),
    "ultrashort A": Message("A".ljust(16), once=True),
    "idle for=5m": Idle(300),
}


@pytest.mark.parametrize("text", ACTIONS)
def test_each_verb_is_one_action(text: str) -> None:
    (event,) = parse_script(f"+1m {text}  # why")
    assert event.action == ACTIONS[text]
    assert event.when == timedelta(minutes=1)


def test_every_verb_is_tried_here() -> None:
    assert {text.split()[0] for text in ACTIONS} | {"contract"} == set(VERBS)


def test_a_contract_takes_its_hours_or_its_calendar() -> None:
    first, second = parse_script(
        "+1s contract hc offpeak=2300-0700\n+2s contract free calendar=mon-sun@0000:4"
    )
    assert isinstance(first.action, ChangeContract)
    assert isinstance(second.action, ChangeContract)
    assert first.action.contract.off_peak == ((1380, 420),)
    assert second.action.contract.profiles[0][0].supplier == 4


def test_events_may_stand_on_lines_or_between_semicolons() -> None:
    assert parse_script("# nothing yet\n\n+1s replace; +2s replace\n") == (
        *parse_script("+1s replace"),
        *parse_script("+2s replace"),
    )


def test_an_instant_is_french_civil_time_unless_it_says_otherwise() -> None:
    paris, utc = parse_script("2025-07-01T12:00 replace;2025-07-01T10:00Z replace")
    assert paris.when == utc.when == datetime(2025, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+1m", ("event 1", "WHEN VERB")),
        ("+1s replace\n+2s explode", ("event 2", "explode", "outage")),
        ("soon replace", ("2025-01-15T18:00",)),
        ("1999-01-01T00:00 replace", ("2001",)),
        ("+1x replace", ("90s",)),
        ("+1s outage", ("add for=",)),
        ("+1s outage for=0s", ("above 0",)),
        ("+1s outage during=5m", ("during=5m", "for=")),
        ("+1s power pref=0", ("36 kVA",)),
        ("+1s clock broken", ("clock restored",)),
        ("+1s overcurrent kva=9 for=1m phase=4", ("1, 2 or 3",)),
        ("+1s voltage volts=9 for=1m", ("100 to 400",)),
        ("+1s peak pm=4", ("Tempo",)),
        ("+1s peak pm=1 day=tomorrow", ("2025-01-09",)),
        ("+1s message", ("1 to 32",)),
        ("+1s ultrashort " + "A" * 17, ("1 to 16",)),
        ("+1s contract free calendar=fri-mon@0000:1", ("order of the week",)),
        ("+1s contract free calendar=mon-sun@0000:1/mon@0000:1", ("only once",)),
    ],
)
def test_an_error_names_the_event_and_the_remedy(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ScriptError) as error:
        parse_script(text)
    for word in ("event", *words):
        assert word in str(error.value)
    assert error.value.text.en == str(error.value)
    assert error.value.text.fr.startswith("événement")


@given(st.text())
def test_any_other_text_is_refused_in_words(text: str) -> None:
    try:
        parse_script(text)
    except ScriptError as error:
        assert error.text.fr


KEY_TEXTS = st.sampled_from(
    ["seed", "kva", "start", "every", "index", "noise", "events", "calendar", "offpeak", "prm"]
)


@given(KEY_TEXTS, st.text("0123456789smhd-+:,/@T.eflipc nowreat", max_size=30))
def test_any_setting_is_taken_or_refused_in_words(key: str, value: str) -> None:
    try:
        parse_settings(f"{key}={value}&contract=free")
    except SettingsError as error:
        assert error.text.fr
