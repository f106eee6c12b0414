"""A real MQTT broker: Mosquitto, on a free port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from pathlib import Path

import pytest
from aiomqtt import Client, MqttError

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


class Mosquitto:
    """One broker.

    Args:
        folder: for its configuration.
        lines: of its configuration, beyond the listener.
        port: the same as another one had, or a free one.
    """

    def __init__(self, folder: Path, *lines: str, port: int = 0) -> None:
        if PROGRAM is None:
            pytest.skip("mosquitto is not installed: type scripts/setup-debian")
        self._folder, self._lines = folder, lines or ("allow_anonymous true",)
        self.port = port or free_port()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Mosquitto:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Return when it accepts connections."""
        assert PROGRAM is not None
        file = self._folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "user root", *self._lines]
        file.write_text("\n".join(lines) + "\n")
        with (self._folder / "mosquitto.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                PROGRAM, "-c", str(file), stdout=log, stderr=log
            )
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Kill it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await process.wait()

    async def publish(self, topic: str, *payloads: str, retain: bool = False) -> None:
        """Return when the broker has these messages."""
        async with asyncio.timeout(30):
            while True:
                try:
                    async with Client("127.0.0.1", self.port) as client:
                        for payload in payloads:
                            await client.publish(topic, payload, qos=1, retain=retain)
                    return
                except MqttError:
                    await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
