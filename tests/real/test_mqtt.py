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
from telewatt.sinks.mqtt.sink import MqttSink
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
