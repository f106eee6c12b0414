"""A journal as other processes read it, whether its service runs or not."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType

from telewatt.language import Text
from telewatt.store import gap, lock, rows, schema, wal
from telewatt.store.batch import BatchError, Entry, Sealed, unseal
from telewatt.store.faults import (
    DamagedError,
    JournalError,
    JournalFolderError,
    UntouchableError,
    telling_damage,
)
from telewatt.store.files import PAGE_SIZE, beside, connect, transaction
from telewatt.store.gap import Gap
from telewatt.store.ownership import check_header
from telewatt.store.packing import microseconds, new_digest
from telewatt.store.rows import Mark, Span, Stored

_EVER = Span(-(1 << 62), 1 << 62)
_LOOKS = 3  # at a log that a service may be writing at the same moment

_ABSENT = Text(
    en="journal {path}: there is none; give the path of the journal of a service",
    fr="journal {path} : il n'y en a pas ; donnez le chemin du journal d'un service",
)
_REFUSED = Text(
    en="journal {path}: cannot be read ({detail}); use the account of the service, or sudo",
    fr="journal {path} : illisible ({detail}) ; utilisez le compte du service, ou sudo",
)
_FOREIGN = Text(
    en="journal {path}: this is no journal of telewatt; give its path",
    fr="journal {path} : ce n'est pas un journal de telewatt ; donnez son chemin",
)
_NEWER = Text(
    en="journal {path}: written by a newer version of telewatt; install that version",
    fr="journal {path} : écrit par une version plus récente de telewatt ; installez-la",
)
_DAMAGED = Text(
    en="journal {path}: damaged ({detail}); start the service: it saves what can be read",
    fr="journal {path} : abîmé ({detail}) ; démarrez le service : il sauve ce qui est lisible",
)


class Archive:
    """An open journal that belongs to another process. Use it in one thread at a time.

    Nothing is held between two rows: the service may write, pack and prune what comes next.

    Attributes:
        path: the file.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> "Archive":
        """Open the journal at ``path``; one of an older version is brought up to date first.

        Raises:
            JournalError: there is none that can be read; its text names the remedy.
        """
        try:
            return cls(_open(path), path)
        except FileNotFoundError as error:
            raise JournalError(_ABSENT.fill(path=path)) from error
        except UntouchableError as error:
            text = _FOREIGN if error.version is None else _NEWER
            raise JournalError(text.fill(path=path)) from error
        except DamagedError as error:
            raise JournalError(_DAMAGED.fill(path=path, detail=error)) from error
        except (OSError, sqlite3.Error) as error:
            raise JournalError(_REFUSED.fill(path=path, detail=error)) from error

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
        return rows.last_seq(self._connection)

    @property
    def last_known_seq(self) -> int:
        """The last number ever given durably, to an entry or to a gap."""
        return max([self.last_seq, *(each.last_seq for each in self.gaps)])

    def count(self, after: int = 0) -> int:
        """How many entries come after this number: numbers jump where entries were lost."""
        return rows.count_after(self._connection, after)

    @property
    def gaps(self) -> list[Gap]:
        """All gaps ever found, ascending."""
        return gap.read(self._connection)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Arrival of the first and of the last entry; ``None`` if there is none to be read."""
        first = next(self.entries(), None)
        last = next(self.entries(self.last_seq - 1), first)
        if first is None or last is None:
            return None
        return first.reading.received_at, last.reading.received_at

    def rows(self, after: int = 0, span: Span = _EVER) -> Iterator[Sealed]:
        """The rows with entries after this number, ascending, that may have one of this time."""
        while (first_seq := rows.next_within(self._connection, after, span)) is not None:
            found = rows.read(self._connection, max(after, first_seq - 1), 1)
            if not found:
                return
            yield found[0]
            after = found[0].last_seq

    def marks(self, after: int = 0) -> Iterator[Mark]:
        """What tells the rows with entries after this number from others, ascending."""
        while (first_seq := rows.next_within(self._connection, after, _EVER)) is not None:
            mark = rows.mark(self._connection, first_seq)
            if mark is not None:  # else it was packed or pruned a moment ago
                yield mark
                after = mark.last_seq

    def row(self, first_seq: int) -> Stored | None:
        """The whole row with this number, if it is still there."""
        return rows.stored(self._connection, first_seq)

    def jumps(self) -> list[tuple[int, int]]:
        """Where a row does not begin with the number after the one before: expected, found."""
        return rows.jumps(self._connection, quick=False)

    def places(self) -> dict[str, int]:
        """How far each reader has got."""
        return rows.places(self._connection)

    def entries(
        self,
        after: int = 0,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Entry]:
        """The entries after this number, ascending, in little memory.

        A batch that cannot be read is left out: it is a gap, or will be one
        (`telewatt.store.verify`).

        Args:
            after: 0 for the beginning.
            since: arrived then or later, aware.
            until: arrived before, aware.
        """
        span = Span(
            _EVER.since_us if since is None else microseconds(since),
            _EVER.until_us if until is None else microseconds(until) - 1,
        )
        for row in self.rows(after, span):
            with contextlib.suppress(BatchError):
                for entry in unseal(row.payload, after):
                    at = entry.reading.received_at
                    if (since is None or since <= at) and (until is None or at < until):
                        yield entry
            after = row.last_seq  # the next row may be a block that holds these entries too

    def replace(self, old: Sealed, new: Sealed) -> bool:
        """Put another payload in place of a packed row's, with the same frames and numbers.

        The service may be writing: one of both waits for the other's short transaction.

        Returns:
            ``False``, and nothing is changed, if the row is not as it was read, is not packed, or
            the raw bytes of ``new`` are not those that were committed.

        Raises:
            sqlite3.Error: the disk refuses.
        """
        digest = new_digest()
        for entry in unseal(new.payload):
            digest.update(entry.reading.frame.raw)
        if (old.first_seq, old.entries) != (new.first_seq, new.entries):
            return False
        with transaction(self._connection):
            return rows.replace(self._connection, old, new, digest.digest())


def _open(path: Path) -> sqlite3.Connection:
    if path.is_dir():
        raise JournalFolderError(path)
    check_header(path)
    if all(wal.is_damaged(beside(path, "-wal"), PAGE_SIZE) for _ in range(_LOOKS)):
        raise DamagedError(f"{path}-wal")
    try:
        connection = connect(path, writable=True)
    except (OSError, sqlite3.Error):
        connection = connect(path, writable=False)  # a disk that is read-only
    try:
        _bring_up_to_date(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """A service does it when it starts; where none has, none must start meanwhile."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == len(schema.load_steps()):
        return
    with lock.held(path), telling_damage(path):
        schema.migrate(connection, schema.load_steps())
