"""A sink as the service runs it: fed from a journal, tried again while its end is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from telewatt.service.delivery import Delivery
from telewatt.service.live import Live
from telewatt.service.reports import Reports
from telewatt.sinks import Sink
from telewatt.store import Journal
from telewatt.store.history import history_path

NAME = "output"
PATIENCE_S = 60.0


@asynccontextmanager
async def delivering(journal: Journal, sink: Sink) -> AsyncIterator[Delivery]:
    """From the place of the sink on; set ``telewatt.service.delivery.RETRY_S`` for short pauses."""
    history = history_path(journal.path)
    delivery = Delivery(NAME, sink, journal, history, Reports("en", lambda: 0.0), Live())
    running = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait for it."""
    async with asyncio.timeout(patience_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
