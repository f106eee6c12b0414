"""The journal: one append-only sequence of entries for all meters, and the queue of all readers.

An entry is visible to followers at once (`telewatt.store.tail`) and durable with the next commit
(`telewatt.store.durable`). What is on disk is always a prefix of what was appended, holes apart
that are listed: every number up to ``last_seq`` is an entry or part of a `Gap`.
"""

import asyncio
import contextlib
import functools
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from telewatt.reading import Reading
from telewatt.store.alarms import Alarm, Alarms
from telewatt.store.batch import Entry, chunks, seal, unseal
from telewatt.store.durable import Durable
from telewatt.store.gap import Gap
from telewatt.store.places import Places
from telewatt.store.tail import Tail, View
from telewatt.store.upkeep import Upkeep

COMMIT_ENTRIES = 1024  # so many fresh entries are committed before the interval is over
RETRY_S = 1.0  # first pause after a failed commit; doubled each time up to the interval
UPKEEP_SHARE = 0.04  # of one core, at most
UPKEEP_PAUSE_S = 60.0
WORKERS = 3  # one commits, one reads, one packs and prunes
_FOLLOW_ENTRIES = 1000

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class Counters:
    """What the journal has done since it was opened."""

    appended: int = 0
    committed: int = 0
    failed_commits: int = 0
    dropped: int = 0


