"""Messages for a real broker."""

from __future__ import annotations

import asyncio

from aiomqtt import Client, MqttError

from tests.real.mosquitto import Mosquitto


async def publish(broker: Mosquitto, topic: str, *payloads: str, retain: bool = False) -> None:
    """Return when the broker has all of these messages."""
    async with asyncio.timeout(30):
        while True:
            try:
                async with Client(broker.host, broker.port) as client:
                    for payload in payloads:
                        await client.publish(topic, payload, qos=1, retain=retain)
                return
            except MqttError:
                await asyncio.sleep(0.05)
