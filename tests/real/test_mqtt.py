"""The MQTT sink against a real Mosquitto."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from bench.past import readings_of
from telewatt.config.model import MqttConfig
from telewatt.language import Text
from telewatt.quality import LineReport
from telewatt.shapes.values import utc_text
from telewatt.sinks.mqtt.homeassistant import HomeAssistant
from telewatt.sinks.mqtt.sink import MqttSink
from telewatt.sinks.mqtt.topics import label_level
from tests.real.mosquitto import Mosquitto
from tests.sinks.judging import house_in, judged

pytestmark = pytest.mark.real

PATIENCE_S = 40.0
HISTORIC = judged(
    readings_of("house", "sim:?mode=historic&contract=hc&seed=2&every=2s&step=2s", 0.05)
)


class Subscriber:
    """Everything that a broker has for a filter, newest last."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []

    def last(self, topic: str) -> str | None:
        found = [payload for name, payload in self.messages if name == topic]
        return found[-1].decode() if found else None

    def all(self, topic: str) -> list[str]:
        return [payload.decode() for name, payload in self.messages if name == topic]


@asynccontextmanager
async def subscribed(broker: Mosquitto, topic: str = "#") -> AsyncIterator[Subscriber]:
    subscriber = Subscriber()
    async with aiomqtt.Client(broker.host, broker.port) as client:
        await client.subscribe(topic, 1)

        async def note() -> None:
            async for message in client.messages:
                subscriber.messages.append((str(message.topic), bytes(message.payload)))

        noting = asyncio.create_task(note())
        try:
            yield subscriber
        finally:
            noting.cancel()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def attend(sink: MqttSink) -> None:
    """Until it fails."""
    async for _ in sink.attend():
        pass


@asynccontextmanager
async def sink_to(broker: Mosquitto, folder: Path, **keys: object) -> AsyncIterator[MqttSink]:
    section = MqttConfig(host=broker.host, port=broker.port, **keys)  # type: ignore[arg-type]
    sink = MqttSink.of(section, house_in(folder))
    try:
        yield sink
    finally:
        await sink.close()


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_frame_is_a_state_and_a_topic_for_each_dataset(
    mosquitto: Mosquitto, tmp_path: Path, protocol: str
) -> None:
    async with (
        subscribed(mosquitto) as heard,
        sink_to(mosquitto, tmp_path, protocol=protocol) as sink,
    ):
        for each in HISTORIC[:10]:
            await sink.show(each)
        meter = HISTORIC[0].reading.meter
        topic = f"telewatt/{meter}/state"
        await until(lambda: len(heard.all(topic)) == 10)
        state = json.loads(heard.last(topic) or "")
        assert state["seq"] == 10
        assert state["totals"] == HISTORIC[9].judgement.settled[-1].totals
        assert state["labels"]["PAPP"] == HISTORIC[9].reading.frame.get("PAPP").value
        assert heard.last(f"telewatt/{meter}/label/PAPP") == str(state["labels"]["PAPP"])
        assert heard.last(f"telewatt/{meter}/availability") == "online"
        assert heard.last("telewatt/status") == "online"
        await sink.close()
        await until(lambda: heard.last("telewatt/status") == "offline")