class Journal:
    """An open journal. Use `append`, `follow` and `confirm` in the event loop's thread.

    Attributes:
        path: where the journal lives.
        counters: what was done since opening.
        processed_seq: entries beyond this number are never pruned; whoever derives something from
            them moves it on.
    """

    def __init__(
        self,
        path: Path,
        *,
        commit_interval_s: float = 30.0,
        memory_bytes: int = 16 << 20,
        disk_bytes: int | None = None,
    ) -> None:
        self.path = path
        self.counters = Counters()
        self.processed_seq = 0
        self._interval_s = commit_interval_s
        self._disk_bytes = disk_bytes
        self._alarms = Alarms()
        self._durable = Durable(path, self._alarms)
        self._upkeep = Upkeep(path, self._durable, self._alarms)
        self._tail = Tail(self._durable.seq, memory_bytes)
        self._places = Places(self._durable.places, self._durable.seq, self._durable.known)
        self._sealed_places: dict[str, int] = {}  # those the newest batch carries
        # its own threads: name look-ups that hang may take all of asyncio's
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="journal")
        self._committing = threading.Lock()
        self._failures = 0
        self._closed = False
        self._news: list[asyncio.Future[None]] = []
        self._full = asyncio.Event()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        commit_interval_s: float = 30.0,
        memory_bytes: int = 16 << 20,
        disk_bytes: int | None = None,
    ) -> "Journal":
        """Open the journal at ``path``, whatever is there; alarms tell what was wrong.

        Args:
            path: the file; made with its folders if it is not there.
            commit_interval_s: how many seconds of readings a power cut may cost, at most; each
                commit costs an SD card a few pages.
            memory_bytes: how much may wait in memory while the disk refuses.
            disk_bytes: how much the journal and the history beside it may keep; ``None`` for all.

        Raises:
            JournalError: the path is a folder, or another process is writing this journal.
        """
        return cls(
            path,
            commit_interval_s=commit_interval_s,
            memory_bytes=memory_bytes,
            disk_bytes=disk_bytes,
        )

    # -- state ---------------------------------------------------------------------------------

    @property
    def first_seq(self) -> int:
        """Number of the oldest entry; ``last_seq + 1`` if there is none."""
        stored, in_memory = self._durable.first_seq, self._tail.first_seq
        return in_memory if stored is None else min(stored, in_memory)

    @property
    def last_seq(self) -> int:
        """Number of the newest entry, durable or not."""
        return self._tail.last_seq

    @property
    def durable_seq(self) -> int:
        """Entries up to this number survive a power cut."""
        return self._durable.seq

    @property
    def gaps(self) -> list[Gap]:
        """All gaps ever found, ascending."""
        return self._durable.gaps

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The active alarms, oldest first; one of a kind, and another object once its text is new.

        Compare whole alarms, not kinds, to tell all of them: a second gap renews the alarm.
        """
        return self._alarms.active()

    # -- writing -------------------------------------------------------------------------------

    def append(self, reading: Reading) -> Entry:
        """Give the reading its number and show it to all followers; touches memory only.

        Raises:
            ValueError: ``received_at`` is naive.
            RuntimeError: the journal is closed.
        """
        if self._closed:
            raise RuntimeError(f"journal {self.path} is closed")
        if reading.received_at.tzinfo is None:
            raise ValueError(f"received_at of a reading of {reading.source!r} has no time zone")
        entry = self._tail.append(reading)
        self.counters.appended += 1
        if self._news:
            self._wake_followers()
        if self._tail.fresh >= COMMIT_ENTRIES:
            self._full.set()
        return entry

    async def run(self) -> None:
        """Commit every interval until cancelled, then once more.

        What is old is packed meanwhile, and pruned where there is a disk budget, in steps that
        take a few hundredths of one core on average.
        """
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._commit_again_and_again())
            parts.create_task(self._keep_up())

    def commit(self) -> int:
        """Make everything appended so far durable, if the disk allows it.

        Returns:
            ``durable_seq``. If the disk refuses, nothing is lost while memory holds it, an alarm
            tells so and the next commit tries again.
        """
        with self._committing:
            if not self._closed:
                self._commit()
        return self._durable.seq

    def pack(self) -> bool:
        """Pack the commits of the oldest closed hour into one row, if there are any.

        Reading and committing go on meanwhile. Numbers and entries stay the same.

        Returns:
            Whether there may be more to do.
        """
        return not self._closed and self._upkeep.pack()

    def prune(self, limit_bytes: int, processed_seq: int) -> bool:
        """Remove some of the oldest packed entries if journal and history keep more than this.

        Their numbers become part of one growing gap; alarms tell before and while it happens.

        Args:
            limit_bytes: the disk budget.
            processed_seq: entries beyond this number stay.

        Returns:
            Whether there may be more to do.
        """
        return not self._closed and self._upkeep.prune(limit_bytes, processed_seq)

    def close(self) -> None:
        """Commit, close the file and let others have the journal. Followers end."""
        with self._committing:
            if self._closed:
                return
            self._commit()
            self._closed = True
            self._durable.close(clean=not self._tail.pending())
        self._workers.shutdown(wait=False)
        self._wake_followers()

    def place(self, reader: str) -> int:
        """The last entry this reader has dealt with; 0 for a new reader.

        What a reader confirmed is durable with the next commit: after a crash it may be given
        some entries again, never too few. A reader that began while the disk could not be read
        is given its stored place when it asks again; until then its confirmations do not count.
        """
        return self._places.get(reader)

    def has_place(self, reader: str) -> bool:
        """Whether this reader has confirmed anything yet, be it place 0 of an empty journal."""
        return self._places.has(reader)

    @property
    def knows_places(self) -> bool:
        """Whether the stored places could be read yet."""
        return self._places.known

    def confirm(self, reader: str, seq: int) -> None:
        """The reader has dealt with all entries up to this one; never goes back."""
        self._places.confirm(reader, min(seq, self.last_seq))

    async def _commit_again_and_again(self) -> None:
        try:
            while True:
                await self._pause()
                await self._work(self.commit)
        finally:
            await self._work(self.commit)

    async def _keep_up(self) -> None:
        while True:
            started = time.monotonic()
            more = await self._work(self._take_step)
            spent_s = time.monotonic() - started
            await asyncio.sleep(spent_s / UPKEEP_SHARE if more else UPKEEP_PAUSE_S)

    def _take_step(self) -> bool:
        if self.pack():
            return True
        return self._disk_bytes is not None and self.prune(self._disk_bytes, self.processed_seq)

    def _commit(self) -> None:
        before = self._durable.seq
        self._seal()
        pending = self._tail.pending()
        last_seq = pending[-1].last_seq if pending else before
        places = self._places.changed(last_seq)
        sealed = self._sealed_places if pending else {}
        stored = self._durable.store(pending, dict(places.items() - sealed.items()))
        if self._durable.known and not self._places.known:
            self._places.learn(self._durable.places)
        if stored:
            self._places.settle(places)
            self._tail.settle(self._durable.seq)
            self._failures = 0
        else:
            self._failures += 1
            self.counters.failed_commits += 1
        if self._durable.seq > before:
            self.counters.committed += sum(batch.entries for batch in pending)

    def _seal(self) -> None:
        claimed = self._tail.claim()
        batches = []
        for chunk in chunks(claimed):
            self._sealed_places = self._places.up_to(chunk[-1].seq)
            batches.append(seal(chunk, self._sealed_places))
        self._tail.put(batches)
        dropped = self._tail.take_dropped()
        self.counters.dropped += sum(gap.last_seq - gap.first_seq + 1 for gap in dropped)
        self._durable.note(dropped)

    async def _pause(self) -> None:
        """Wait until the next commit is due."""
        if self._failures:
            pause_s = RETRY_S * 2.0 ** min(self._failures - 1, 16)
            await asyncio.sleep(min(pause_s, max(self._interval_s, RETRY_S)))
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._full.wait(), self._interval_s)
        self._full.clear()

    async def _work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call what may wait for the disk, in a worker; a closed journal has no disk."""
        if self._closed:
            return function(*args, **kwargs)
        call = functools.partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._workers, call)

    # -- reading -------------------------------------------------------------------------------

    def read(self, after: int, limit: int = 1000) -> list[Entry]:
        """The entries after this number, ascending, from disk and memory.

        Args:
            after: 0 for the beginning.
            limit: at most so many entries, but fewer only at the journal's end.

        Returns:
            Nothing as well while the disk that holds them cannot be read; an alarm tells so.
        """
        entries = self._tail.newest(after, limit)
        if entries is not None:
            return entries
        view = self._tail.view()
        entries = []
        if after < self._durable.seq:
            found = self._durable.read(after, limit)
            if found is None:
                return []
            entries = found[:limit]
        for part in _parts(view):
            last_seq = entries[-1].seq if entries else after
            missing = limit - len(entries)
            if missing <= 0:
                break
            entries += [entry for entry in part if entry.seq > last_seq][:missing]
        return entries

    async def follow(self, after: int | None = None) -> AsyncIterator[Entry]:
        """All entries after this number: history first, then live, for ever.

        A follower that is slow reads from disk what memory no longer has; nobody waits for it.

        Args:
            after: 0 for the beginning; ``None`` for from now on.
        """
        seq = self.last_seq if after is None else min(after, self.last_seq)
        while not self._closed:
            last_seq = self.last_seq
            entries = self._tail.newest(seq, _FOLLOW_ENTRIES)
            if entries is None:
                entries = await self._work(self.read, seq, _FOLLOW_ENTRIES)
            if not entries:
                await self._wait_for_news(last_seq)
            for entry in entries:
                yield entry
                seq = entry.seq

    def _wake_followers(self) -> None:
        waiting, self._news = self._news, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def _wait_for_news(self, last_seq: int) -> None:
        """Wait for an entry after this one, or for the end; both may be there already."""
        if self._closed or self.last_seq > last_seq:
            return
        future = asyncio.get_running_loop().create_future()
        self._news.append(future)
        await future


def _parts(view: View) -> Iterator[list[Entry]]:
    for batch in view.sealed:
        yield unseal(batch.payload)
    yield view.claimed
    yield view.entries
