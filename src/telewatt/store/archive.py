"""A journal as other processes read it, whether its service runs or not."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType

from telewatt.store import gap, rows
from telewatt.store.batch import BatchError, Entry, Sealed, unseal
from telewatt.store.files import connect
from telewatt.store.gap import Gap
from telewatt.store.packing import microseconds
from telewatt.store.rows import Span

_EVER = Span(-(1 << 62), 1 << 62)


class Archive:
    """An open journal that belongs to another process. Use it in one thread, or one after another.

    Nothing is kept open between two rows: the service may pack and prune what comes next.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> "Archive":
        """Open the journal at ``path`` for reading.

        Raises:
            JournalError: no journal is there that this version can read.
            OSError, sqlite3.Error: the disk is away.
        """
        return cls(connect(path, writable=True), path)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @property
    def first_seq(self) -> int:
        """Number of the oldest entry; ``last_seq + 1`` if there is none."""
        (first_seq,) = self._connection.execute("SELECT min(first_seq) FROM batch").fetchone()
        return self.last_seq + 1 if first_seq is None else int(first_seq)

    @property
    def last_seq(self) -> int:
        """Number of the newest durable entry; 0 if there is none."""
        sql = "SELECT first_seq + entries - 1 FROM batch ORDER BY first_seq DESC LIMIT 1"
        found = self._connection.execute(sql).fetchone()
        return 0 if found is None else int(found[0])

    @property
    def gaps(self) -> list[Gap]:
        """All gaps ever found, ascending."""
        return gap.read(self._connection)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Arrival of the first and of the last entry that can be read."""
        first = next(self.entries(), None)
        last = None
        after = self.last_seq
        if first is None:
            return None
        for row in rows.read(self._connection, after - 1, 1):
            with contextlib.suppress(BatchError):
                last = unseal(row.payload)[-1]
        return first.reading.received_at, (last or first).reading.received_at

    def rows(self, after: int = 0, span: Span = _EVER) -> Iterator[Sealed]:
        """The rows with entries after this number, ascending, that may have one of this time."""
        while (first_seq := rows.next_within(self._connection, after, span)) is not None:
            found = rows.read(self._connection, max(after, first_seq - 1), 1)
            if not found:
                return
            yield found[0]
            after = found[0].last_seq

    def entries(
        self,
        after: int = 0,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        meter: str | None = None,
    ) -> Iterator[Entry]:
        """The entries after this number, ascending, in little memory.

        A batch that cannot be read is left out: it is a gap, or will be one (see ``verify``).

        Args:
            after: 0 for the beginning.
            since: arrived then or later, aware.
            until: arrived before, aware.
            meter: of this meter alone.
        """
        span = Span(
            _EVER.since_us if since is None else microseconds(since),
            _EVER.until_us if until is None else microseconds(until) - 1,
        )
        for row in self.rows(after, span):
            try:
                found = unseal(row.payload)
            except BatchError:
                found = []
            for entry in found:
                at = entry.reading.received_at
                if (
                    entry.seq > after
                    and (since is None or since <= at)
                    and (until is None or at < until)
                    and meter in (None, entry.reading.meter)
                ):
                    yield entry
            after = row.last_seq  # the next row may be a block that holds these entries too

    def replace(self, old: Sealed, new: Sealed) -> bool:
        """Put another payload in place of a packed row's, with the same numbers.

        Returns:
            ``False``, and nothing is changed, if the row is not as it was read.
        """
        if (old.first_seq, old.entries) != (new.first_seq, new.entries):
            raise ValueError(f"{new.first_seq} is not {old.first_seq}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            replaced = rows.replace(self._connection, old, new)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return replaced
