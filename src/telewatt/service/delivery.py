"""Delivers the journal to one sink: its own durable place, retry, back-off, what is said of it.

A `LiveSink` is served by three tasks. One shows each entry as it comes; one goes through the
journal in order and writes whatever was not shown, from the sink's place on; one lets it attend its
other end. So live values never wait for what is to be caught up with, and nothing is left out.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from telewatt.derivation import Judged
from telewatt.language import Text
from telewatt.quality import SinkReport
from telewatt.service.judging import judged_after
from telewatt.service.live import Live
from telewatt.service.reports import Reports
from telewatt.service.shown import Shown
from telewatt.service.trouble import Trouble, words_of
from telewatt.sinks import LiveSink, Sink
from telewatt.store import Journal

RETRY_S = 1.0
RETRY_MAX_S = 60.0
SLOW_S = 120.0
CLOSE_S = 15.0
LIVE_RETRY_MAX_S = 4.0  # people look at what is live
CALM_S = 10.0
"""While no entry comes: the other end is there for so long, so the sink works."""

_AWAY = Text(
    "{name}: {why}; what it misses waits in the journal, it is tried again",
    "{name} : {why} ; ce qui lui manque attend dans le journal, nouvel essai en cours",
)
_HANGS = Text(
    "no answer for {seconds} s; look at the program or the disk at the other end",
    "pas de réponse depuis {seconds} s ; regardez le programme ou le disque à l'autre bout",
)
_UNCLOSED = Text("{name}: not closed in good order: {why}", "{name} : mal fermé : {why}")


class Delivery:
    """Feeds one sink.

    A sink that is new to the journal begins with what comes from now on.

    Args:
        name: of the sink; its place in the journal is kept under it.
        sink: closed at the end.
        history: the history's file, see `judged_after`.
        live: where a `LiveSink` takes the newest entries from.
        on_back: called whenever the sink works again.
    """

    def __init__(
        self,
        name: str,
        sink: Sink,
        journal: Journal,
        history: Path,
        reports: Reports,
        live: Live,
        on_back: Callable[[], None] | None = None,
    ) -> None:
        self._name, self._sink, self._journal, self._reports = name, sink, journal, reports
        self._history, self._live, self._on_back = history, live, on_back
        self._trouble = Trouble(name, _AWAY, reports)
        self._pause_max_s = LIVE_RETRY_MAX_S if isinstance(sink, LiveSink) else RETRY_MAX_S
        self._failed_s = -math.inf
        self._delivered = 0
        self._shown = Shown()  # beyond the sink's place
        self._tried = journal.last_seq  # entries up to here were shown, or will not be any more
        self._news = asyncio.Event()

    @property
    def report(self) -> SinkReport:
        """How the sink is now."""
        journal = self._journal
        place = max(journal.place(self._name), journal.first_seq - 1)  # what was pruned is gone
        lost = sum(max(0, gap.last_seq - max(place, gap.first_seq - 1)) for gap in journal.gaps)
        waiting = journal.last_seq - place - lost - len(self._shown)
        trouble = self._trouble.now
        return SinkReport(
            name=self._name,
            working=trouble is None,
            trouble=trouble,
            waiting=max(0, waiting),
            delivered=self._delivered,
            refused=self._sink.refused,
        )

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            if isinstance(self._sink, LiveSink):
                async with asyncio.TaskGroup() as parts:
                    parts.create_task(self._show_all(self._sink))
                    parts.create_task(self._attend(self._sink))
                    parts.create_task(self._write_all())
            else:
                await self._write_all()
        finally:
            await self._close()

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._sink.close()
        except OSError as error:  # a timeout is one too
            self._reports.say(logging.INFO, _UNCLOSED, name=self._name, why=words_of(error))

    # -- in order --------------------------------------------------------------------------------

    async def _write_all(self) -> None:
        place = await self._begin()
        size = self._sink.batch_entries
        async for batch in judged_after(self._journal, self._history, place, size):
            last_seq = batch[-1].seq
            if isinstance(self._sink, LiveSink):
                await self._wait_until_tried(last_seq)
            if missed := [judged for judged in batch if judged.seq not in self._shown]:
                await self._deliver(missed)
            self._shown.forget(last_seq)
            self._journal.confirm(self._name, last_seq)
            if self._sink.pace_s and last_seq == self._journal.last_seq:
                await asyncio.sleep(self._sink.pace_s)

    async def _begin(self) -> int:
        """The number after which the sink's entries come."""
        while not self._journal.knows_places:  # noqa: ASYNC110 - the disk does not tell
            await asyncio.sleep(RETRY_S)
        if not self._journal.has_place(self._name):
            self._journal.confirm(self._name, self._journal.last_seq)
            return self._journal.place(self._name)
        return max(0, self._journal.place(self._name) - self._sink.again)

    async def _deliver(self, batch: Sequence[Judged]) -> None:
        while True:
            try:
                await self._timely(self._sink.write(batch))
            except OSError as error:
                await self._wait(error)
                continue
            self._works(len(batch))
            return

    # -- live ------------------------------------------------------------------------------------

    async def _show_all(self, sink: LiveSink) -> None:
        while True:
            try:
                async for judged in self._live.follow(self._tried):
                    await self._timely(sink.show(judged))
                    self._shown.add(judged.seq)
                    self._works(1)
                    self._try_no_more(judged.seq)
            except OSError as error:
                self._try_no_more(self._live.last_seq)
                await self._wait(error)
                self._try_no_more(self._live.last_seq)

    async def _attend(self, sink: LiveSink) -> None:
        while True:
            try:
                async for _ in sink.attend():
                    if asyncio.get_running_loop().time() - self._failed_s > CALM_S:
                        self._works(0)
            except OSError as error:
                await self._wait(error)

    def _try_no_more(self, seq: int) -> None:
        self._tried = max(self._tried, seq)
        self._news.set()

    async def _wait_until_tried(self, seq: int) -> None:
        while self._tried < seq:
            self._news.clear()
            await self._news.wait()

    # -- its state -------------------------------------------------------------------------------

    def _works(self, count: int) -> None:
        self._delivered += count
        if self._trouble.is_over() and self._on_back is not None:
            self._on_back()

    async def _timely(self, work: Awaitable[None]) -> None:
        """Wait for it; if that takes too long, say so, and go on waiting.

        It is not given up: who writes in a thread cannot be stopped, and would write twice.
        """
        hangs = _HANGS.fill(seconds=f"{SLOW_S:g}")
        told = asyncio.get_running_loop().call_later(SLOW_S, self._trouble.say, hangs)
        try:
            await work
        finally:
            told.cancel()

    async def _wait(self, error: OSError) -> None:
        self._trouble.say(words_of(error))
        self._failed_s = asyncio.get_running_loop().time()
        await asyncio.sleep(self._trouble.pause_s(RETRY_S, self._pause_max_s))
