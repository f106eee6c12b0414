"""``/api/v1/stream``: server-sent events that go on after a drop: nothing missing, nothing twice.

A number means an entry for ever only within one run of the service: a crash may lose the last
entries, whose numbers are given again. So an id carries the run that gave it; an id of another
run counts as far as this one found the journal.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial

from starlette.types import Receive, Scope, Send

from telewatt.web.broadcast import Broadcast, plain_event, reading_event
from telewatt.web.household import Household
from telewatt.web.json_text import instant
from telewatt.web.newest import Newest
from telewatt.web.readings import Readings

PING_S = 5.0
RESUME_ENTRIES = 5000
"""More than that were missed: the listener looks at the present instead (an hour of two meters)."""
LISTENERS_MAX = 128
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class Stream:
    """Serves the events of one service.

    Args:
        version: of telewatt.
    """

    def __init__(
        self, house: Household, broadcast: Broadcast, newest: Newest, version: str
    ) -> None:
        self._house, self._broadcast, self._newest = house, broadcast, newest
        self._version = version
        self._resuming = asyncio.Semaphore(2)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may listen."""
        return self._broadcast.listeners >= LISTENERS_MAX

    def place_of(self, given: str | None) -> int | None:
        """The number an id or ``after`` means; ``None`` for from now on.

        Raises:
            ValueError: it is neither.
        """
        if not given:
            return None
        epoch, dot, number = given.rpartition(".")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise ValueError(given)
        seq = int(number)
        began = self._house.live.began
        if dot and epoch != self._broadcast.epoch and began is not None:
            return min(seq, began)
        return seq

    def response(self, place: int | None) -> "EventResponse":
        """The answer to one listener, who has everything up to ``place``."""
        return EventResponse(self, place)

    async def events(self, place: int | None) -> AsyncGenerator[bytes]:
        """What one listener is told, for ever."""
        broadcast = self._broadcast
        broadcast.look_at_lines()
        last = broadcast.last_seq
        yield b"retry: 1000\n\n" + self._hello(last)
        if place is None:
            place = last
        elif place > last or place < last - RESUME_ENTRIES:
            yield plain_event("gap", {"after": place, "first": last + 1})
            place = last
        elif place < broadcast.oldest_place:
            async with aclosing(self._missed(place)) as missed:
                async for reached, events in missed:
                    place = reached
                    yield events
        version = 0
        while True:
            place, entries = broadcast.entries_after(place)
            version, lines = broadcast.lines_after(version)
            if entries or lines:
                yield b"".join((*lines, *entries))
                continue
            await broadcast.wait(partial(self._is_new, place, version), PING_S)
            if not self._is_new(place, version):
                yield plain_event("ping", {"now": _now(), "seq": place})

    def _is_new(self, place: int, version: int) -> bool:
        broadcast = self._broadcast
        return broadcast.last_seq > place or broadcast.lines_after(version)[0] > version

    async def _missed(self, place: int) -> AsyncGenerator[tuple[int, bytes]]:
        """From the journal, until what is missing is in memory."""
        readings, journal = Readings(self._newest.who), self._house.journal
        if place < journal.first_seq - 1:
            yield place, plain_event("gap", {"after": place, "first": journal.first_seq})
        async with self._resuming, aclosing(self._house.judged_after(place)) as batches:
            async for batch in batches:
                events = [
                    reading_event(self._broadcast.epoch, each.seq, readings.take(each))
                    for each in batch
                ]
                place = batch[-1].seq
                yield place, b"".join(events)
                if place >= self._broadcast.oldest_place:
                    return

    def _hello(self, seq: int) -> bytes:
        return plain_event("hello", {"seq": seq, "now": _now(), "version": self._version})

    def come(self) -> None:
        """One more listens."""
        self._broadcast.listeners += 1

    def go(self) -> None:
        """One less listens."""
        self._broadcast.listeners -= 1


class EventResponse:
    """An answer without end; it ends when the listener goes."""

    def __init__(self, stream: Stream, place: int | None) -> None:
        self._stream, self._place = stream, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell this listener everything, until it goes."""
        self._stream.come()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            telling = asyncio.ensure_future(self._tell(send))
            going = asyncio.ensure_future(_gone(receive))
            try:
                await asyncio.wait((telling, going), return_when=asyncio.FIRST_COMPLETED)
                if telling.done():
                    telling.result()  # what went wrong is not swallowed
            finally:
                for task in (telling, going):
                    task.cancel()
                await asyncio.gather(telling, going, return_exceptions=True)
        finally:
            self._stream.go()

    async def _tell(self, send: Send) -> None:
        async with aclosing(self._stream.events(self._place)) as told:
            async for events in told:
                await send({"type": "http.response.body", "body": events, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _now() -> str | None:
    return instant(datetime.now(UTC))
