"""What is no error and yet will not do what was meant: a warning each, none for what is right."""

from __future__ import annotations

import pytest

from telewatt.config import parse
from telewatt.config.doubts import doubts_of

HOUSE = '[meters.house]\nsource = "-"\n'
INFLUX = '[influxdb]\nurl = "http://h:8086"\n'
HOME = '[homeassistant]\nurl = "http://h:8123"\n'
MQTT = '[mqtt]\nhost = "h"\n'


def doubts(text: str) -> list[tuple[str, str]]:
    found = list(doubts_of(parse(HOUSE + text)))
    for _, what in found:
        assert what.en != what.fr
        assert " → " in what.en
        assert " → " in what.fr
    return [(".".join(key), what.en) for key, what in found]


@pytest.mark.parametrize(
    "text",
    [
        "",
        INFLUX,
        INFLUX + 'user = "u"\npassword_env = "P"\n',
        INFLUX + 'bucket = "b"\norg = "o"\ntoken_file = "t"\n',
        HOME + 'token_file = "t"\nreload_mqtt = true\n' + MQTT,
        HOME + 'token_env = "T"\nstatistics = "external"\n',
        MQTT + "port = 8883\ntls = true\n",
        MQTT + 'port = 8883\nca_file = "c"\n',
        MQTT + 'port = 1883\nuser = "u"\n',
        MQTT + 'certificate_file = "c"\nkey_file = "k"\n',
        MQTT + 'payload = "linky-sensor"\ndata_topic = "a"\nstatus_topic = "b"\n',
        MQTT + 'data_topic = "house/sensors/energy"\n',
    ],
)
def test_what_is_right_is_not_doubted(text) -> None:
    assert doubts(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (INFLUX + 'bucket = "b"\ntoken_env = "T"\n', [("influxdb.bucket", 'org = "..."')]),
        (INFLUX + 'bucket = "b"\norg = "o"\n', [("influxdb.bucket", "token_file or")]),
        (INFLUX + 'bucket = "b"\n', [("influxdb.bucket", "org"), ("influxdb.bucket", "token")]),
        (INFLUX + 'bucket = "b"\norg = "o"\ntoken_env = "T"\nuser = "u"\n',
         [("influxdb.user", "only the token counts")]),
        (INFLUX + 'org = "o"\ntoken_env = "T"\n',
         [("influxdb.org", 'add bucket = "..."'), ("influxdb.token_env", 'add bucket = "..."')]),
        (INFLUX + 'user = "u"\n', [("influxdb.user", "password_file")]),
        (HOME + MQTT, [("homeassistant", "token_file")]),
        (HOME + 'token_env = "T"\n', [("homeassistant", "[mqtt]")]),
        (HOME + 'token_env = "T"\n' + MQTT + "discovery = false\n", [("homeassistant", "[mqtt]")]),
        (HOME + 'token_env = "T"\n' + MQTT + 'payload = "linky-sensor"\n',
         [("homeassistant", "external")]),
        (HOME + 'token_env = "T"\nstatistics = "external"\nreload_mqtt = true\n',
         [("homeassistant.reload_mqtt", "remove the line")]),
        (MQTT + "port = 8883\n", [("mqtt.port", "tls = true")]),
        (MQTT + "port = 1883\ntls = true\n", [("mqtt.port", "remove the line")]),
        (MQTT + 'key_file = "k"\n', [("mqtt.key_file", "certificate_file")]),
        (MQTT + 'data_topic = "a"\n', [("mqtt.data_topic", "linky-sensor")]),
        (MQTT + 'status_topic = "a"\n', [("mqtt.status_topic", "linky-sensor")]),
    ],
)  # fmt: skip
def test_a_doubt_names_its_key_and_a_remedy(text, expected) -> None:
    found = doubts(text)
    assert [key for key, _ in found] == [key for key, _ in expected]
    for (_, what), (_, words) in zip(found, expected, strict=True):
        assert words in what
