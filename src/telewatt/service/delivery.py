"""Delivers the journal to one sink: its own durable place, retry, back-off, what is said of it."""

import asyncio
import logging
from collections.abc import AsyncIterator

from telewatt.language import Text
from telewatt.service.reports import Reports
from telewatt.sinks import Sink
from telewatt.store import Entry, Journal

BATCH_ENTRIES = 200
RETRY_S = 1.0
RETRY_MAX_S = 60.0

_AWAY = Text(
    "{name}: {why}; what it misses waits in the journal, it is tried again",
    "{name} : {why} ; ce qui lui manque attend dans le journal, nouvel essai en cours",
)
_BACK = Text("{name}: works again", "{name} : fonctionne de nouveau")


class Delivery:
    """Feeds one sink.

    A sink that is new to the journal begins with what comes from now on.

    Args:
        name: of the sink; its place in the journal is kept under it.
        sink: closed at the end.
    """

    def __init__(self, name: str, sink: Sink, journal: Journal, reports: Reports) -> None:
        self._name, self._sink, self._journal, self._reports = name, sink, journal, reports
        self._pause_s = 0.0  # 0 while the sink works

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            async for batch in self._batches():
                await self._deliver(batch)
                self._journal.confirm(self._name, batch[-1].seq)
        finally:
            await self._sink.close()

    async def _batches(self) -> AsyncIterator[list[Entry]]:
        """What is there at once goes together."""
        while not self._journal.knows_places:  # noqa: ASYNC110 - the disk does not tell
            await asyncio.sleep(RETRY_S)
        place = self._journal.place(self._name)
        if not place:
            place = self._journal.last_seq
            self._journal.confirm(self._name, place)
        batch: list[Entry] = []
        async for entry in self._journal.follow(place):
            batch.append(entry)
            if entry.seq == self._journal.last_seq or len(batch) == BATCH_ENTRIES:
                yield batch
                batch = []

    async def _deliver(self, batch: list[Entry]) -> None:
        readings = [entry.reading for entry in batch]
        while True:
            try:
                await self._sink.write(readings)
            except OSError as error:
                await self._wait(error)
                continue
            if self._pause_s:
                self._pause_s = 0.0
                self._reports.say(logging.INFO, _BACK, name=self._name)
            return

    async def _wait(self, error: OSError) -> None:
        """Said once, until it works again."""
        if not self._pause_s:
            self._reports.say(logging.WARNING, _AWAY, name=self._name, why=error)
        self._pause_s = min(max(RETRY_S, self._pause_s * 2), RETRY_MAX_S)
        await asyncio.sleep(self._pause_s)
