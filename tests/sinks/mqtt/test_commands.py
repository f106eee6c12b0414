"""What may be asked over MQTT."""

from hypothesis import given
from hypothesis import strategies as st

from telewatt.sinks.mqtt.commands import EVERY_S, Commands

PREFIX = "telewatt/command/"


def judge(commands: Commands, word: str, payload: bytes = b"", now_s: float = 0.0) -> str | None:
    return commands.judge(PREFIX + word, payload, now_s, retained=False)


def test_only_what_is_in_the_list_is_carried_out() -> None:
    commands = Commands(PREFIX)
    assert judge(commands, "snapshot") == "snapshot"
    for word in ("reset", "snapshot/now", "", "SNAPSHOT", "../snapshot"):
        assert judge(commands, word, now_s=100.0) is None
    assert commands.counters == {"accepted": 1, "refused": {"unknown": 5}}


def test_a_payload_that_does_not_fit_is_refused() -> None:
    commands = Commands(PREFIX)
    for payload in (b'{"a": 1}', b"[]", b"now", b"\xff\xfe", b"{" * 100, b" " * 1000, b"[" * 250):
        assert judge(commands, "snapshot", payload) is None
    assert commands.counters["refused"] == {"schema": 7}
    assert judge(commands, "snapshot", b" {} ") == "snapshot"


def test_a_command_is_carried_out_once_in_a_while() -> None:
    commands = Commands(PREFIX)
    answers = [judge(commands, "snapshot", now_s=n / 10) for n in range(100)]
    assert answers.count("snapshot") == 2
    assert judge(commands, "snapshot", now_s=9.9 + EVERY_S) == "snapshot"
    assert commands.counters["refused"] == {"rate": 98}


def test_a_retained_command_is_refused() -> None:
    commands = Commands(PREFIX)
    assert commands.judge(PREFIX + "snapshot", b"", 0.0, retained=True) is None
    assert commands.counters["refused"] == {"retained": 1}


@given(st.text(), st.binary(max_size=300))
def test_whatever_comes_is_no_error(word: str, payload: bytes) -> None:
    commands = Commands(PREFIX)
    assert judge(commands, word, payload) in (None, "snapshot")
    assert sum(commands.counters["refused"].values()) + commands.counters["accepted"] == 1
