"""A real Mosquitto behind a gate, and a subscriber that stays with it."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import AsyncExitStack

import aiomqtt

from tests.real.mosquitto import Mosquitto
from tests.sinks.receivers import Receiver, Total
from tests.sinks.receivers.files import seconds_of
from tests.sinks.receivers.gate import Gate

PATIENCE_S = 60.0


class Broker(Receiver):
    async def start(self) -> str:
        self._opened = AsyncExitStack()
        self._broker = Mosquitto(self.folder, ["max_queued_messages 0", "max_inflight_messages 0"])
        self._opened.callback(self._broker.stop)
        await asyncio.to_thread(self._broker.start)
        self._heard: dict[tuple[str, str, int], dict] = {}  # a message that comes again is one
        self._marks: set[str] = set()
        self._new_marks = itertools.count()
        self._client = aiomqtt.Client(self._broker.host, self._broker.port)
        await self._opened.enter_async_context(self._client)
        await self._client.subscribe([("telewatt/+/history", 1), ("mark", 1)])
        listening = asyncio.create_task(self._listen())
        self._opened.callback(listening.cancel)
        self._gate = Gate(self._broker.port)
        await self._gate.open()
        self._opened.push_async_callback(self._gate.shut)
        return f'host = "127.0.0.1"\nport = {self._gate.port}'

    async def _listen(self) -> None:
        async for message in self._client.messages:
            text = bytes(message.payload)
            if str(message.topic) == "mark":
                self._marks.add(text.decode())
            else:
                told = json.loads(text)
                self._heard[told["line"], told["received_at"], told["seq"]] = told

    async def totals(self) -> list[Total]:
        mark = str(next(self._new_marks))
        await self._client.publish("mark", mark, 1)
        async with asyncio.timeout(PATIENCE_S):
            while mark not in self._marks:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return sorted(
            Total(told["line"], seconds_of(each["received_at"]), each["totals"]["import_wh"])
            for told in self._heard.values()
            for each in told["settled"]
            if "import_wh" in each["totals"]
        )

    async def go_away(self) -> None:
        await self._gate.shut()

    async def come_back(self) -> None:
        await self._gate.open()

    async def hang(self) -> None:
        self._gate.hang()

    async def stop(self) -> None:
        await self._opened.aclose()
