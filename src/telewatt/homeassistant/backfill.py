"""Compares a history with the statistics of Home Assistant, and writes what is missing there."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from telewatt.entities import ORIGIN, Device, Entity, unique_id
from telewatt.homeassistant.client import HomeAssistant, understood
from telewatt.homeassistant.mqtt import entity_ids
from telewatt.homeassistant.statistics import (
    HOUR,
    ROWS_AT_ONCE,
    UNITS,
    Hour,
    Point,
    hours_of,
    hours_present,
    metadata_json,
    missing_of,
    points_of,
    row_json,
)
from telewatt.language import Language
from telewatt.quantity import REGISTERS
from telewatt.rollup import Step
from telewatt.rollup.series import Series
from telewatt.rollup.total import Energy

CLOSED = timedelta(minutes=10)
"""So long after its end Home Assistant has written its own row of an hour."""
RECENT = timedelta(hours=3)
"""The rows of five minutes that are looked at for what Home Assistant knows now."""
MONTH = timedelta(days=33)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
WANTED = ("import_wh", "export_wh", *REGISTERS)


class Known(Protocol):
    """A meter."""

    @property
    def name(self) -> str:
        """Its identity."""

    @property
    def source(self) -> str:
        """The section that reads it, or has."""


class Books(Protocol):
    """What is known of the past; asked in threads."""

    def meters(self) -> Sequence[Known]:
        """All meters ever seen."""

    def quantities(self, meter: str) -> set[str]:
        """Everything `series` can be asked for."""

    def series(self, who: str, quantity: str, start: datetime, end: datetime, step: Step) -> Series:
        """See `telewatt.store.history.History.series`."""

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        """See `telewatt.store.history.History.energy`."""


class Statistic(NamedTuple):
    """One statistic of Home Assistant, and what of ours it shows.

    Attributes:
        id: of the entity, or of a statistic of our own.
        unit: that in which Home Assistant keeps it.
        name: of a statistic of our own.
    """

    meter: str
    source: str
    quantity: str
    id: str
    unit: str = "Wh"
    name: str | None = None

    @property
    def is_external(self) -> bool:
        """Whether it is a statistic of our own."""
        return ":" in self.id


class Change(NamedTuple):
    """What is to be written into one statistic.

    Attributes:
        new, corrected: rows that are missing, and rows that are there with another value.
        shift_wh: what is added to all sums from the first of our hours on, so that they begin
            at 0.
        since: the first of our hours.
        unrecorded: Home Assistant has not recorded anything of it yet: later.
    """

    statistic: Statistic
    new: Sequence[Hour] = ()
    corrected: Sequence[Hour] = ()
    shift_wh: int = 0
    since: datetime | None = None
    unrecorded: bool = False

    @property
    def rows(self) -> int:
        """How many are written."""
        return len(self.new) + len(self.corrected)


class Comparison:
    """Compares.

    Args:
        sections: of the meters that are being read.
        own: for statistics of our own instead of those of the entities, which energies they show,
            by meter and section.
        language: of their names.
    """

    def __init__(
        self,
        home: HomeAssistant,
        books: Books,
        sections: Collection[str],
        *,
        own: Mapping[tuple[str, str], Sequence[Entity]] | None,
        language: Language,
    ) -> None:
        self._home, self._books, self._sections = home, books, sections
        self._own, self._language = own, language

    async def changes(self, now: datetime, since: datetime | None = None) -> list[Change]:
        """What is to be written, by statistic; also where that is nothing.

        Args:
            since: hours before are left as they are.
        """
        return [await self._change(each, now, since) for each in await self.statistics()]

    async def statistics(self) -> list[Statistic]:
        """The statistics of energies of ours."""
        found = await asyncio.to_thread(lambda: list(self._energies()))
        if self._own is not None:
            return [own for each in found if (own := self._own_of(each)) is not None]
        entities = await entity_ids(self._home)
        units = await self._units()
        return [
            each._replace(id=entity, unit=units.get(entity, each.unit))
            for each in found
            if (entity := entities.get(unique_id(each.meter, each.quantity))) is not None
            and units.get(entity, each.unit) in UNITS
        ]

    async def apply(self, change: Change) -> None:
        """Write it. A second time changes nothing."""
        statistic = change.statistic
        if change.shift_wh and change.since is not None and not change.unrecorded:
            await self._home.ask(
                "recorder/adjust_sum_statistics",
                statistic_id=statistic.id,
                start_time=change.since.isoformat(),
                adjustment=change.shift_wh / UNITS[statistic.unit],
                adjustment_unit_of_measurement=statistic.unit,
            )
        rows = sorted((*change.new, *change.corrected))
        metadata = metadata_json(statistic.id, statistic.unit, statistic.name, self._home.version)
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            some = [row_json(row, statistic.unit) for row in rows[begin : begin + ROWS_AT_ONCE]]
            await self._home.ask("recorder/import_statistics", metadata=metadata, stats=some)

    # -- one statistic -----------------------------------------------------------------------

    def _energies(self) -> Iterator[Statistic]:
        for meter in self._books.meters():
            if meter.source in self._sections:
                known = self._books.quantities(meter.name)
                yield from (
                    Statistic(meter.name, meter.source, quantity, "")
                    for quantity in WANTED
                    if quantity in known
                )

    def _own_of(self, of: Statistic) -> Statistic | None:
        """Ours for this energy, if it is shown; a small id after a source and a colon."""
        shown = (self._own or {}).get((of.meter, of.source), ())
        entity = next((each for each in shown if each.key == of.quantity), None)
        if entity is None:
            return None
        own = unique_id(of.meter, of.quantity).removeprefix(f"{ORIGIN}_").lower()
        device = Device(of.meter, of.source, "", "", "")
        return of._replace(
            id=f"{ORIGIN}:{own}", name=f"{device.name} {entity.name.of(self._language)}"
        )

    async def _change(self, of: Statistic, now: datetime, since: datetime | None) -> Change:
        end = _floor(now - CLOSED)
        first = await asyncio.to_thread(self._first_hour, of, end)
        if first is None:
            return Change(of)
        start = max(first, _floor(since)) if since is not None else first
        if start >= end:
            return Change(of, since=start)
        present = await self._present(of, start, end)
        anchor = await self._anchor(of, present, start, now)
        if anchor is None:
            return Change(of, since=start, unrecorded=True)
        rows, after_wh = await asyncio.to_thread(self._hours, of, start, end, anchor)
        wanted = await asyncio.to_thread(hours_of, rows, anchor, after_wh)
        if not wanted:
            return Change(of, since=start)
        new, corrected = await asyncio.to_thread(missing_of, wanted, present)
        shift_wh = 0
        if not await self._is_older(of, start):
            known = next(row.wh for row in rows if row.wh is not None)
            begin = wanted[0][0]
            if begin not in (*new, *corrected):  # a row within the tolerance stays as it is
                begin = present[begin.start]
            shift_wh = known - begin.sum
        return Change(of, _shifted(new, shift_wh), _shifted(corrected, shift_wh), shift_wh, start)

    async def _is_older(self, of: Statistic, start: datetime) -> bool:
        """Whether Home Assistant has rows before; its months are whole ones, whatever is asked."""
        if await self._rows(of, start - MONTH, start, "hour"):
            return True
        months = await self._points(of, EARLIEST, start - MONTH, "month")
        return any(point.at <= start for point in months)

    async def _anchor(
        self, of: Statistic, present: Mapping[datetime, Hour], start: datetime, now: datetime
    ) -> Point | None:
        """The newest thing that Home Assistant knows; where all is ours, the beginning."""
        if not of.is_external:
            recent = await self._points(of, now - RECENT, None, "5minute")
            if recent:
                return recent[-1]
        hours = present
        if not hours:
            hours = await self._present(of, EARLIEST, None)
        if hours:
            last = hours[max(hours)]
            return Point(last.start + HOUR, last.state, last.sum)
        return Point(start, 0, 0) if of.is_external else None

    def _hours(
        self, of: Statistic, start: datetime, end: datetime, anchor: Point
    ) -> tuple[list[Any], int]:
        rows = self._books.series(of.meter, of.quantity, start, end, Step.HOUR).rows
        begin, stop = sorted((end, anchor.at))
        between = self._books.energy(of.meter, of.quantity, begin, stop).wh or 0
        return list(rows), between if anchor.at >= end else -between

    def _first_hour(self, of: Statistic, end: datetime) -> datetime | None:
        """The first hour of which something is known."""
        start, stop = EARLIEST, end
        for step in (Step.YEAR, Step.MONTH, Step.DAY, Step.HOUR):
            rows: Sequence[Any] = self._books.series(of.meter, of.quantity, start, stop, step).rows
            known = next((row for row in rows if row.wh is not None), None)
            if known is None:
                return None
            start, stop = known.start, min(known.end, end)
        return start

    async def _present(
        self, of: Statistic, start: datetime, end: datetime | None
    ) -> dict[datetime, Hour]:
        rows = await self._rows(of, start, end, "hour")
        with understood():  # ten years are a second on a small machine: not in the loop
            return await asyncio.to_thread(hours_present, rows)

    async def _points(
        self, of: Statistic, start: datetime, end: datetime | None, period: str
    ) -> list[Point]:
        with understood():
            return points_of(await self._rows(of, start, end, period))

    async def _rows(
        self, of: Statistic, start: datetime, end: datetime | None, period: str
    ) -> list[dict[str, Any]]:
        found = await self._home.ask(
            "recorder/statistics_during_period",
            start_time=start.isoformat(),
            **({} if end is None else {"end_time": end.isoformat()}),
            statistic_ids=[of.id],
            period=period,
            units={"energy": "Wh"},
            types=["state", "sum"],
        )
        with understood():
            return list(found.get(of.id, ()))

    async def _units(self) -> dict[str, str]:
        """Those in which Home Assistant keeps its sums, by statistic."""
        listed = await self._home.ask("recorder/list_statistic_ids", statistic_type="sum")
        with understood():
            return {
                str(each["statistic_id"]): str(each["statistics_unit_of_measurement"])
                for each in listed
            }


def _shifted(hours: Sequence[Hour], shift_wh: int) -> list[Hour]:
    return [hour._replace(sum=hour.sum + shift_wh) for hour in hours]


def _floor(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
