"""A real Home Assistant: own configuration, free loopback port, ended by its pid."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.real.mosquitto import free_port

PATIENCE_S = 180.0
CONFIGURATION = """
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
auth:
config:
energy:
history:
websocket_api:
homeassistant:
  time_zone: Europe/Paris
  language: fr
recorder:
  commit_interval: 1
logger:
  default: warning
"""
MORE_OF_MQTT = {
    "protocol": "5",
    "other_settings": {"set_client_cert": False, "set_ca_cert": "off"},
}
"""What newer ones ask besides."""
CONCERNED = re.compile("telewatt|mqtt|sensor|template|statistic|recorder|energy|websocket")
KILLED = re.compile("mqtt.client|recorder.util")


class HomeAssistant:
    """A Home Assistant on 127.0.0.1.

    Args:
        programs: where ``hass`` is.
        folder: of its configuration; one that is started again there finds what it had stored.

    Attributes:
        url: of its front page, the same for ever.
        token: of an administrator, once `onboard` was done.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = ""
        self.output = folder / "output.log"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "configuration.yaml").write_text(CONFIGURATION.format(port=self.port))

    def start(self) -> None:
        """Start it, without waiting."""
        environment = os.environ | {"PATH": f"{self._programs}:{os.environ.get('PATH', '')}"}
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [self._programs / "hass", "-c", self._folder, "--skip-pip"],
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )

    def wait_answering(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, urllib.error.URLError):
                self.get("/api/onboarding" if not self.token else "/api/")
                return
            assert self._process is not None
            assert self._process.poll() is None, self.output.read_text()
            time.sleep(0.1)
        pytest.fail(f"it does not answer: {self.output.read_text()}")

    def onboard(self) -> None:
        """Make a user, as the first visitor does."""
        client = {"client_id": f"{self.url}/"}
        user = {"name": "Test", "username": "test", "password": "test-password", "language": "fr"}
        code = self.post("/api/onboarding/users", {**client, **user})["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, **client}
        self.token = self._request(
            "/auth/token",
            urllib.parse.urlencode(form).encode(),
            "application/x-www-form-urlencoded",
        )["access_token"]
        self.post("/api/onboarding/core_config", {})
        self.post("/api/onboarding/analytics", {})
        self.post(
            "/api/onboarding/integration",
            {**client, "redirect_uri": f"{self.url}/?auth_callback=1"},
        )

    def add_mqtt(self, host: str, port: int) -> None:
        """Add the integration MQTT."""
        path = "/api/config/config_entries/flow"
        asked = self.post(path, {"handler": "mqtt"})
        told = {"broker": host, "port": port, **MORE_OF_MQTT}
        known = {each["name"] for each in asked["data_schema"]}
        done = self.post(
            f"{path}/{asked['flow_id']}", {key: told[key] for key in told.keys() & known}
        )
        assert done["type"] == "create_entry", done

    def get(self, path: str) -> Any:
        return self._request(path, None, "")

    def post(self, path: str, values: dict[str, Any]) -> Any:
        return self._request(path, json.dumps(values).encode(), "application/json")

    def states(self) -> dict[str, dict[str, Any]]:
        """Every state by entity id."""
        return {state["entity_id"]: state for state in self.get("/api/states")}

    def _request(self, path: str, body: bytes | None, content: str) -> Any:
        request = urllib.request.Request(self.url + path, body)
        if content:
            request.add_header("Content-Type", content)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    @contextlib.asynccontextmanager
    async def socket(self) -> AsyncIterator[Asking]:
        """A connection to its WebSocket API."""
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0) as socket,
        ):
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self.token})
            assert (await socket.receive_json())["type"] == "auth_ok"
            yield Asking(socket)

    def complaints(self) -> list[str]:
        """Warnings and errors of its log that concern what telewatt does, but for our own kills."""
        lines = [
            line
            for path in self._folder.glob("home-assistant.log*")
            for line in path.read_text().splitlines()
        ]
        return [
            line
            for line in lines
            if re.search(" (WARNING|ERROR|CRITICAL) ", line)
            and CONCERNED.search(line)
            and not KILLED.search(line)
        ]

    def kill(self) -> None:
        """As ``kill -9``."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End it; nothing if it does not run."""
        if self._process is not None:
            self.kill()


class Asking:
    """Commands over one connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0

    async def __call__(self, command: str, **values: Any) -> Any:
        self._number += 1
        await self._socket.send_json({"id": self._number, "type": command, **values})
        while True:
            answer = await self._socket.receive_json(timeout=60)
            if answer.get("id") == self._number and answer["type"] == "result":
                assert answer["success"], answer
                return answer["result"]
