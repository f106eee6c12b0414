"""The reader of the journal that writes the history: judged, folded, written once an hour.

Its place, its state and what it found go into the history in one transaction, so an end at any
moment costs nothing: what came after the place is read from the journal again. Whenever the
history cannot be used, or a replay has become live, it begins again at the stored place.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from telewatt.derivation import Derivation, StateError
from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.rollup import Portion, Summary
from telewatt.rollup.fold import closed_ms
from telewatt.rollup.instant import to_ms
from telewatt.service.reports import Reports
from telewatt.store import Entry, Journal
from telewatt.store.history import GenerationError, History, HistoryDiskError, HistoryError
from telewatt.truth import Judgement

RETRY_S = 60.0
KEPT_HOURS = 12
"""So many are kept in memory while the disk refuses; then the journal is read again."""
CATCH_UP_ENTRIES = 50
CATCH_UP_PAUSE_S = 0.005
"""After a long absence entries come as fast as they can be read: the lines go first."""

_TROUBLE = Text(
    "{what}; live reading and the journal go on", "{what} ; la lecture et le journal continuent"
)
_OTHER_VERSION = Text(
    "history {path} was written by another version ({detail}); install the newest one",
    "l'historique {path} vient d'une autre version ({detail}) ; installez la plus récente",
)
_OVER = Text("the history is written again", "l'historique est de nouveau écrit")
_REPLAYED = Text("a replay has become the history", "un recalcul est devenu l'historique")


class _BeginAgainError(Exception):
    """The disk works again after hours of which nothing was kept."""


class Historian:
    """Writes the history of one journal.

    Args:
        path: the history's file.
        reports: told once what is wrong, and when it is over.
        on_judged: called with each entry that came since the start, and what it is worth.
    """

    def __init__(
        self,
        journal: Journal,
        path: Path,
        reports: Reports,
        on_judged: Callable[[Entry, Judgement], None],
    ) -> None:
        self._journal, self._path, self._reports = journal, path, reports
        self._on_judged = on_judged
        self._derivation = Derivation()
        self._place = self._reached = 0
        self._told = journal.last_seq  # what came before was told when it came
        self._unwritten: list[Portion] = []  # harvested, but the disk refused
        self._refused = 0  # hours that could not be written
        self._closed_ms: int | None = None  # end of the last hour that is over
        self._trouble: Text | None = None

    @property
    def place(self) -> int:
        """The last entry that is in the history's file; those up to it may be pruned."""
        return self._place

    @property
    def reached(self) -> int:
        """The last entry that was judged; those after `place` are in `open_part`."""
        return self._reached

    def open_part(self) -> dict[str, dict[int, Summary]]:
        """What queries need besides the file: by meter, minutes by start in milliseconds."""
        found = self._derivation.open_minutes()
        for portion in self._unwritten:
            minutes = found.setdefault(portion.meter, {})
            for start, summary in portion.minutes.items():
                minutes[start] = summary.merge(minutes[start]) if start in minutes else summary
        return found

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            try:
                await self._write_history()
            except GenerationError:
                self._reports.say(logging.INFO, _REPLAYED)
            except _BeginAgainError:
                continue
            except HistoryError as error:
                self._tell(error.text)
                await asyncio.sleep(RETRY_S)
            except StateError as error:
                self._tell(_OTHER_VERSION.fill(path=self._path, detail=error))
                await asyncio.sleep(RETRY_S)

    async def _write_history(self) -> None:
        history = await asyncio.to_thread(History.open, self._path)
        try:
            await self._take_up(history)
            async for entry in self._journal.follow(self._place):
                await self._take(history, entry)
        finally:
            await asyncio.to_thread(history.close)

    async def _take_up(self, history: History) -> None:
        progress = await asyncio.to_thread(history.progress)
        last_seq = self._journal.last_seq
        self._derivation, self._place = Derivation.resume(progress.state, progress.place, last_seq)
        if self._place < progress.place:
            await asyncio.to_thread(history.begin_journal, self._derivation.state())
        self._unwritten.clear()
        self._refused = 0
        self._reached = self._journal.processed_seq = self._place
        self._closed_ms = None

    async def _take(self, history: History, entry: Entry) -> None:
        judgement = self._derivation.take(entry.reading)
        self._reached = entry.seq
        if entry.seq > self._told:
            self._told = entry.seq
            self._on_judged(entry, judgement)
        if self._is_due(entry.reading):
            await self._write(history, entry)
        if entry.seq % CATCH_UP_ENTRIES == 0 and self._journal.last_seq > entry.seq:
            await asyncio.sleep(CATCH_UP_PAUSE_S)

    def _is_due(self, reading: Reading) -> bool:
        """Whether another hour is over; a clock that was set back is another hour too."""
        closed = closed_ms(to_ms(reading.received_at))
        before, self._closed_ms = self._closed_ms, closed
        return before is not None and before != closed

    async def _write(self, history: History, entry: Entry) -> None:
        """A number means one entry for ever only once it is durable."""
        if self._journal.durable_seq < entry.seq:
            await asyncio.to_thread(self._journal.commit)
        self._unwritten += self._derivation.harvest(entry.reading.received_at)
        if self._journal.durable_seq < entry.seq:  # its disk refuses, and the journal says so
            self._refuse()
            return
        if self._refused > KEPT_HOURS:
            raise _BeginAgainError
        try:
            state = self._derivation.state()
            await asyncio.to_thread(history.write, self._unwritten, entry.seq, state)
        except HistoryDiskError as error:
            self._tell(error.text)
            self._refuse()
            return
        self._unwritten.clear()
        self._refused = 0
        self._place = self._journal.processed_seq = entry.seq
        if self._trouble is not None:
            self._trouble = None
            self._reports.say(logging.INFO, _OVER)

    def _refuse(self) -> None:
        """The next hour tries again; after many nothing more is kept: the journal has it all."""
        self._refused += 1
        if self._refused > KEPT_HOURS:
            self._unwritten.clear()

    def _tell(self, trouble: Text) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._reports.say(logging.WARNING, _TROUBLE, what=trouble)
