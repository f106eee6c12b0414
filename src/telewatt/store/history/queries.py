"""Series and energies of a meter, a site or a virtual meter, from one state of the file."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from telewatt.rollup import Level, Step, Summary
from telewatt.rollup.calendar import floor_ms
from telewatt.rollup.chunk import Gauges
from telewatt.rollup.formula import Formula, Term
from telewatt.rollup.instant import ALWAYS, to_ms
from telewatt.rollup.rows import (
    BothRows,
    Counts,
    OpenRows,
    Row,
    Rows,
    join_counts,
    join_gauges,
)
from telewatt.rollup.series import (
    COUNTS,
    CountRow,
    EnergyRow,
    GaugeRow,
    Series,
    count_rows,
    energy_rows,
    gather,
    gauge_rows,
    intervals,
    is_counter,
    level_of,
    sum_counts,
    sum_energies,
    sum_gauges,
)
from telewatt.rollup.total import Energy, Quality, chain, measure
from telewatt.store.history import imports, meters
from telewatt.store.history.faults import UnknownNameError
from telewatt.store.history.shelf import Shelf

OpenPart = Mapping[str, Mapping[int, Summary]]
"""By meter, summaries of minutes that are not written yet, by start in milliseconds."""
_NO_METER = 0  # the number of none: a meter that has no row yet
_Part = tuple[int, int, Sequence[Rows]]
"""From when, until when, and the rows of the origins of one meter, the journal's first."""


class Query:
    """Answers from one state of the file.

    Args:
        connection: inside a transaction.
        virtual: formulas by name.
        open_part: what the service has not written yet.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        virtual: Mapping[str, Formula],
        open_part: OpenPart | None = None,
    ) -> None:
        self._connection, self._virtual = connection, virtual
        self._open = open_part or {}

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        """See `History.energy`."""
        at = [to_ms(start), to_ms(end)]
        if at[0] >= at[1]:
            return Energy(0, Quality.MEASURED)
        (energy,) = self._energies(self._terms(who), quantity, at)
        return energy

    def series(
        self, who: str, quantity: str, start: datetime, end: datetime, step: Step | int
    ) -> Series:
        """See `History.series`."""
        at, terms = intervals(step, start, end), self._terms(who)
        level = level_of(step, at)
        rows: Sequence[EnergyRow] | Sequence[GaugeRow] | Sequence[CountRow]
        if is_counter(quantity):
            rows = energy_rows(at, self._energies(terms, quantity, at))
        elif quantity in COUNTS:
            rows = sum_counts([self._count_rows(term.name, quantity, level, at) for term in terms])
        else:
            rows = self._gauge_rows(terms, quantity, level, at)
        return Series(who, quantity, step, rows)

    def quantities(self, who: str) -> set[str]:
        """See `History.quantities`."""
        found = [
            {
                name
                for *_, origins in self._parts(term.name)
                for o in origins
                for name in o.quantities()
            }
            for term in self._terms(who)
        ]
        return set.intersection(*found) | set(COUNTS)

    def numbers(self, who: str) -> set[int]:
        """The numbers of all meters in it."""
        return {number for term in self._terms(who) for _, _, number, _ in self._members(term.name)}

    # -- what a name means -----------------------------------------------------------------------

    def _terms(self, who: str) -> Formula:
        return self._virtual.get(who) or (Term(1, who),)

    def _members(self, name: str) -> list[tuple[int, int, int, str]]:
        """The meters of a site, or a meter alone: from when, until when, number and name."""
        if found := meters.members(self._connection, name):
            return found
        number = meters.find(self._connection, name)
        if number is not None:
            return [(*ALWAYS, number, name)]
        if name in self._open:
            return [(*ALWAYS, _NO_METER, name)]
        raise UnknownNameError(name=name, known=", ".join(self._known()) or "-")

    def _known(self) -> list[str]:
        found = meters.list_meters(self._connection)
        sites = {site for meter in found for site in meter.sites}
        return [*sorted(self._virtual), *sorted(sites), *(meter.name for meter in found)]

    def _parts(self, name: str) -> list[_Part]:
        return [
            (start, end, self._origins(number, meter))
            for start, end, number, meter in self._members(name)
        ]

    def _origins(self, number: int, meter: str) -> list[Rows]:
        own: Rows = Shelf(self._connection, number)
        if minutes := self._open.get(meter):
            own = BothRows(own, OpenRows(minutes))
        others = imports.origins(self._connection, number)
        return [own, *(Shelf(self._connection, number, origin) for origin in others)]

    # -- rows ------------------------------------------------------------------------------------

    def _energies(self, terms: Formula, quantity: str, at: Sequence[int]) -> list[Energy]:
        found = []
        for term in terms:
            parts = [
                (start, end, measure(origins, quantity))
                for start, end, origins in self._parts(term.name)
            ]
            found.append(chain(parts, at))
        return found[0] if len(found) == 1 else sum_energies(terms, found)

    def _gauge_rows(
        self, terms: Formula, quantity: str, level: Level, at: Sequence[int]
    ) -> list[GaugeRow]:
        def read(rows: Rows, start_ms: int, end_ms: int) -> Gauges:
            return rows.gauges(quantity, level, start_ms, end_ms)

        gathered = [self._gather(term.name, read, level, at, join_gauges) for term in terms]
        found = [gauge_rows(at, each) for each in gathered]
        return found[0] if len(found) == 1 else sum_gauges(terms, found)

    def _count_rows(
        self, name: str, quantity: str, level: Level, at: Sequence[int]
    ) -> list[CountRow]:
        def read(rows: Rows, start_ms: int, end_ms: int) -> Counts:
            return rows.counts(level, start_ms, end_ms)

        return count_rows(at, self._gather(name, read, level, at, join_counts), quantity)

    def _gather(
        self,
        name: str,
        read: Callable[[Rows, int, int], Sequence[list[int]]],
        level: Level,
        at: Sequence[int],
        join: Callable[[Sequence[Row]], Row],
    ) -> dict[int, Row]:
        """By number of interval, what the meters in it hold: the first origin that has anything."""
        found: dict[int, Row] = {}
        for start, end, origins in self._parts(name):
            start_ms, end_ms = max(at[0], floor_ms(level.step, start)), min(at[-1], end)
            of_meter: dict[int, Row] = {}
            for rows in origins if start_ms < end_ms else ():
                of_meter = gather(read(rows, start_ms, end_ms), at, join) | of_meter
            for number, row in of_meter.items():
                found[number] = join((found[number], row)) if number in found else row
        return found
