"""Folds what the truth engine says of the readings of one meter into summaries of minutes."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from telewatt.reading import Reading
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS, to_ms
from telewatt.rollup.minute import OpenMinute, from_json, to_json
from telewatt.rollup.order import Order, Verdict
from telewatt.rollup.summary import Summary
from telewatt.truth.judgement import Event, EventKind, Judgement

_LATE_MS = MINUTE_MS  # a total may be held back for three frames: an hour is closed a little later
_ASIDE_MAX = 60  # minutes kept while it is not known which clock is right


class Withdrawal(NamedTuple):
    """Totals that turned out to be wrong: those after one time until another.

    Attributes:
        quantity: the only one concerned; all if ``None``.
    """

    after_ms: int
    until_ms: int
    quantity: str | None = None


class Portion(NamedTuple):
    """What was folded of one meter since the last time, to be written in one piece.

    Attributes:
        meter: its identity.
        source: the section of the configuration it was last seen on; ``""`` if none.
        modes: the modes it was seen in.
        minutes: by start in milliseconds; to be merged into what is stored.
        withdrawals: to be carried out before, on what is stored.
        events: in order of recognition.
        closed_ms: all minutes before were given away, none after; ``None``: all there are.
    """

    meter: str
    source: str = ""
    modes: frozenset[str] = frozenset()
    minutes: Mapping[int, Summary] = MappingProxyType({})
    withdrawals: tuple[Withdrawal, ...] = ()
    events: tuple[Event, ...] = ()
    closed_ms: int | None = None


class Fold:
    """Summaries of one meter, minute by minute.

    Minutes stay open until `take` gives them away: totals may come late and clocks may be set back.
    """

    def __init__(self, meter: str) -> None:
        self.meter = meter
        self._source = ""
        self._modes: set[str] = set()
        self._open: dict[int, OpenMinute] = {}
        self._aside: dict[int, OpenMinute] = {}
        self._order = Order()
        self._withdrawals: list[Withdrawal] = []
        self._events: list[Event] = []

    @property
    def minutes(self) -> dict[int, Summary]:
        """The minutes not yet given away, by start in milliseconds: the open part of a query."""
        return {start: minute.freeze() for start, minute in sorted(self._open.items())}

    def add(self, reading: Reading, judgement: Judgement) -> None:
        """Fold one reading and what it is worth."""
        at_ms = to_ms(reading.received_at)
        self._source = reading.source
        self._modes.add(reading.frame.mode.value)
        minute = _minute_of(self._open, at_ms)
        minute.note_frame(reading.frame, at_ms)
        minute.note_gauges(judgement.gauges)
        for event in judgement.events:  # what they withdraw was settled before
            self._note(event)
        for settled in judgement.settled:
            self.settle(to_ms(settled.received_at), settled.totals)

    def settle(self, at_ms: int, totals: Mapping[str, int]) -> None:
        """Fold settled totals by quantity, alone where there is no frame (imported indexes)."""
        verdict = self._order.judge(at_ms)
        if verdict in (Verdict.TAKE, Verdict.RESTART):
            self._aside.clear()
        if verdict is Verdict.TAKE:
            _minute_of(self._open, at_ms).note_totals(at_ms, totals)
            return
        _minute_of(self._aside, at_ms).note_totals(at_ms, totals)
        if verdict is Verdict.OVERTURN:
            self._overturn()
        elif len(self._aside) > _ASIDE_MAX:
            del self._aside[min(self._aside)]

    def take(self, until: datetime | None = None) -> Portion:
        """What was folded and not yet given away: of the hours that are over, or everything.

        Args:
            until: the present; an hour is over one minute after its end. Without it: all.
        """
        limit_ms = None if until is None else closed_ms(to_ms(until))
        taken = [start for start in self._open if limit_ms is None or start < limit_ms]
        portion = Portion(
            self.meter,
            self._source,
            frozenset(self._modes),
            {start: self._open.pop(start).freeze() for start in sorted(taken)},
            tuple(self._withdrawals),
            tuple(self._events),
            limit_ms,
        )
        self._withdrawals.clear()
        self._events.clear()
        return portion

    def state(self) -> dict[str, Any]:
        """What to keep with the place in the journal, as JSON values; take everything due before.

        A fold restored from it goes on as this one would.
        """
        return {
            "source": self._source,
            "modes": sorted(self._modes),
            "runs": [list(run) for run in self._order.runs],
            "aside": self._order.aside and list(self._order.aside),
            "open": _to_json(self._open),
            "set_aside": _to_json(self._aside),
        }

    @classmethod
    def restore(cls, meter: str, state: Mapping[str, Any]) -> "Fold":
        """The fold whose `state` this is."""
        fold = cls(meter)
        fold._source, fold._modes = state["source"], set(state["modes"])
        fold._order = Order(state["runs"], state["aside"])
        fold._open = _from_json(state["open"])
        fold._aside = _from_json(state["set_aside"])
        return fold

    def _overturn(self) -> None:
        """The clock was ahead: what it said is withdrawn, what was set aside is taken."""
        self._withdraw(Withdrawal(*self._order.overturned))
        for start, minute in self._aside.items():
            found = self._open.get(start)
            summary = minute.freeze()
            self._open[start] = OpenMinute(found.freeze().merge(summary) if found else summary)
        self._aside.clear()

    def _note(self, event: Event) -> None:
        self._events.append(event)
        if event.kind is EventKind.RETRACTED:
            since_ms, until_ms = to_ms(event.since), to_ms(event.at)
            self._withdraw(Withdrawal(since_ms - 1, until_ms - 1, event.subject or None))

    def _withdraw(self, withdrawal: Withdrawal) -> None:
        self._withdrawals.append(withdrawal)
        for start, minute in self._open.items():
            if start + MINUTE_MS > withdrawal.after_ms and start <= withdrawal.until_ms:
                self._open[start] = OpenMinute(minute.freeze().without_totals(*withdrawal))


def closed_ms(now_ms: int) -> int:
    """The end of the last hour that is over for good."""
    return (now_ms - _LATE_MS) // HOUR_MS * HOUR_MS


def _minute_of(minutes: dict[int, OpenMinute], at_ms: int) -> OpenMinute:
    start = at_ms - at_ms % MINUTE_MS
    minute = minutes.get(start)
    if minute is None:
        minute = minutes[start] = OpenMinute()
    return minute


def _to_json(minutes: Mapping[int, OpenMinute]) -> list[list[Any]]:
    return [[start, to_json(minute.freeze())] for start, minute in sorted(minutes.items())]


def _from_json(values: list[list[Any]]) -> dict[int, OpenMinute]:
    return {start: OpenMinute(from_json(summary)) for start, summary in values}
