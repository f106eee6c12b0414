"""Hourly statistics of energy: what Home Assistant has, what it should have, and the difference.

A row is an hour: ``state`` is the total at its end, ``sum`` grows with it from any beginning, so
``sum - state`` is the same in every row of an entity that Home Assistant records itself. What is
missing is written with that difference; so the rows before, the rows between and whatever Home
Assistant records next fit together. Rows are known by their hour: writing them again changes
nothing. All energies are whole Wh. The reasons: docs/adr/0017-home-assistant.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from telewatt.rollup.series import EnergyRow
from telewatt.rollup.total import Quality

HOUR = timedelta(hours=1)
TOLERANCE_WH = 100
"""Home Assistant notes a total some seconds earlier or later; nothing adds up from that."""
UNITS = {"Wh": 1, "kWh": 1000, "MWh": 1_000_000}
ROWS_AT_ONCE = 1000
YEARS = range(1970, 2200)
"""Of a row; another one is no row."""


class Point(NamedTuple):
    """What Home Assistant knows of a statistic at one moment, in Wh."""

    at: datetime
    state: int
    sum: int


class Hour(NamedTuple):
    """One row: the hour from ``start`` on; total and sum at its end, in Wh."""

    start: datetime
    state: int
    sum: int


def hours_of(rows: Sequence[EnergyRow], anchor: Point, after_wh: int) -> list[tuple[Hour, Quality]]:
    """The rows that these hours should have, ascending.

    Args:
        rows: of one counter, whole hours without holes; what is not known at either end is left
            out.
        anchor: what Home Assistant knows.
        after_wh: energy from the end of the last hour until the anchor; negative if the anchor is
            earlier.
    """
    found: list[tuple[Hour, Quality]] = []
    left = -after_wh  # from the anchor on, up to the end of the hour
    for row in reversed(rows):
        if row.wh is None:
            continue
        hour = Hour(row.start, anchor.state + left, anchor.sum + left)
        found.append((hour, row.quality))
        left -= row.wh
    return found[::-1]


def missing_of(
    wanted: Iterable[tuple[Hour, Quality]], present: Mapping[datetime, Hour]
) -> tuple[list[Hour], list[Hour]]:
    """Those that are not there, and those that are there with another value.

    What was measured corrects; what is only spread over a gap of ours does not.
    """
    new, other = [], []
    for hour, quality in wanted:
        known = present.get(hour.start)
        if known is None:
            new.append(hour)
        elif quality is Quality.MEASURED and abs(known.sum - hour.sum) > TOLERANCE_WH:
            other.append(hour)
    return new, other


def row_json(hour: Hour, unit: str) -> dict[str, Any]:
    """As ``recorder/import_statistics`` takes it."""
    return {
        "start": hour.start.isoformat(),
        "state": _in(hour.state, unit),
        "sum": _in(hour.sum, unit),
    }


def metadata_json(
    statistic_id: str, unit: str, name: str | None, version: tuple[int, int]
) -> dict[str, Any]:
    """As ``recorder/import_statistics`` takes it.

    Args:
        unit: that in which Home Assistant keeps the statistic.
        name: of a statistic of our own; ``None`` for an entity's.
        version: of Home Assistant.
    """
    external = ":" in statistic_id
    told: dict[str, Any] = {
        "has_mean": False,
        "has_sum": True,
        "name": name if external else None,
        "source": statistic_id.partition(":")[0] if external else "recorder",
        "statistic_id": statistic_id,
        "unit_of_measurement": unit,
    }
    if version >= (2025, 11):
        told |= {"mean_type": 0, "unit_class": "energy"}
    return told


def points_of(rows: Iterable[Mapping[str, Any]]) -> list[Point]:
    """The ends of the rows of ``recorder/statistics_during_period``, asked for in Wh."""
    return [
        Point(_time(row["end"]), round(row["state"]), round(row["sum"]))
        for row in rows
        if row.get("state") is not None and row.get("sum") is not None
    ]


def hours_present(rows: Iterable[Mapping[str, Any]]) -> dict[datetime, Hour]:
    """The rows of ``recorder/statistics_during_period``, asked for by hour and in Wh."""
    return {
        _time(row["start"]): Hour(
            _time(row["start"]), round(row.get("state") or 0), round(row["sum"])
        )
        for row in rows
        if row.get("sum") is not None
    }


def _time(milliseconds: float) -> datetime:
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    if at.year not in YEARS:
        raise ValueError(f"{at:%Y-%m-%d}")
    return at


def _in(wh: int, unit: str) -> float:
    scale = UNITS[unit]
    return wh if scale == 1 else wh / scale
