"""The durable part of the journal: which numbers are on disk, which are missing, and why.

It keeps two promises whatever happens to the file. Every number up to ``seq`` is an entry on disk
or listed as a gap. And a number that was durable once is never given to another entry: where the
file can no longer tell how far it went, numbering goes on at the milliseconds since 1970, or
beyond everything that is known if the clock is wrong: beyond any number given before.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from telewatt.store import gap, salvage
from telewatt.store.alarms import AlarmKind, Alarms, describe
from telewatt.store.batch import BatchError, Entry, Sealed, unseal
from telewatt.store.database import Database
from telewatt.store.faults import AheadError, DamagedError, TakenError, is_world
from telewatt.store.gap import Gap, GapReason
from telewatt.store.storage import Storage

_FLOOR = 1_760_000_000_000  # autumn 2025: no journal is older
_SKIPPED = 1_000_000_000  # more entries than a damaged file may have had after the last one found

P = ParamSpec("P")
R = TypeVar("R")


class Durable:
    """What is on disk. Its methods may wait for the disk; call them in a worker thread.

    Attributes:
        seq: the highest durable number.
        first_seq: the oldest number on disk; ``None`` if there is none.
        places: the readers' places as the file had them when it was first opened.
        known: whether the file could ever be read; else ``places`` is empty.
    """

    def __init__(self, path: Path, alarms: Alarms) -> None:
        """Open whatever is at ``path``.

        Raises:
            JournalError: the path is a folder, or another process writes this journal.
        """
        self.seq = 0
        self.first_seq: int | None = None
        self.places: dict[str, int] = {}
        self._alarms = alarms
        self._gaps: list[Gap] = []
        self._new_gaps: list[Gap] = []
        self._writing = threading.RLock()
        self._reading = threading.Lock()
        self._storage = Storage(path, alarms)
        self.known = False
        try:
            self.known = self._start()
        except BaseException:
            self._storage.close()
            raise

    @property
    def gaps(self) -> list[Gap]:
        """All gaps, ascending."""
        return _merge(self._gaps, self._new_gaps)

    def note(self, gaps: Iterable[Gap]) -> None:
        """List gaps; they are stored with the next batch."""
        with self._writing:
            for found in gaps:
                last = self._new_gaps[-1] if self._new_gaps else None
                if last and last.reason is found.reason and last.last_seq + 1 == found.first_seq:
                    self._new_gaps[-1] = last._replace(last_seq=found.last_seq, until=found.until)
                else:
                    self._new_gaps.append(found)
                self._tell(self._new_gaps[-1:])

    def store(self, batches: Sequence[Sealed], places: Mapping[str, int]) -> bool:
        """Make batches, places and new gaps durable, all or none of them.

        Returns:
            Whether it is done; if not, an alarm tells why and a later call may succeed.
        """
        with self._writing:
            try:
                self._store(batches, places)
            except Exception as error:
                if not is_world(error):
                    raise
                self._storage.fail(error)
                return False
        return True

    def read(self, after: int, limit: int) -> list[Entry] | None:
        """Entries on disk after this number, ascending.

        Returns:
            About ``limit`` entries, fewer only at the end; ``None`` while the disk cannot be read.
        """
        try:
            return self._read(after, limit)
        except Exception as error:
            if not is_world(error):
                raise
            self._storage.fail(error)
            return None

    def ask(
        self, question: Callable[Concatenate[Database, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[Database, R] | None:
        """What the file answers, as soon as it is sound, and the file; ``None`` without one."""
        while True:
            with self._reading:
                database = self._storage.database
                if database is None:
                    return None
                try:
                    return database, question(database, *args, **kwargs)
                except DamagedError as error:
                    cause = error
            self._replace(database, cause)

    def change(
        self,
        database: Database,
        action: Callable[Concatenate[Database, P], bool],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> bool:
        """Let an action write to the file it has asked before, unless there is another one now.

        Returns:
            What the action returned; ``False`` if it was not called or the file turned out damaged.

        Raises:
            OSError, sqlite3.Error: the disk refuses.
        """
        with self._writing:
            if self._writable() is not database:
                return False
            try:
                done = action(database, *args, **kwargs)
                self._gaps, self.first_seq = database.gaps(), database.first_seq()
            except DamagedError as error:
                self._replace(database, error)
                return False
        return done

    def close(self, *, clean: bool) -> None:
        """Close the file; ``clean`` says that everything appended is durable."""
        with self._writing, self._reading:
            database = self._storage.database
            try:
                if database is not None and database.writable and clean:
                    self._storage.hold()
                    database.write(closed=True)
            except (DamagedError, TakenError) as error:
                self._storage.fail(error)  # the next start salvages it
            except sqlite3.Error as error:
                if not is_world(error):
                    raise
                self._storage.fail(error)
            self._storage.close()

    # -- opening -------------------------------------------------------------------------------

    def _start(self) -> bool:
        database = self._first_database()
        if database is None and self._storage.was_never_made():
            return True
        if database is None:
            self.seq = unused_seq(self._storage.path, 0)
            return False
        self.seq = database.last_seq()
        self._load_places(database)
        if self._storage.salvaged:
            self.seq = unused_seq(self._storage.path, self.seq)
        elif not database.was_closed():
            self._note_crash(database)
        self._adopt(database, GapReason.DAMAGED)
        return True

    def _first_database(self) -> Database | None:
        try:
            return self._storage.attach()
        except Exception as error:
            if not is_world(error):
                raise
            self._storage.fail(error)
            return self._storage.attach_read_only()

    def _writable(self) -> Database:
        self._storage.hold()
        database = self._storage.database
        removed = database is not None and database.moved()
        if database is not None and database.writable and not removed:
            return database
        with self._reading:
            try:
                database = self._storage.attach()
            except Exception:
                self._storage.attach_read_only()
                raise
        if not self.known and not database.was_closed():
            self._note_crash(database)
        self._adopt(database, GapReason.REMOVED if removed else GapReason.UNREADABLE)
        if not self.known:
            self._load_places(self._storage.database or database)
            self.known = True
        return self._storage.database or database  # what was adopted may have been replaced

    def _load_places(self, database: Database) -> None:
        self.places = {name: min(seq, self.seq) for name, seq in database.places().items()}

    def _replace(self, damaged: Database, cause: Exception) -> None:
        """Salvage a file found damaged while running, unless another thread has done it."""
        with self._writing:
            if self._storage.database is not damaged:
                return
            with self._reading:
                database = self._storage.replace_damaged(cause)
            self._adopt(database, GapReason.DAMAGED)

    def _adopt(self, database: Database, reason: GapReason) -> None:
        """Begin to work with this file: memory knows the numbers given, the file what it has."""
        last_seq = database.last_seq()
        if last_seq > self.seq and not self._storage.salvaged:
            with self._reading:
                self._storage.detach()
            raise AheadError(f"it holds entries up to {last_seq}")
        # a commit that reported an error may have reached the disk nevertheless
        self.seq = max(self.seq, last_seq)
        known, self._gaps = self._gaps, database.gaps()
        self.first_seq = database.first_seq()
        self._tell([found for found in self._gaps if found not in known and self.known])
        self.note(Gap(first, last, GapReason.MISSING) for first, last in database.audit())
        bridge = gap.unexplained(self.gaps, last_seq + 1, self.seq)
        if bridge and reason is GapReason.REMOVED:
            self._alarms.sound(AlarmKind.REMOVED, path=database.path)
        if self._storage.salvaged:
            reason = GapReason.DAMAGED
        self.note(Gap(first, last, reason) for first, last in bridge)
        self._storage.salvaged = False
        self._mark_open(database)

    def _mark_open(self, database: Database) -> None:
        """From here on an end without `close` is a crash; gaps of the past are stored at once.

        A gap beyond ``seq`` (an overflow) goes with the batches around it: stored alone it would
        make the batches before it look durable.
        """
        if not database.writable:
            return
        past = [found for found in self._new_gaps if found.last_seq <= self.seq]
        try:
            self._write(database, (), database.places(), past, closed=False)
        except DamagedError as error:
            self._replace(database, error)
        except sqlite3.Error as error:
            if not is_world(error):
                raise
            self._storage.fail(error)

    def _note_crash(self, database: Database) -> None:
        self._gaps = database.gaps()  # the alarm tells how many there are
        last_seq, now = database.last_seq(), datetime.now(UTC)
        since = _last_arrival(database)
        self.note([Gap(last_seq + 1, last_seq, GapReason.CRASH, since, now)])

    # -- writing -------------------------------------------------------------------------------

    def _write(
        self,
        database: Database,
        batches: Sequence[Sealed],
        places: Mapping[str, int],
        gaps: Sequence[Gap],
        closed: bool | None = None,
    ) -> None:
        batches = [batch for batch in batches if batch.first_seq > self.seq]
        if not (batches or places or gaps) and closed is None:
            return
        database.write(batches, places, gaps, closed)
        self._gaps = _merge(self._gaps, gaps)
        self._new_gaps = [found for found in self._new_gaps if found not in gaps]
        ends = [batch.last_seq for batch in batches] + [found.last_seq for found in gaps]
        self.seq = max(self.seq, *ends, 0)
        if self.first_seq is None and batches:
            self.first_seq = batches[0].first_seq
        self._alarms.clear_storage()

    def _store(self, batches: Sequence[Sealed], places: Mapping[str, int]) -> None:
        database = self._writable()
        try:
            self._write(database, batches, places, self._new_gaps)
        except DamagedError as error:
            self._replace(database, error)
            self._write(self._writable(), batches, places, self._new_gaps)

    def _tell(self, gaps: Sequence[Gap]) -> None:
        for found in gaps:
            self._alarms.sound(
                AlarmKind.GAP, path=self._storage.path, detail=describe(found, len(self.gaps))
            )

    # -- reading -------------------------------------------------------------------------------

    def _read(self, after: int, limit: int) -> list[Entry] | None:
        entries: list[Entry] = []
        while (found := self._read_rows(after, limit - len(entries))) is not None:
            database, rows = found
            try:
                entries += self._decode(rows, after)
            except DamagedError as error:
                self._replace(database, error)
                continue
            if not rows or len(entries) >= limit:
                return entries
            after = rows[-1].last_seq
        return None

    def _read_rows(self, after: int, limit: int) -> tuple[Database, list[Sealed]] | None:
        return self.ask(Database.read, after, limit)

    def _decode(self, rows: Sequence[Sealed], after: int) -> list[Entry]:
        entries: list[Entry] = []
        expected = after + 1
        for first_seq, count, payload in rows:
            self._note_missing(expected, first_seq - 1, GapReason.MISSING)
            expected = first_seq + count
            try:
                decoded = unseal(payload)
            except BatchError:
                self._note_missing(first_seq, expected - 1, GapReason.DAMAGED)
                continue
            if (decoded[0].seq, len(decoded)) != (first_seq, count):
                raise DamagedError(f"the row of entry {first_seq} holds the batch of another")
            entries.extend(decoded if first_seq > after else decoded[after + 1 - first_seq :])
        return entries

    def _note_missing(self, first_seq: int, last_seq: int, reason: GapReason) -> None:
        if first_seq <= last_seq:
            with self._writing:
                runs = gap.unexplained(self.gaps, first_seq, last_seq)
                self.note(Gap(first, last, reason) for first, last in runs)


def _merge(gaps: Sequence[Gap], newer: Sequence[Gap]) -> list[Gap]:
    """As the table does: of two crashes without an entry between them the later one counts."""
    found = {each[:3]: each for each in (*gaps, *newer)}
    return sorted(found.values(), key=lambda each: each[:3])


def unused_seq(path: Path, known_seq: int) -> int:
    """A number beyond any given before, even if the clock is wrong now or always was."""
    clock_ms = max(time.time_ns() // 1_000_000, salvage.newest_time_ms(path))
    return max(clock_ms, known_seq + _SKIPPED, _FLOOR)


def _last_arrival(database: Database) -> datetime | None:
    last = database.last_batch()
    try:
        return None if last is None else unseal(last.payload)[-1].reading.received_at
    except BatchError:
        return None
