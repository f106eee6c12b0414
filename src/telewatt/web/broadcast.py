"""What every listener is told, made once for all: entries by number, and the states of the lines.

A listener has no queue. It remembers the last number it was given and reads on from there, so one
that is slow costs nothing, and one that comes back goes on where it was.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from telewatt.derivation import Judged
from telewatt.web.household import Household
from telewatt.web.json_text import json_bytes
from telewatt.web.lines import line_object
from telewatt.web.newest import Newest

KEPT_ENTRIES = 512
"""Some minutes of two meters; whoever was away for longer is served from the journal."""
WATCH_S = 0.25
"""How late a change of a line is told."""


def reading_event(epoch: str, seq: int, data: Mapping[str, object]) -> bytes:
    """One entry as an event. Its id tells the service that gave the number."""
    return b"event: reading\nid: %s.%d\ndata: %s\n\n" % (epoch.encode(), seq, json_bytes(data))


def plain_event(kind: str, data: Mapping[str, object]) -> bytes:
    """An event that is not numbered."""
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), json_bytes(data))


class Broadcast:
    """The events of one service.

    Attributes:
        listeners: how many there are now.
    """

    def __init__(self, house: Household, newest: Newest, epoch: str) -> None:
        self._house, self._newest, self.epoch = house, newest, epoch
        self._entries: deque[tuple[int, bytes]] = deque()
        self._forgotten = 0  # the last number that is not kept any more
        self._lines: dict[str, tuple[int, bytes]] = {}
        self._states: dict[str, object] = {}
        self._version = 0
        self._news: list[asyncio.Future[None]] = []
        self.listeners = 0

    async def run(self) -> None:
        """Follow the service until cancelled."""
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._follow_entries())
            parts.create_task(self._follow_lines())

    async def _follow_entries(self) -> None:
        async for judged in self._house.live.follow(0):
            self._take(judged)

    def _take(self, judged: Judged) -> None:
        data = self._newest.take(judged)
        self._entries.append((judged.seq, reading_event(self.epoch, judged.seq, data)))
        self.forget_all_but(KEPT_ENTRIES)
        self._wake()

    def forget_all_but(self, kept: int) -> None:
        """Keep so many entries in memory."""
        while len(self._entries) > kept:
            self._forgotten = self._entries.popleft()[0]

    async def _follow_lines(self) -> None:
        while True:
            if self.listeners:
                self.look_at_lines()
            await asyncio.sleep(WATCH_S)

    def look_at_lines(self) -> None:
        """Notice which lines have changed."""
        changed = False
        for line in self._house.lines():
            told = line_object(line, self._newest)
            state = line.state, line.meter, line.remedy, told["stale"]
            if self._states.get(line.name) != state:
                self._states[line.name] = state
                self._version += 1
                self._lines[line.name] = self._version, plain_event("line", told)
                changed = True
        if changed:
            self._wake()

    def _wake(self) -> None:
        waiting, self._news = self._news, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    # -- for listeners ---------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """Number of the newest entry, in memory or in the journal."""
        if self._entries:
            return self._entries[-1][0]
        began = self._house.live.began
        return self._house.journal.last_seq if began is None else began

    @property
    def oldest_place(self) -> int:
        """Every entry after this number is in memory, or will be."""
        if self._forgotten:
            return self._forgotten
        began = self._house.live.began
        return self._house.journal.last_seq if began is None else began

    def entries_after(self, place: int) -> tuple[int, list[bytes]]:
        """The number of the last one, and the events of the entries after this number."""
        found: list[bytes] = []
        last = place
        for seq, event in reversed(self._entries):
            if seq <= place:
                break
            last = max(last, seq)
            found.append(event)
        return last, found[::-1]

    def lines_after(self, version: int) -> tuple[int, Sequence[bytes]]:
        """The newest version, and the events of the lines that changed after this one."""
        return self._version, [
            event for changed, event in self._lines.values() if changed > version
        ]

    async def wait(self, is_new: Callable[[], bool], longest_s: float) -> None:
        """Return when there is something new, or after this time."""
        if is_new():
            return
        future = asyncio.get_running_loop().create_future()
        self._news.append(future)
        await asyncio.wait([future], timeout=longest_s)
        if not future.done():
            future.cancel()
            self._news = [each for each in self._news if each is not future]
