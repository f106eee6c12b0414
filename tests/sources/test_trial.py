from __future__ import annotations

from telewatt.sources.trial import Trial


def test_speeds_are_tried_in_turn_until_all_have_failed() -> None:
    trial = Trial((9600, 1200), None)
    assert trial.speed == 9600
    assert not trial.failed()
    assert trial.speed == 1200
    assert trial.failed()
    assert trial.speed == 9600


def test_the_last_good_speed_comes_first() -> None:
    trial = Trial((9600, 1200), None)
    trial.failed()
    trial.heard()
    assert trial.speed == 1200
    assert not trial.failed()


def test_a_configured_speed_is_the_only_one_used_but_not_the_only_one_heard() -> None:
    trial = Trial((9600, 1200), 1200)
    assert (trial.speed, trial.is_configured) == (1200, True)
    trial.failed()
    assert (trial.speed, trial.is_configured) == (9600, False)
    trial.heard()
    assert trial.speed == 1200


def test_an_unusual_configured_speed_is_tried_first() -> None:
    trial = Trial((9600, 1200), 19200)
    assert trial.speed == 19200
    assert trial.listen_s == 10


def test_a_source_without_speed_has_no_choice() -> None:
    trial = Trial((), 9600)
    assert trial.speed is None
    assert not trial.has_choice
    assert trial.is_configured
