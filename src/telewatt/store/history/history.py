"""The history: what the journal and imports became, minute by minute, and the answers from it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from telewatt.rollup import Portion, Step
from telewatt.rollup.formula import Formula
from telewatt.rollup.instant import ALWAYS, to_ms
from telewatt.rollup.series import Series
from telewatt.rollup.total import Energy
from telewatt.store.history import events, imports, meters, stages
from telewatt.store.history.database import Database
from telewatt.store.history.faults import GenerationError, ReplayLostError
from telewatt.store.history.imports import Draft, Import
from telewatt.store.history.meters import Join, Meter
from telewatt.store.history.queries import OpenPart, Query
from telewatt.store.history.shelf import Stage
from telewatt.store.history.stages import Progress
from telewatt.store.history.verify import Report, verify
from telewatt.truth.judgement import Event


class History:
    """An open history.

    Every method raises a `HistoryError` (see `telewatt.store.history.faults`) where the disk or
    the file refuses; then nothing of the call was done, and `HistoryDiskError` alone is worth
    another try. Methods may be called from several threads, and by several processes.
    """

    def __init__(self, database: Database, virtual: Mapping[str, Formula]) -> None:
        self._database, self._virtual = database, virtual
        with database.reading() as connection:
            live = stages.read_progress(connection, Stage.LIVE)
        self._generation = (live or Progress()).generation

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        writable: bool = True,
        virtual: Mapping[str, Formula] = MappingProxyType({}),
    ) -> "History":
        """Open the history at ``path`` (see `history_path`).

        Args:
            writable: ``False`` to look only; else a new one is made if there is none.
            virtual: formulas of virtual meters by name.
        """
        return cls(Database(path, writable=writable), virtual)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    # -- writing ---------------------------------------------------------------------------------

    def progress(self, stage: Stage = Stage.LIVE) -> Progress:
        """How far a stage has come in the journal, and the state its writer gave with it.

        From now on `write` accepts what follows from it.

        Raises:
            ReplayLostError: no replay is going on.
        """
        with self._database.reading() as connection:
            progress = stages.read_progress(connection, stage)
        if stage is Stage.REPLAY and progress is None:
            raise ReplayLostError(path=self.path)
        progress = progress or Progress()
        if stage is Stage.LIVE:
            self._generation = progress.generation
        return progress

    def place(self) -> int:
        """The last entry of the journal that is in the live stage; 0 at the beginning."""
        with self._database.reading() as connection:
            return stages.read_place(connection)

    def progress_before(self, place: int) -> Progress | None:
        """The newest state of the live stage that is kept of this place of the journal or before.

        Raises nothing but a `HistoryError`; ``None`` where none is kept.
        """
        with self._database.reading() as connection:
            return stages.read_progress_before(connection, place)

    def write(
        self,
        portions: Iterable[Portion],
        place: int,
        state: Any,
        stage: Stage = Stage.LIVE,
    ) -> None:
        """Write what was folded from the journal, all of it or nothing.

        Args:
            portions: of any number of meters; merged into what is stored.
            place: the last entry of the journal that is in them or in ``state``.
            state: JSON values from which, with the entries after ``place``, everything goes on.

        Raises:
            GenerationError: a replay became live; go on from `progress`.
            ReplayLostError: the replay was given up.
        """
        with self._database.writing() as connection:
            before = stages.read_progress(connection, stage)
            if stage is Stage.REPLAY and before is None:
                raise ReplayLostError(path=self.path)
            before = before or Progress()
            if stage is Stage.LIVE and before.generation != self._generation:
                raise GenerationError(path=self.path)
            after = before._replace(place=place, state=state)
            stages.write_progress(connection, stage, after)
            closed = {stages.write_portion(connection, stage, before, one) for one in portions}
            if len(closed) == 1 and (closed_ms := closed.pop()) is not None:
                stages.keep_snapshot(connection, stage, closed_ms, after)

    def begin_journal(self, state: Any) -> None:
        """The journal counts anew: go on from its beginning, with this state.

        Replays can only go back to here, and what was kept before stays.
        """
        with self._database.writing() as connection:
            stages.begin_journal(connection, state)

    def verify(self, on_part: Callable[[int, int], None] | None = None) -> Report:
        """Compare quarters, hours and days with what the minutes give, and contents of imports.

        Args:
            on_part: called with how many parts are done, and how many there are.

        Raises:
            HistoryDamagedError: a part of the file cannot be read.
        """
        return verify(self._database, on_part)

    # -- replay ----------------------------------------------------------------------------------

    def begin_replay(
        self,
        since: datetime,
        *,
        oldest_seq: int = 1,
        meters: Collection[str] | None = None,
    ) -> Progress:
        """Begin to build the history anew, in place of any replay that is going on.

        Nothing is visible to queries before `promote`. A replay that was broken off goes on from
        ``progress(Stage.REPLAY)``.

        Args:
            since: everything from then on is built anew, and what came shortly before.
            oldest_seq: the first entry the journal still holds; 1 if nothing was ever removed.
            meters: the only ones to build anew; all if ``None``.

        Returns:
            The place after which entries are to be folded, and the state to begin with.

        Raises:
            NothingToReplayError: the journal begins too late.
        """
        with self._database.writing() as connection:
            return stages.begin(connection, to_ms(since), oldest_seq, meters, self.path)

    def promote(self, state: Any = None) -> Progress:
        """Put the replay in the place of what queries see; a new generation begins.

        Args:
            state: the state from which the live history goes on, if not that of the replay (which
                knows some of the meters only).

        Raises:
            ReplayBehindError: it has not come to the same place as the live history.
            ReplayLostError: there is none.
        """
        with self._database.writing() as connection:
            progress = stages.promote(connection, state, self.path)
        self._database.shrink()
        return progress

    # -- questions -------------------------------------------------------------------------------

    def series(
        self,
        who: str,
        quantity: str,
        start: datetime,
        end: datetime,
        step: Step | int,
        *,
        open_part: OpenPart | None = None,
    ) -> Series:
        """One quantity over the intervals that cover ``[start, end)``, ascending, without holes.

        Args:
            who: a virtual meter, a site or a meter.
            quantity: a counter (``import_wh``...: `EnergyRow`), a gauge (``apparent_va``...:
                `GaugeRow`), or ``frames``, ``rejected``, ``repaired`` (`CountRow`).
            start, end: aware times.
            step: a `Step` of the calendar of Europe/Paris, or a number of minutes from ``start``.
            open_part: what the service has not written yet.

        Raises:
            UnknownNameError: nothing has this name.
        """
        with self._database.reading() as connection:
            query = Query(connection, self._virtual, open_part)
            return query.series(who, quantity, start, end, step)

    def energy(
        self,
        who: str,
        quantity: str,
        start: datetime,
        end: datetime,
        *,
        open_part: OpenPart | None = None,
    ) -> Energy:
        """The energy over ``[start, end)``, exactly additive; see `series` for the arguments.

        It is 0 where ``end`` is not after ``start``.
        """
        with self._database.reading() as connection:
            query = Query(connection, self._virtual, open_part)
            return query.energy(who, quantity, start, end)

    def quantities(self, who: str) -> set[str]:
        """Everything `series` can be asked for."""
        with self._database.reading() as connection:
            return Query(connection, self._virtual).quantities(who)

    def events(
        self, who: str, start: datetime | None = None, end: datetime | None = None
    ) -> list[tuple[str, Event]]:
        """The meter and the event, of those recognised in ``[start, end)``, ascending."""
        start_ms = ALWAYS[0] if start is None else to_ms(start)
        end_ms = ALWAYS[1] if end is None else to_ms(end)
        with self._database.reading() as connection:
            numbers = Query(connection, self._virtual).numbers(who)
            return events.read(connection, numbers, start_ms, end_ms)

    # -- meters and sites ------------------------------------------------------------------------

    def meters(self) -> list[Meter]:
        """All meters ever seen or imported."""
        with self._database.reading() as connection:
            return meters.list_meters(connection)

    def joins(self) -> list[Join]:
        """All joins of all sites, also those undone, in the order in which they were made."""
        with self._database.reading() as connection:
            return meters.list_joins(connection)

    def join(self, site: str, meter: str, at: datetime | None = None, *, by: str = "") -> None:
        """Let a meter belong to a site from ``at`` on, or from when it was first seen.

        Args:
            by: how this was decided, for the list of joins.

        Raises:
            UnknownNameError: no such meter.
            JoinError: it is the last meter of the site already.
        """
        with self._database.writing() as connection:
            meters.join(connection, site, meter, at, by)

    def separate(self, site: str, meter: str, *, by: str = "") -> None:
        """Undo the joins of a meter to a site.

        Raises:
            JoinError: it does not belong to it.
        """
        with self._database.writing() as connection:
            meters.separate(connection, site, meter, by)

    # -- imports ---------------------------------------------------------------------------------

    def add_import(
        self,
        content: Iterable[bytes],
        portions: Iterable[Portion],
        *,
        kind: str,
        name: str,
        meter: str,
        params: Mapping[str, Any] = MappingProxyType({}),
    ) -> Import:
        """Bring in a file: all of it, or nothing.

        Args:
            content: its bytes, in parts of any length; kept, compressed.
            portions: what was folded from it, of this meter; consumed while it is written.
            kind, name, params: what sort of file, its name, what its reader was told besides.

        Returns:
            The import, or the one which has brought in this content before: then nothing changed.

        Raises:
            ImportLostError: another import began meanwhile.
        """
        draft = Draft(self._database, meter, kind, name, params)
        draft.keep(content)
        for portion in portions:
            draft.merge(portion)
        number = draft.publish()
        return next(each for each in self.imports() if each.number == number)

    def remove_import(self, number: int) -> bool:
        """Undo an import; ``False`` if there is none of this number."""
        with self._database.writing() as connection:
            removed = imports.remove(connection, number)
        self._database.shrink()
        return removed

    def imports(self) -> list[Import]:
        """All imports, the first first."""
        with self._database.reading() as connection:
            return imports.list_imports(connection)

    def find_import(self, hash_: str) -> Import | None:
        """The import whose content has this SHA-256 (hexadecimal); ``None`` if there is none."""
        with self._database.reading() as connection:
            return imports.find(connection, hash_)
