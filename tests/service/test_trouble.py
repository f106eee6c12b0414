"""What is said of something that is tried again and again."""

from __future__ import annotations

import logging
from itertools import count

import pytest

from telewatt.language import Text
from telewatt.service.reports import Reports
from telewatt.service.trouble import Trouble, words_of

AWAY = Text("{name}: {why}", "{name} : {why}")
GONE, FULL = Text("gone {0}", "parti {}"), Text("full", "plein")  # braces are the world's


@pytest.fixture
def trouble() -> Trouble:
    return Trouble("mqtt", AWAY, Reports("en", lambda: 0.0))


def test_a_trouble_is_said_once_and_its_end_too(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for why in (GONE, GONE, FULL):
        trouble.say(why)
    assert trouble.now == FULL
    trouble.is_over()
    trouble.is_over()
    assert trouble.now is None
    assert caplog.messages == ["mqtt: gone {0}", "mqtt: full", "mqtt: works again"]


def test_what_goes_and_comes_all_the_time_is_said_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    seconds = count()
    reports = Reports("en", lambda: float(next(seconds)))
    trouble = Trouble("mqtt", AWAY, reports)
    for _ in range(60):
        trouble.say(GONE)
        trouble.is_over()
    trouble.say(GONE)
    assert 4 <= len(caplog.messages) <= 6
    for _ in range(100):
        reports.say_what_lasts()
    assert caplog.messages[-1] == "mqtt: gone {0}"


def test_that_it_works_is_said_the_first_time(
    trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    trouble.is_over()
    trouble.is_over()
    assert caplog.messages == ["mqtt: works"]


def test_pauses_grow_up_to_the_longest_and_begin_anew_once_it_works(trouble: Trouble) -> None:
    assert [trouble.pause_s(1, 5) for _ in range(4)] == [1, 2, 4, 5]
    trouble.is_over()
    assert trouble.pause_s(1, 5) == 1


def test_an_error_without_a_remedy_says_what_it_can() -> None:
    assert words_of(OSError("no room")).fr == "no room"
    assert words_of(TimeoutError()).en == "TimeoutError"
