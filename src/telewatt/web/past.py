"""What is past, for one question: the history's file, and what it does not hold yet.

The file and the open part must fit together: a question during which the service wrote an hour is
asked again.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

from telewatt.derivation import Judged
from telewatt.entities import Profile
from telewatt.language import Text
from telewatt.rollup import Step
from telewatt.rollup.formula import Formula
from telewatt.rollup.series import COUNTS, Series
from telewatt.rollup.total import Energy
from telewatt.situation import Present, Situation
from telewatt.store.history import (
    History,
    HistoryError,
    HistoryMovedError,
    Join,
    Meter,
    UnknownNameError,
)
from telewatt.truth import Event
from telewatt.web.errors import AnswerError
from telewatt.web.household import Household, OpenPart
from telewatt.web.linewatch import LineCounts
from telewatt.web.newest import HeardMeter, Newest

_UNKNOWN = Text(
    "{name}: neither a site, nor a meter, nor a virtual meter; api/v1/meters lists what there is",
    "{name} : ni site, ni compteur, ni compteur virtuel ; api/v1/meters liste ce qu'il y a",
)
_T = TypeVar("_T")


class MovedError(Exception):
    """The service wrote an hour meanwhile: ask again, with the new open part."""


class Known(NamedTuple):
    """What the meters said, at the moment of the question.

    Attributes:
        recent: the entries of this hour that have events.
        lines: what was counted on every line.
    """

    newest: Newest
    heard: Mapping[str, HeardMeter]
    presents: Mapping[str, Present]
    recent: Sequence[Judged]
    lines: Sequence[LineCounts]


class Files(threading.local):
    """The history as each thread has opened it."""

    def __init__(self, house: Household) -> None:
        self._house = house
        self._history: History | None = None

    def history(self) -> History:
        """The open file. Raises HistoryError."""
        if self._history is None:
            virtual = self._house.config.formulas
            self._history = History.open(self._house.history, writable=False, virtual=virtual)
        return self._history

    def forget(self) -> None:
        """The file is another one now."""
        if self._history is not None:
            self._history.close()
            self._history = None


class Past:
    """Answers one question, in one thread.

    Attributes:
        house: whose past it is.
        now: the moment of the question, aware UTC.
        known: what the meters said.
    """

    def __init__(
        self, house: Household, files: Files, open_part: OpenPart, known: Known, now: datetime
    ) -> None:
        self.house, self.now, self.known = house, now, known
        self._files, self._open = files, open_part

    @property
    def place(self) -> int:
        """The last entry that is in the history's file."""
        return self._open.place

    @cached_property
    def virtual(self) -> Mapping[str, Formula]:
        """The virtual meters."""
        return self.house.config.formulas

    # -- names -------------------------------------------------------------------------------------

    def joins(self) -> list[Join]:
        """The joins of all sites that hold."""
        return [join for join in self._ask(History.joins) if join.undone is None]

    def meters(self) -> list[Meter]:
        """All meters ever seen or imported, those of this hour too."""
        meters = {meter.name: meter for meter in self._ask(History.meters)}
        sites = {join.site for join in self.joins()}
        for name, heard in self.known.heard.items():
            known = meters.get(name)
            if known is None:  # the first meter of a line will be the first of its site
                first = name != heard.line and heard.line not in sites
                new = (heard.line,) if first else ()
                meters[name] = Meter(name, heard.line, (heard.mode,), heard.first, heard.last, new)
                sites.update(new)
            else:
                modes = tuple(sorted({*known.modes, heard.mode}))
                meters[name] = known._replace(source=heard.line, modes=modes, last_seen=heard.last)
        return list(meters.values())

    def members(self, who: str) -> list[Meter]:
        """The meters that this name means; none of a virtual one."""
        return [meter for meter in self.meters() if who in (meter.name, *meter.sites)]

    def newest_meter(self, who: str) -> str | None:
        """The meter of this name that was seen last."""
        members = self.members(who)
        seen = [meter for meter in members if meter.last_seen is not None]
        if not seen:
            return members[-1].name if members else None
        return max(seen, key=lambda meter: str(meter.last_seen)).name

    def present(self, who: str) -> Present | None:
        """What the meter of this name said last since the service began."""
        return self.known.presents.get(self.newest_meter(who) or "")

    def situation(self, who: str) -> Situation | None:
        """What holds now."""
        present = self.present(who)
        return None if present is None else present.situation

    def profile(self, who: str) -> Profile | None:
        """What this meter sends."""
        present = self.present(who)
        return None if present is None else present.profile

    def _in_history(self, who: str) -> str:
        """What the history calls it: a site that is not in it yet is its meter.

        Raises:
            AnswerError: nothing has this name.
        """
        if who in self.virtual:
            return who
        written = {meter.name for meter in self._ask(History.meters)}
        written |= {join.site for join in self.joins()}
        if who in written or who in self._open.minutes:
            return who
        for meter in self.members(who):
            if meter.name in self._open.minutes or meter.name in written:
                return meter.name
        raise AnswerError(404, "unknown_who", _UNKNOWN.fill(name=who))

    # -- questions: see `History` ------------------------------------------------------------------

    def series(
        self, who: str, quantity: str, start: datetime, end: datetime, step: Step | int
    ) -> Series:
        """See `History.series`."""
        name, minutes = self._in_history(who), self._open.minutes
        return self._ask(
            lambda history: history.series(name, quantity, start, end, step, open_part=minutes)
        )

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        """See `History.energy`."""
        name, minutes = self._in_history(who), self._open.minutes
        return self._ask(
            lambda history: history.energy(name, quantity, start, end, open_part=minutes)
        )

    def quantities(self, who: str) -> set[str]:
        """Everything `series` can be asked for."""
        try:
            found = self._ask(lambda history: history.quantities(who))
        except AnswerError:
            found = set(COUNTS)
        for meter in self.members(who):
            for summary in self._open.minutes.get(meter.name, {}).values():
                found |= {*summary.counters, *summary.gauges}
        return found

    def events(
        self, who: str, start: datetime | None, end: datetime | None
    ) -> list[tuple[str, Event]]:
        """The meter and the event, ascending, of those in the file."""
        try:
            return self._ask(lambda history: history.events(who, start, end))
        except AnswerError:
            return []

    def first_seen(self, names: Sequence[str]) -> datetime | None:
        """When the first of these meters was first seen."""
        sites = [term.name for who in names for term in self.virtual.get(who, ())] or names
        seen = [
            meter.first_seen
            for who in sites
            for meter in self.members(who)
            if meter.first_seen is not None
        ]
        return min(seen, default=None)

    def _ask(self, question: Callable[[History], _T]) -> _T:
        try:
            history = self._files.history()
            answer = question(history)
            if history.place() != self._open.place:
                raise MovedError
        except UnknownNameError as error:
            raise AnswerError(404, "unknown_who", error.text) from error
        except HistoryMovedError as error:
            self._files.forget()
            raise MovedError from error
        except HistoryError as error:
            self._files.forget()
            raise AnswerError(503, "unavailable", error.text, retry_s=5) from error
        return answer
