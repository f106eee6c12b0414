"""What Home Assistant is told over MQTT: only what was seen, in the language of the house."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pytest

from telewatt.derivation import Judged
from telewatt.language import Language, Text
from telewatt.quality import LineReport
from telewatt.sinks import House
from telewatt.sinks.mqtt.homeassistant import HomeAssistant
from telewatt.sinks.mqtt.topics import Message, Topics
from tests.sinks.judging import house_in
from tests.situation.meters import judged

TEMPO = list(judged("contract=tempo&producer=yes&address=021861348497", 50))
TOPIC = "homeassistant/device/telewatt_021861348497/config"
LOOKED = itertools.count(1)
STATE = "telewatt/021861348497/home"


def line(name: str) -> LineReport:
    n = next(LOOKED)
    counted = {"checksum": 10 * n}
    return LineReport(name, None, "reading", True, Text("", ""), 0, {}, 90 * n, 0, counted, 1)


def announcer(
    tmp_path: Any, language: Language = "fr", owner: str = "me", lines: Iterable[str] = ("house",)
) -> HomeAssistant:
    house: House = house_in(tmp_path)._replace(
        language=language, lines=lambda: [line(name) for name in lines]
    )
    return HomeAssistant("homeassistant", owner, Topics("telewatt"), house, retain=True)


def news(home: HomeAssistant, entry: Judged) -> Iterable[Message]:
    return home.news(entry, entry.reading.received_at.timestamp())


def told(home: HomeAssistant, entries: Iterable[Judged]) -> list[Message]:
    return [message for entry in entries for message in news(home, entry)]


def announcements(messages: Iterable[Message], topic: str = TOPIC) -> list[dict[str, Any]]:
    return [json.loads(each.payload) for each in messages if each.topic == topic]


def test_a_meter_is_one_retained_message_with_its_entities_in_the_language_of_the_house(
    tmp_path: Any,
) -> None:
    messages = told(announcer(tmp_path), TEMPO)
    assert all(message.retain for message in messages)
    message = announcements(messages)[-1]
    assert message["dev"]["ids"] == ["telewatt_021861348497"]
    assert message["dev"]["name"] == "House"
    red = message["cmps"]["import_6_wh"]
    assert red["name"] == "Tempo rouge HP"
    assert red["uniq_id"] == "telewatt_021861348497_import_6_wh"
    assert (red["dev_cla"], red["stat_cla"]) == ("energy", "total_increasing")
    assert red["unit_of_meas"] == "Wh"
    assert message["cmps"]["tempo_tomorrow"]["options"] == ["Bleu", "Blanc", "Rouge"]
    assert "export_wh" in message["cmps"]
    assert "voltage_2_v" not in message["cmps"]


def test_the_same_meter_has_the_same_ids_in_another_language(tmp_path: Any) -> None:
    french, english = (
        announcements(told(announcer(tmp_path, language), TEMPO))[-1]["cmps"]
        for language in ("fr", "en")
    )
    assert english["import_6_wh"]["name"] == "Tempo red peak"
    assert {key: each["uniq_id"] for key, each in french.items()} == {
        key: each["uniq_id"] for key, each in english.items()
    }


def test_every_value_of_every_entity_is_in_every_state(tmp_path: Any) -> None:
    messages = told(announcer(tmp_path), TEMPO)
    components = announcements(messages)[-1]["cmps"]
    states = [json.loads(each.payload) for each in messages if each.topic == STATE]
    assert components.keys() - {"link"} <= states[-1].keys()
    assert states[-1]["import_wh"] == TEMPO[-1].judgement.settled[-1].totals["import_wh"]
    assert states[-1]["line_quality_pct"] == 90.0
    assert states[-1]["sources"]["tempo_today"] == "STGE"


def test_nothing_is_announced_before_it_is_known_what_a_meter_sends(tmp_path: Any) -> None:
    assert told(announcer(tmp_path), TEMPO[:1]) == []


def test_what_has_not_changed_is_not_said_again(tmp_path: Any) -> None:
    home = announcer(tmp_path)
    told(home, TEMPO)
    assert list(news(home, TEMPO[-1])) == []


def test_all_is_told_again_when_home_assistant_starts(tmp_path: Any) -> None:
    home = announcer(tmp_path)
    told(home, TEMPO)
    assert home.hear("homeassistant/status", b"online", retained=False).again
    assert not home.hear("homeassistant/status", b"offline", retained=False).again
    assert [message.topic for message in home.everything("021861348497")] == [TOPIC, STATE]


def test_what_a_meter_does_not_send_any_more_is_taken_back_once_that_is_sure(
    tmp_path: Any,
) -> None:
    before = announcements(told(announcer(tmp_path), TEMPO))[-1]
    before["cmps"]["voltage_2_v"] = {"p": "sensor", "name": "gone"}
    home = announcer(tmp_path)
    home.hear(TOPIC, json.dumps(before).encode(), retained=True)
    messages = told(home, TEMPO)
    told_of = [each["cmps"].get("voltage_2_v", "not told") for each in announcements(messages)]
    kept, taken_back, gone = {"p": "sensor", "name": "gone"}, {"p": "sensor"}, "not told"
    assert [each for each, _ in groupby(told_of)] == [kept, taken_back, gone]
    assert told_of.count(taken_back) == 1
    assert "import_6_wh" in announcements(messages)[-1]["cmps"]


def test_all_is_told_once_more_when_home_assistant_has_had_time(tmp_path: Any) -> None:
    home = announcer(tmp_path)
    *_, first, again = announcements(told(home, TEMPO))
    assert first == again


def test_what_would_be_disabled_is_not_announced(tmp_path: Any) -> None:
    """Home Assistant clears a whole device's message when a disabled entity is removed."""
    components = announcements(told(announcer(tmp_path), TEMPO))[-1]["cmps"]
    assert "grid_1_wh" not in components


