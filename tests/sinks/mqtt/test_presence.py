"""Whether a meter is there."""

from telewatt.quality import STALE_RELAYED_S, STALE_S
from telewatt.sinks.mqtt.presence import Presence
from telewatt.tic import Mode, Status
from tests.truth.readings import reading

HISTORIC = reading(0, Mode.HISTORIC, PAPP=750)


def with_clock(date: str) -> object:
    made = reading(0, season="H", SINSTS=750)
    datasets = tuple(
        each._replace(horodate=date) if each.label == "DATE" else each
        for each in made.frame.datasets
    )
    return made.__class__(
        made.meter, made.source, made.received_at, made.frame._replace(datasets=datasets)
    )


def test_a_meter_that_was_never_heard_is_not_there() -> None:
    assert not Presence(100.0).is_there(100.0)


def test_a_meter_is_stale_after_ten_seconds_without_a_correct_frame() -> None:
    presence = Presence(0.0)
    presence.hear(HISTORIC, 100.0)
    assert presence.is_there(100.0 + STALE_S)
    assert not presence.is_there(100.1 + STALE_S)


def test_damaged_frames_are_no_sign_of_life() -> None:
    presence = Presence(0.0)
    presence.hear(HISTORIC, 100.0)
    for status in (Status.PARTIAL, Status.TRUNCATED, Status.INTERRUPTED):
        presence.hear(reading(0, Mode.HISTORIC, status=status, PAPP=750), 109.0)
    assert not presence.is_there(110.5)


def test_a_meter_is_back_with_its_first_correct_frame() -> None:
    presence = Presence(0.0)
    presence.hear(HISTORIC, 0.0)
    assert not presence.is_there(60.0)
    presence.hear(HISTORIC, 60.0)
    assert presence.is_there(60.0)


def test_a_meter_whose_clock_stands_still_is_stale() -> None:
    presence = Presence(0.0)
    for second in range(12):
        presence.hear(with_clock("H260115130000"), float(second))
    assert not presence.is_there(11.0)
    presence.hear(with_clock("H260115130001"), 12.0)
    assert presence.is_there(12.0)


def test_a_clock_that_goes_on_keeps_the_meter_there() -> None:
    presence = Presence(0.0)
    for second in range(40):
        presence.hear(with_clock(f"H2601151300{second:02}"), float(second))
        assert presence.is_there(float(second))


def test_a_meter_whose_clock_was_never_set_is_there() -> None:
    presence = Presence(0.0)
    unset = reading(0, season="H", SINSTS=750)
    datasets = tuple(each._replace(time=None) for each in unset.frame.datasets)
    unset = unset.__class__(
        "meter", "house", unset.received_at, unset.frame._replace(datasets=datasets)
    )
    for second in range(30):
        presence.hear(unset, float(second))
    assert presence.is_there(30.0)


def test_relayed_values_may_come_once_a_minute() -> None:
    presence = Presence(0.0)
    presence.hear(reading(0, Mode.HISTORIC, status=Status.RELAYED, PAPP=750), 0.0)
    assert presence.is_there(STALE_RELAYED_S)
    assert not presence.is_there(STALE_RELAYED_S + 1)