async def test_labels_with_a_plus_have_a_topic_of_their_own(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    entries = judged(
        readings_of("house", "sim:?mode=standard&contract=tempo&seed=2&every=2s&step=2s", 0.01)
    )
    meter = entries[0].reading.meter
    async with subscribed(mosquitto) as heard, sink_to(mosquitto, tmp_path) as sink:
        for each in entries:
            await sink.show(each)
        labels = {dataset.label for dataset in entries[-1].reading.frame.datasets}
        assert "NJOURF+1" in labels
        topics = {f"telewatt/{meter}/label/{label_level(label)}" for label in labels - {"DATE"}}
        await until(lambda: topics <= {topic for topic, _ in heard.messages})
        state = json.loads(heard.last(f"telewatt/{meter}/state") or "")
        assert state["labels"].keys() == labels


async def test_what_was_missed_comes_in_order_with_its_own_times(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    async with subscribed(mosquitto) as heard, sink_to(mosquitto, tmp_path) as sink:
        for start in range(0, len(HISTORIC), 50):
            await sink.write(HISTORIC[start : start + 50])
        topic = f"telewatt/{HISTORIC[0].reading.meter}/history"
        await until(lambda: len(heard.all(topic)) == len(HISTORIC))
        told = [json.loads(payload) for payload in heard.all(topic)]
        assert [each["seq"] for each in told] == [each.seq for each in HISTORIC]
        assert [each["received_at"] for each in told] == [
            utc_text(each.reading.received_at) for each in HISTORIC
        ]
        totals = [settled["totals"] for each in told for settled in each["settled"]]
        assert totals == [settled.totals for each in HISTORIC for settled in each.judgement.settled]
        assert all("HCHC" not in each["labels"] for each in told)


async def test_a_meter_that_falls_silent_is_not_available_and_is_back_at_once(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.presence.STALE_S", 0.5)
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    topic = f"telewatt/{HISTORIC[0].reading.meter}/availability"
    async with subscribed(mosquitto) as heard, sink_to(mosquitto, tmp_path) as sink:
        attending = asyncio.create_task(attend(sink))
        await sink.show(HISTORIC[0])
        await until(lambda: heard.all(topic)[-2:] == ["online", "offline"])
        await sink.show(HISTORIC[1])
        await until(lambda: heard.all(topic)[2:3] == ["online"])
        attending.cancel()


async def test_a_meter_of_an_earlier_run_that_is_not_heard_is_not_available(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.UNHEARD_S", 0.3)
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    gone, there = "telewatt/021000000001/availability", HISTORIC[0].reading.meter
    async with subscribed(mosquitto) as heard, sink_to(mosquitto, tmp_path) as sink:
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as before:
            await before.publish(gone, "online", 1, retain=True)
            await before.publish(f"telewatt/{there}/availability", "online", 1, retain=True)
        await sink.show(HISTORIC[0])
        attending = asyncio.create_task(attend(sink))
        await until(lambda: heard.last(gone) == "offline")
        assert heard.last(f"telewatt/{there}/availability") == "online"
        attending.cancel()


async def test_a_line_that_is_not_read_any_more_is_not_kept_by_the_broker(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    gone, there = "telewatt/line/shed", "telewatt/line/house"
    line = LineReport("house", None, "reading", True, Text("", ""), 0, {}, 0, 0, {}, 1)
    house = house_in(tmp_path)._replace(lines=lambda: [line])
    section = MqttConfig(host=mosquitto.host, port=mosquitto.port)
    async with subscribed(mosquitto) as heard:
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as before:
            for topic in (gone, there):
                await before.publish(topic, "{}", 1, retain=True)
        sink = MqttSink.of(section, house)
        attending = asyncio.create_task(attend(sink))
        await until(lambda: heard.last(gone) == "")
        assert json.loads(heard.last(there) or "")["name"] == "house"
        attending.cancel()
        await sink.close()


async def test_what_has_not_changed_comes_again_at_its_pace(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    topic = f"telewatt/{HISTORIC[0].reading.meter}/label/PTEC"
    async with (
        subscribed(mosquitto) as heard,
        sink_to(mosquitto, tmp_path, interval_s=0.5) as sink,
    ):
        attending = asyncio.create_task(attend(sink))
        await sink.show(HISTORIC[0])
        await sink.show(HISTORIC[1])
        await until(lambda: len(heard.all(topic)) >= 3)
        attending.cancel()


async def test_what_others_say_in_our_name_does_not_stay(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    topics = ("telewatt/status", f"telewatt/{HISTORIC[0].reading.meter}/availability")
    async with (
        subscribed(mosquitto) as heard,
        sink_to(mosquitto, tmp_path, interval_s=0.5) as sink,
    ):
        attending = asyncio.create_task(attend(sink))
        await sink.show(HISTORIC[0])
        await sink.show(HISTORIC[1])
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as other:
            for topic in topics:
                await other.publish(topic, "offline", 1, retain=True)
                await until(lambda topic=topic: "offline" in heard.all(topic))  # type: ignore[misc]
        await until(lambda: all(heard.last(topic) == "online" for topic in topics))
        attending.cancel()


async def test_a_snapshot_may_be_asked_and_nothing_else(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    topic = f"telewatt/{HISTORIC[0].reading.meter}/label/PTEC"
    async with subscribed(mosquitto) as heard, sink_to(mosquitto, tmp_path) as sink:
        attending = asyncio.create_task(attend(sink))
        await sink.show(HISTORIC[0])
        await until(lambda: heard.all(topic))
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as asker:
            for word, payload in (("erase", ""), ("snapshot", "now"), ("snapshot/x", "{}")):
                await asker.publish(f"telewatt/command/{word}", payload, 1)
            await asker.publish("telewatt/command/snapshot", "", 1)
            await until(lambda: len(heard.all(topic)) == 2)
            for _ in range(100):
                await asker.publish("telewatt/command/snapshot", "{}", 1)
        await until(lambda: sink._commands.counters["refused"].get("rate", 0) > 20)
        assert len(heard.all(topic)) == 2
        said = json.loads(heard.last("telewatt/service") or "")
        assert said["commands"] == {"accepted": 1, "refused": {"unknown": 2, "schema": 1}}
        attending.cancel()


async def test_the_messages_of_linky_sensor(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async with (
        subscribed(mosquitto) as heard,
        sink_to(mosquitto, tmp_path, payload="linky-sensor") as sink,
    ):
        for each in HISTORIC[:8]:
            await sink.show(each)
        await until(lambda: len(heard.all("house/sensors/energy")) == 8)
        assert heard.last("house/probes/linky-sensor/status") == "Connected"
        said = json.loads(heard.last("house/sensors/energy") or "")
        frame = HISTORIC[7].reading.frame
        assert said.pop("HCHP")["Value"] == "018099867"  # its next one waits for a witness
        expected = {each.label: {"Value": each.data} for each in frame.datasets}
        assert expected.pop("HCHP")["Value"] == "018099868"
        assert said == expected
        assert {topic.partition("/")[2] for topic, _ in heard.messages} == {
            *("sensors/energy", "probes/linky-sensor/status", "service"),
        }
        connection = sink._connection
        assert connection is not None
        connection._client._client.socket().shutdown(2)
        await until(lambda: heard.last("house/probes/linky-sensor/status") == "Connection Lost")


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_every_quality_of_service_works(
    mosquitto: Mosquitto, tmp_path: Path, qos: int
) -> None:
    topic = f"telewatt/{HISTORIC[0].reading.meter}/state"
    async with (
        subscribed(mosquitto) as heard,
        sink_to(mosquitto, tmp_path, qos=qos, retain=False) as sink,
    ):
        for each in HISTORIC[:20]:
            await sink.show(each)
        await until(lambda: len(heard.all(topic)) == 20)
    async with subscribed(mosquitto) as later:
        await until(lambda: later.last("telewatt/status") == "offline")
        assert later.last(topic) is None


async def test_home_assistant_is_told_once_and_again_when_it_has_started(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.LOOK_S", 0.1)
    topic = f"homeassistant/device/telewatt_{HISTORIC[0].reading.meter}/config"
    async with subscribed(mosquitto) as heard, sink_to(mosquitto, tmp_path) as sink:
        attending = asyncio.create_task(attend(sink))
        for each in HISTORIC[:20]:
            await sink.show(each)
        await until(lambda: "import_1_wh" in (heard.last(topic) or ""))
        told = len(heard.all(topic))
        assert told <= 4  # when something is new, and not with every frame
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as asker:
            await asker.publish("homeassistant/status", "online", 1)
            await until(lambda: len(heard.all(topic)) == told + 1)
        attending.cancel()


async def test_a_bug_in_what_hears_is_loud(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hear(home: HomeAssistant, topic: str, payload: bytes, *, retained: bool) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(HomeAssistant, "hear", hear)
    async with sink_to(mosquitto, tmp_path) as sink:
        attending = asyncio.create_task(attend(sink))
        await sink.show(HISTORIC[0])
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as asker:
            await asker.publish("homeassistant/status", "online", 1)
            with pytest.raises(RuntimeError, match="a bug"):
                await asyncio.wait_for(attending, PATIENCE_S)
        with pytest.raises(RuntimeError, match="a bug"):
            await sink.show(HISTORIC[1])