@pytest.mark.parametrize(
    ("owner", "lines", "cleared"),
    [("me", ["other"], True), ("me", ["house"], False), ("somebody", ["other"], False)],
)
def test_a_meter_that_left_the_configuration_is_taken_back_by_the_service_that_announced_it(
    tmp_path: Any, owner: str, lines: list[str], cleared: bool
) -> None:
    before = announcements(told(announcer(tmp_path), TEMPO))[-1]
    home = announcer(tmp_path, owner=owner, lines=lines)
    heard = home.hear(TOPIC, json.dumps(before).encode(), retained=True)
    expected = [Message(TOPIC, "", retain=True), Message(STATE, "", retain=True)]
    assert list(heard.messages) == (expected if cleared else [])


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"cmps": 3}', b'{"cmps": {"link": 1}}'])
def test_whatever_others_write_there_is_no_error(tmp_path: Any, payload: bytes) -> None:
    heard = announcer(tmp_path).hear(TOPIC, payload, retained=True)
    assert not heard.messages
    assert not heard.again


@pytest.mark.parametrize("line", ["house", "gone", None, 1.5, [], {"name": "house"}])
@pytest.mark.parametrize(
    "state", [STATE, "telewatt/#", "telewatt/+/home", "other/x/home", "\ud800", 7]
)
@pytest.mark.parametrize("entity", ["text", {"p": ["sensor"]}, {"p": "sensor", "x": float("nan")}])
def test_whatever_stands_under_our_name_at_the_broker_is_no_error(
    tmp_path: Any, line: Any, state: Any, entity: Any
) -> None:
    home = announcer(tmp_path)
    components = {"link": {"p": "binary_sensor", "service": "me", "line": line}, "strange": entity}
    payload = json.dumps({"cmps": components, "stat_t": state}).encode()
    heard = home.hear(TOPIC, payload, retained=True)
    assert {message.topic for message in heard.messages} <= {TOPIC, STATE}
    assert all(message.payload.encode("utf-8") is not None for message in told(home, TEMPO))
