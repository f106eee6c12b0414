"""Load curves and daily energies: rows of a table become intervals with their energy in Wh.

Rules:
- A load curve gives mean powers, each at the *end* of its interval (the new workbooks give both
  ends). The interval begins at the stamp before, at most one step earlier; steps of 5 to 60
  minutes may change inside a file.
- A value that is missing is a hole, never zero.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from telewatt.exchange import texts
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.measures import Interval
from telewatt.exchange.stamps import instants, midnight, parse_number, parse_stamp
from telewatt.exchange.table import Row, Table

STEPS = range(5, 61, 5)  # minutes
POWER_MAX_W = 300_000
"""No meter that telewatt reads measures more: such a value has another unit than its file says."""
UNITS = {"w": Fraction(1), "kw": Fraction(1000), "wh": Fraction(1), "kwh": Fraction(1000)}
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_USUAL = 30 * _MINUTE


class Value(NamedTuple):
    """One row: its stamp as written, its value in the table's unit; ``None``: not measured."""

    line: int
    stamp: datetime
    value: Fraction | None


def between_stamps(table: Table, unit: str) -> Iterator[Interval]:
    """The intervals of a curve with a column for either end.

    Raises:
        NotImportableError: a row that is no value of a curve.
    """
    values = list(_values(table, "start"))
    starts = instants([value.stamp for value in values])
    ends = instants([end.stamp for end in _values(table, "end")])
    for value, start, end in zip(values, starts, ends, strict=True):
        if value.value is not None:
            yield _interval(value, start, start + _step_between(value, start, end), unit)


def _step_between(value: Value, start: datetime, end: datetime) -> timedelta:
    """In the autumn night a stamp may mean the hour before or after."""
    for step in (end - start, end - start + _HOUR, end - start - _HOUR):
        if step // _MINUTE in STEPS:
            return step
    raise NotImportableError(texts.NO_STEP, value.line, minutes=(end - start) // _MINUTE)


def up_to_stamps(table: Table, unit: str, declared: timedelta | None) -> Iterator[Interval]:
    """The intervals of a curve that gives their ends only.

    Args:
        table: with a column ``end``.
        unit: a key of ``UNITS``.
        declared: the step the file says it has; steps are never longer.

    Raises:
        NotImportableError: a row that is no value of a curve.
    """
    return _intervals(list(_values(table, "end")), unit, declared)


def under_days(table: Table, unit: str) -> Iterator[Interval]:
    """The intervals of a curve where the day has a line of its own above its times.

    00:00 is the end of the day it stands under.

    Raises:
        NotImportableError: a row that is neither a day nor a value of a curve.
    """
    values, day = [], None
    for row in table.rows:
        cell = table.cell(row, "end")
        if (stamp := parse_stamp(cell)) is not None:
            day = stamp.date()
            continue
        time = re.fullmatch(r"([01]\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?", cell)
        stamp = parse_stamp(f"{day} {'24:00' if cell.startswith('00:00') else cell}")
        if day is None or time is None or stamp is None:
            raise NotImportableError(texts.NO_TIME, row.line, found=cell)
        values.append(Value(row.line, stamp, number(table, row, "value")))
    return _intervals(values, unit, None)


def days(table: Table, column: str, unit: str) -> Iterator[Interval]:
    """Daily energies: civil days of Paris, which have 23 to 25 hours.

    Raises:
        NotImportableError: a row that is no day with its energy.
    """
    for value in _values(table, column):
        if (value.stamp.hour, value.stamp.minute) != (0, 0):
            raise NotImportableError(texts.NO_DAY, value.line)
        day = value.stamp.date()
        if value.value is not None:
            yield _interval(value, midnight(day), midnight(day + _DAY), unit)


def number(table: Table, row: Row, column: str) -> Fraction | None:
    """The value of a cell; ``None`` for none.

    Raises:
        NotImportableError: no number, a negative one, or a row that is cut off.
    """
    cell = table.cell(row, column)
    table.cell(row, "nature")  # a row that is cut off behind its value may have lost digits of it
    try:
        value = parse_number(cell)
    except ValueError:
        raise NotImportableError(texts.NO_NUMBER, row.line, found=cell) from None
    if value is not None and value < 0:
        raise NotImportableError(texts.NEGATIVE, row.line, found=cell)
    return value


def _values(table: Table, column: str) -> Iterator[Value]:
    for row in table.rows:
        cell = table.cell(row, column)
        stamp = parse_stamp(cell)
        if stamp is None:
            raise NotImportableError(texts.NO_TIME, row.line, found=cell)
        yield Value(row.line, stamp, number(table, row, "value"))


def _interval(value: Value, start: datetime, end: datetime, unit: str) -> Interval:
    assert value.value is not None
    hours = Fraction(int((end - start).total_seconds()), 3600)
    wh = value.value * UNITS[unit] * (1 if unit.endswith("h") else hours)
    if wh > POWER_MAX_W * hours:
        found = f"{float(value.value):g} {unit}"
        raise NotImportableError(texts.TOO_MUCH, value.line, found=found)
    return Interval(start, end, wh, value.line)


def _intervals(
    values: Sequence[Value], unit: str, declared: timedelta | None
) -> Iterator[Interval]:
    if not values:
        return
    ends = instants([value.stamp for value in values])
    stamps = sorted(set(ends))
    steps = dict(zip(stamps, _steps(stamps, declared), strict=True))
    for end, value in zip(ends, values, strict=True):
        minutes = steps[end] // _MINUTE
        if minutes not in STEPS:
            raise NotImportableError(texts.NO_STEP, value.line, minutes=minutes)
        if value.value is not None:
            yield _interval(value, end - steps[end], end, unit)


def _steps(stamps: Sequence[datetime], declared: timedelta | None) -> Iterable[timedelta]:
    """How long each value holds: the distance to the stamp before it, unless there is a hole.

    The step of the file changes where another distance comes twice. A shorter distance alone splits
    an interval; a longer one alone is a hole, and the value behind it holds for one step.
    """
    gaps = [late - early for early, late in pairwise(stamps)]
    usual = declared or (Counter(gaps).most_common(1)[0][0] if gaps else _USUAL)
    longest = declared or STEPS[-1] * _MINUTE
    step = gaps[0] if gaps and gaps[0] <= longest else usual
    yield step
    for gap, following in pairwise([*gaps, usual]):
        if gap <= longest and gap == following:
            step = gap
        elif gap > step and following <= longest:
            step = following
        yield min(gap, step)
