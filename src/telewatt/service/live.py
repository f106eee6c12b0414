"""The newest entries, judged, for whoever shows them at once: live sinks and the web page.

They are judged once for all. A watcher has no queue: it reads on from the last number it saw, and
one that is slow finds the newest entries only, which it can tell by the numbers.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

from telewatt.derivation import Judged
from telewatt.service.judging import judged_after
from telewatt.store import Journal

KEPT_ENTRIES = 256
"""Some minutes of two meters."""


class Live:
    """What came since the service began.

    Attributes:
        recent: the newest entries, ascending; at most `KEPT_ENTRIES`.
        began: all later entries come here; ``None`` while it has not begun.
    """

    def __init__(self) -> None:
        self.recent: deque[Judged] = deque(maxlen=KEPT_ENTRIES)
        self.began: int | None = None
        self._news: list[asyncio.Future[None]] = []

    async def run(self, journal: Journal, history: Path) -> None:
        """Judge what the journal gets from now on, until cancelled."""
        self.began = journal.last_seq
        async for batch in judged_after(journal, history, self.began):
            self.recent.extend(batch)
            waiting, self._news = self._news, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    @property
    def last_seq(self) -> int:
        """Number of the newest entry; 0 if there was none yet."""
        return self.recent[-1].seq if self.recent else 0

    async def follow(self, after: int | None = None) -> AsyncIterator[Judged]:
        """The entries after this number, or from now on, as they come, for ever.

        The first one has a number beyond ``after + 1`` where some are not kept any more.
        """
        seq = self.last_seq if after is None else after
        while True:
            if self.last_seq <= seq:
                future = asyncio.get_running_loop().create_future()
                self._news.append(future)
                await future
            for judged in self.after(seq):
                seq = judged.seq
                yield judged

    def after(self, seq: int) -> list[Judged]:
        """The kept entries after this number, ascending."""
        found = []
        for judged in reversed(self.recent):
            if judged.seq <= seq:
                break
            found.append(judged)
        return found[::-1]
