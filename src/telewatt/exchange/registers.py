"""Tables of index readings: one row a day, one column a register."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import floor

from telewatt.exchange import texts
from telewatt.exchange.curves import number
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.measures import Indexes
from telewatt.exchange.stamps import instants, parse_stamp
from telewatt.exchange.table import Row, Table, simple

COLUMNS = r"ea[si] (t|[fd][0-9]{1,2})|index .*\(k?wh\)"
"""The simple names of the columns that are registers."""
_COLOURS = {"bleu": 1, "blanc": 3, "rouge": 5}
_GRIDS = {"f": "import_", "d": "grid_"}


def registers(table: Table) -> Iterator[Indexes]:
    """The readings of a table of indexes; what has no value is left out.

    Where no column is the total drawn, it is the sum of the registers.

    Raises:
        NotImportableError: a row that is no reading, or a register telewatt does not know.
    """
    columns = {name: _quantity(name, table) for name in table.places if re.fullmatch(COLUMNS, name)}
    scale = 1000 if any("kwh" in simple(name) for name in table.header.cells) else 1
    stamps = instants([_stamp(table, row) for row in table.rows])
    for row, at in zip(table.rows, stamps, strict=True):
        wh = dict(_indexes(table, row, columns, scale))
        if "import_wh" not in columns.values() and len(wh) == len(columns):
            wh["import_wh"] = sum(wh.values())
        if wh:
            yield Indexes(at, wh, row.line)


def _quantity(name: str, table: Table) -> str:
    """The quantity of ``eas f1``, ``eas d1``, ``eas t``, or of EDF's words for a register."""
    if match := re.fullmatch(r"ea([si]) (?:t|([fd])(\d+))", name):
        direction, grid, place = match.groups()
        if direction == "i":
            return "export_wh"
        return f"{_GRIDS[grid]}{int(place)}_wh" if grid else "import_wh"
    first = next((place for word, place in _COLOURS.items() if word in name), 1)
    if re.search("creuse|base|normale", name):
        return f"import_{first}_wh"
    if re.search("pleine|pointe", name):
        return f"import_{first + 1}_wh"
    raise NotImportableError(texts.NO_REGISTER, table.header.line, found=name)


def _indexes(
    table: Table, row: Row, columns: Mapping[str, str], scale: int
) -> Iterator[tuple[str, int]]:
    for name, quantity in columns.items():
        value = number(table, row, name)
        if value is not None:
            yield quantity, floor(value * scale)


def _stamp(table: Table, row: Row) -> datetime:
    cell = table.cell(row, "at")
    stamp = parse_stamp(cell)
    if stamp is None:
        raise NotImportableError(texts.NO_TIME, row.line, found=cell)
    return stamp
