"""What is said of something that is tried again and again."""

from __future__ import annotations

import logging

import pytest

from telewatt.language import Text
from telewatt.service.reports import Reports
from telewatt.service.trouble import Trouble, words_of

AWAY = Text("{name}: {why}", "{name} : {why}")
GONE, FULL = Text("gone", "parti"), Text("full", "plein")


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
    assert caplog.messages == ["mqtt: gone", "mqtt: full", "mqtt: works again"]


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
