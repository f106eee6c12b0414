"""The journal's part in memory: what readers see at once, and what the disk does not have yet.

An entry is *fresh* until a commit claims it, *claimed* while it is being encoded, *sealed* once it
lies encoded in a batch, and leaves when the batch is durable. The newest entries stay as objects
beyond that, for the readers who follow. Appending never waits for a commit.
"""

import threading
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from telewatt.reading import Reading
from telewatt.store.batch import Entry, Sealed, unseal
from telewatt.store.gap import Gap, GapReason

KEPT_ENTRIES = 512
_ENTRY_BYTES = 1000  # an entry's objects beside its raw bytes, which count one and a half times
_DROPPED_SHARE = 8  # a full memory is relieved of an eighth of what is fresh


class View(NamedTuple):
    """What memory held at one moment, oldest part first; the parts may overlap."""

    sealed: list[Sealed]
    claimed: list[Entry]
    entries: list[Entry]


class Tail:
    """Entries ascending without holes, except for what an overflow dropped.

    Args:
        last_seq: the number before the first entry.
        memory_bytes: how much may wait for the disk; estimated, each of the three states may
            reach it.
    """

    def __init__(self, last_seq: int, memory_bytes: int) -> None:
        self.last_seq = last_seq
        self.memory_bytes = memory_bytes
        self.dropped: list[Gap] = []
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._fresh = 0
        self._fresh_bytes = 0
        self._claimed: list[Entry] = []
        self._sealed: deque[Sealed] = deque()
        self._sealed_bytes = 0

    @property
    def fresh(self) -> int:
        """Number of entries no commit has claimed."""
        return self._fresh

    @property
    def first_seq(self) -> int:
        """The oldest number in memory; ``last_seq + 1`` if there is none."""
        with self._lock:
            firsts = [batch.first_seq for batch in list(self._sealed)[:1]]
            firsts += [entry.seq for part in (self._claimed, self._entries) for entry in part[:1]]
            return min(firsts, default=self.last_seq + 1)

    def append(self, reading: Reading) -> Entry:
        """Give the reading its number; O(1)."""
        with self._lock:
            entry = Entry(self.last_seq + 1, reading)
            self._entries.append(entry)
            self.last_seq = entry.seq
            self._fresh += 1
            self._fresh_bytes += _size(entry)
            if self._fresh_bytes > self.memory_bytes:
                self._drop_fresh()
        return entry

    def newest(self, after: int, limit: int) -> list[Entry] | None:
        """Up to ``limit`` entries after this number; ``None`` if not all are objects here."""
        with self._lock:
            if after >= self.last_seq:
                return []
            if not self._entries or after + 1 < self._entries[0].seq:
                return None
            start = after + 1 - self._entries[0].seq
            return self._entries[start : start + limit]

    def view(self) -> View:
        """Everything in memory now."""
        with self._lock:
            return View(list(self._sealed), self._claimed, self._entries[:])

    def claim(self) -> list[Entry]:
        """Take the fresh entries to seal them; `put` must follow."""
        with self._lock:
            self._claimed = self._entries[-self._fresh :] if self._fresh else []
            self._fresh = self._fresh_bytes = 0
            return self._claimed

    def put(self, batches: Iterable[Sealed]) -> None:
        """Hand over the sealed batches of what was claimed; drop the oldest if memory is full."""
        surplus = []
        with self._lock:
            for batch in batches:
                self._sealed.append(batch)
                self._sealed_bytes += len(batch.payload)
            self._claimed = []
            while self._sealed_bytes > self.memory_bytes and len(self._sealed) > 1:
                surplus.append(self._pop())
            del self._entries[: -max(KEPT_ENTRIES, self._fresh)]
        for batch in surplus:
            entries = unseal(batch.payload)
            with self._lock:
                self._record(entries)

    def pending(self) -> list[Sealed]:
        """The sealed batches, oldest first."""
        with self._lock:
            return list(self._sealed)

    def settle(self, durable_seq: int) -> None:
        """Let go of the batches that are durable now."""
        with self._lock:
            while self._sealed and self._sealed[0].last_seq <= durable_seq:
                self._pop()

    def take_dropped(self) -> list[Gap]:
        """The gaps of overflows since the last call."""
        with self._lock:
            dropped, self.dropped = self.dropped, []
            return dropped

    def _pop(self) -> Sealed:
        batch = self._sealed.popleft()
        self._sealed_bytes -= len(batch.payload)
        return batch

    def _drop_fresh(self) -> None:
        share = self._fresh // _DROPPED_SHARE + 1
        start = len(self._entries) - self._fresh
        lost = self._entries[start : start + share]
        # older entries go with them: the list has no holes
        del self._entries[: start + share]
        self._fresh -= share
        self._fresh_bytes -= sum(map(_size, lost))
        self._record(lost)

    def _record(self, lost: list[Entry]) -> None:
        first, last = lost[0], lost[-1]
        since, until = first.reading.received_at, last.reading.received_at
        if self.dropped and self.dropped[-1].last_seq == first.seq - 1:
            previous = self.dropped.pop()
            self.dropped.append(previous._replace(last_seq=last.seq, until=until))
        else:
            self.dropped.append(Gap(first.seq, last.seq, GapReason.OVERFLOW, since, until))


def _size(entry: Entry) -> int:
    raw = len(entry.reading.frame.raw)
    return _ENTRY_BYTES + raw + raw // 2
