"""A receiver of webhooks that keeps what it has not had yet, by the key of each object."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import NamedTuple

from aiohttp import web

from tests.sinks.receivers import Receiver, Total
from tests.sinks.receivers.files import totals_of_document


class Posted(NamedTuple):
    headers: dict[str, str]
    body: bytes


class Hook(Receiver):
    """Attributes:

    kept: by key, in order.
    posts: how often each key came.
    status: of the next answers.
    """

    port = 0

    async def start(self) -> str:
        self.kept: dict[str, dict] = {}
        self.raw: list[Posted] = []
        self.posts: Counter[str] = Counter()
        self.status = 204
        self.headers: dict[str, str] = {}
        await self.come_back()
        return f'url = "http://127.0.0.1:{self.port}/hook"\ninterval_s = 0'

    async def come_back(self) -> None:
        self._answers = asyncio.Event()
        self._answers.set()
        application = web.Application()
        application.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        await self._answers.wait()
        if self.status < 300:
            key = request.headers["Idempotency-Key"]
            self.kept.setdefault(key, await request.json())
            self.posts[key] += 1
            self.raw.append(Posted(dict(request.headers), body))
        return web.Response(status=self.status, headers=self.headers, text="so it is")

    async def totals(self) -> list[Total]:
        documents = self.kept.values()
        return sorted(total for document in documents for total in totals_of_document(document))

    async def go_away(self) -> None:
        self._answers.set()
        await self._runner.cleanup()

    async def hang(self) -> None:
        self._answers.clear()

    async def stop(self) -> None:
        await self.go_away()
