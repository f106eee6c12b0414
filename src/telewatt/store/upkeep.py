"""What is done to the durable part in the background: packing what is old, keeping the budget."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from telewatt.store import budget, gap, packing
from telewatt.store.alarms import Alarms
from telewatt.store.batch import Sealed
from telewatt.store.budget import Usage
from telewatt.store.database import Database
from telewatt.store.durable import Durable
from telewatt.store.faults import is_world

TOLD_S = 3600.0  # how often the budget is looked at


class Upkeep:
    """Works on one journal, in small steps that each take a worker thread for a moment.

    A step reads and computes without a lock; only its one short transaction keeps commits waiting.
    A disk that refuses ends a step: commits tell of it, and a later step goes on.
    """

    def __init__(self, path: Path, durable: Durable, alarms: Alarms) -> None:
        self._path, self._durable, self._alarms = path, durable, alarms
        self._database: Database | None = None
        self._packed_seq = 0  # all rows up to here have been looked at
        self._told_at: float | None = None

    def pack(self) -> bool:
        """Pack the oldest rows that belong together (`telewatt.store.packing`), if there are any.

        Returns:
            Whether there may be more to do.
        """
        try:
            return self._pack()
        except Exception as error:
            if not is_world(error):
                raise
            return False

    def prune(self, limit_bytes: int, keep_after: int) -> bool:
        """Remove some of the oldest packed rows if the house keeps more than this.

        Args:
            limit_bytes: the disk budget.
            keep_after: entries beyond this number stay.

        Returns:
            Whether there may be more to do.
        """
        try:
            pruned = self._prune(limit_bytes, keep_after)
            self._tell(limit_bytes, now=pruned)
        except Exception as error:
            if not is_world(error):
                raise
            return False
        return pruned

    def _pack(self) -> bool:
        found = self._durable.ask(Database.next_unpacked, self._packed_seq)
        if found is None or not found[0].writable:
            return False
        database, first_seq = found
        if database is not self._database:  # another file than the last time: look at all of it
            self._database, self._packed_seq = database, 0
            return True
        if first_seq is None or not self._is_closed(database, first_seq):
            return False
        packed = packing.pack(self._rows(database, first_seq - 1))
        if not self._durable.change(database, Database.swap, packed):
            return False
        self._packed_seq = packed.new.last_seq
        return True

    def _is_closed(self, database: Database, first_seq: int) -> bool:
        first = next(self._rows(database, first_seq - 1), None)
        newest = next(self._rows(database, self._durable.seq - 1), first)
        if first is None or newest is None:
            return False
        return packing.is_closed(first, newest, datetime.now(UTC))

    def _rows(self, database: Database, after: int) -> Iterator[Sealed]:
        """The rows after this number, as long as the journal works with this file."""
        while (found := self._durable.ask(Database.read, after, 1)) is not None:
            if found[0] is not database or not found[1]:
                return
            yield from found[1]
            after = found[1][-1].last_seq

    def _prune(self, limit_bytes: int, keep_after: int) -> bool:
        found = self._durable.ask(budget.used_bytes)
        if found is None or found[1] <= limit_bytes:
            return False
        database, used = found
        asked = self._durable.ask(Database.oldest, used - limit_bytes, keep_after)
        if asked is None or asked[0] is not database or asked[1] is None:
            return False
        return self._durable.change(database, Database.prune, asked[1], datetime.now(UTC))

    def _tell(self, limit_bytes: int, *, now: bool) -> None:
        clock = time.monotonic()
        if not now and self._told_at is not None and clock - self._told_at < TOLD_S:
            return
        used = self._durable.ask(budget.used_bytes)
        newest = self._durable.ask(Database.newest_volume)
        if used is None or newest is None:
            return
        self._told_at = clock
        usage = Usage(used[1], newest[1], gap.pruned(self._durable.gaps))
        budget.tell(self._alarms, self._path, usage, limit_bytes, datetime.now(UTC))
