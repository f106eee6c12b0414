"""Roll-ups as rows: one row an interval and meter, one column or more a quantity.

Of a counter: the energy and its quality; of a momentary value: least, mean and greatest; what is
not known is empty. An interval of which nothing is known has no row.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from telewatt.exchange.tables import DECIMAL, NUMBER, WORD, Column, Row, time_cells, time_columns
from telewatt.quantity import KNOWN
from telewatt.rollup import Step
from telewatt.rollup.series import COUNTS, EnergyRow, GaugeRow, Series, is_counter

Ask = Callable[[str, str, datetime, datetime, Step], Series]
"""``(who, quantity, start, end, step)``; see ``History.series``."""
_FINE = (Step.MINUTE, Step.QUARTER, Step.HOUR)


def in_order(quantities: Sequence[str] | set[str]) -> list[str]:
    """These quantities in the order of their table."""
    return [name for name in KNOWN if name in quantities]


def columns_of(quantities: Sequence[str]) -> list[Column]:
    """The columns of these quantities."""
    columns = [*time_columns("start"), *time_columns("end"), Column("who", WORD)]
    for name in quantities:
        if is_counter(name):
            columns += [Column(name, NUMBER), Column(f"{name}_quality", WORD)]
        elif name in COUNTS:
            columns.append(Column(name, NUMBER))
        else:
            columns += [Column(f"{name}_min", NUMBER), Column(f"{name}_mean", DECIMAL)]
            columns.append(Column(f"{name}_max", NUMBER))
    return columns


def rows_of_series(
    ask: Ask,
    names: Sequence[tuple[str, str]],
    quantities: Sequence[str],
    start: datetime,
    end: datetime,
    step: Step,
) -> Iterator[Row]:
    """The rows of ``[start, end)``, ascending by time, in little memory.

    Args:
        names: what ``ask`` calls a meter or site, and what the rows shall call it.
    """
    if step not in _FINE:
        yield from _rows(ask, names, quantities, start, end, step)
        return
    for day in _rows(ask, names, quantities, start, end, Step.DAY):
        day_start, day_end = day[0], day[2]
        if day_end > start:  # a day of several meters has several rows
            start = max(start, day_start)
            yield from _rows(ask, names, quantities, start, min(end, day_end), step)
            start = day_end


def _rows(
    ask: Ask,
    names: Sequence[tuple[str, str]],
    quantities: Sequence[str],
    start: datetime,
    end: datetime,
    step: Step,
) -> Iterator[Row]:
    found = [
        (title, [ask(who, name, start, end, step) for name in quantities]) for who, title in names
    ]
    for number in range(len(found[0][1][0].rows)):
        for title, series in found:
            rows = [each.rows[number] for each in series]
            if any(map(_is_known, rows)):
                yield _row(title, rows)


def _row(title: str, rows: Sequence[Any]) -> Row:
    cells: list[Any] = [*time_cells(rows[0].start), *time_cells(rows[0].end), title]
    for row in rows:
        if isinstance(row, EnergyRow):
            cells += [row.wh, str(row.quality)]
        elif isinstance(row, GaugeRow):
            cells += [row.min, row.mean, row.max]
        else:
            cells.append(row.number)
    return cells


def _is_known(row: Any) -> bool:
    if isinstance(row, EnergyRow):
        return row.wh is not None
    return bool(row.samples if isinstance(row, GaugeRow) else row.number)
