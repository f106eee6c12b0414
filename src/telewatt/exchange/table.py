"""Tables in a text: what stands above them, their columns by name, their rows by line.

What customers download is not one plain table: a preamble says whose and what the values are,
several tables may follow each other, and a spreadsheet that saved the file again left its own marks
(an empty first column, semicolons at the end of each line, accents gone).
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from telewatt.config import Fault
from telewatt.exchange.fault import NotImportableError
from telewatt.language import Text

_BAD_QUOTE = Fault(
    Text("a quotation mark is never closed", "un guillemet n'est jamais fermé"),
    Text("download the file again: it is damaged", "téléchargez-le de nouveau : il est abîmé"),
)
_COLUMNS_LEFT = Fault(
    Text(
        "{found} columns where the table has {wanted}: the file is cut off or was changed",
        "{found} colonnes là où le tableau en a {wanted} : le fichier est coupé ou a été modifié",
    ),
    Text("download the file again", "téléchargez de nouveau le fichier"),
)
_NUMBER = re.compile(r"\d{6}")
_SECTIONS = {  # the first names of what stands between tables, or below the last one
    *("periode", "identifiant prm", "prm", "point reference mesure (prm)", "type de comptage"),
}


PREAMBLE_ROWS_MAX = 200
"""Whatever has no names of columns by then is no table of measures."""


class Row(NamedTuple):
    """The cells of one line, without the spaces around them; ``line`` counts from 1."""

    line: int
    cells: tuple[str, ...]


class Layout(NamedTuple):
    """A table telewatt can read.

    Attributes:
        kind: what its rows are: ``curve``, ``daily``, ``index`` or ``power``.
        columns: what a column is for -> the pattern of its name, `simple` and as a whole.
        any_of: patterns for columns that stand for themselves; one is enough.
    """

    kind: str
    columns: Mapping[str, str]
    any_of: str = ""


class Table(NamedTuple):
    """One table of a file.

    Attributes:
        layout: the layout it has.
        header: the row of the names.
        places: what a column is for, or its simple name -> its place in a row.
        preamble: what stood above it, by `simple` name.
        rows: those with something in the first column of the layout.
    """

    layout: Layout
    header: Row
    places: Mapping[str, int]
    preamble: Mapping[str, str]
    rows: Sequence[Row]

    def cell(self, row: Row, column: str) -> str:
        """What a row has in this column; ``""`` where the table has no such column.

        Raises:
            NotImportableError: the row ends before it.
        """
        place = self.places.get(column)
        if place is None:
            return ""
        if place >= len(row.cells):
            wanted = len(self.header.cells)
            raise NotImportableError(
                _COLUMNS_LEFT, line=row.line, found=len(row.cells), wanted=wanted
            )
        return row.cells[place]


def simple(name: str) -> str:
    """A name in lower case without accents, outer spaces and colon.

    >>> simple("Point Référence Mesure (PRM) : ")
    'point reference mesure (prm)'
    """
    plain = unicodedata.normalize("NFKD", name)
    return " ".join(
        "".join(c for c in plain if not unicodedata.combining(c)).lower().split()
    ).strip(" :")


def matches(pattern: str, name: str) -> bool:
    """Whether a simple name matches; an accent in the pattern allows for what became of it."""
    return _loose(pattern).fullmatch(name) is not None


@cache
def _loose(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub("[éèêà]", ".{0,2}", pattern))


def rows_of(text: str) -> list[Row]:
    """The lines of a text that hold anything, split at the separator they use most.

    Raises:
        NotImportableError: a quotation mark is left open.
    """
    separator = max(";\t,", key=lambda mark: text.count(mark, 0, 20_000))
    rows, line = [], 0
    try:
        reader = csv.reader(text.split("\n"), delimiter=separator, strict=True)
        for cells in reader:
            line += 1
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, tuple(cell.strip() for cell in cells)))
            line = reader.line_num
    except csv.Error as error:
        raise NotImportableError(_BAD_QUOTE, line=line + 1) from error
    return rows


def tables_of(rows: Iterable[Row], layouts: Sequence[Layout]) -> Iterator[Table]:
    """The tables among these rows, with what stands above each."""
    preamble: dict[str, str] = {}
    above: tuple[str, ...] = ()
    found: Table | None = None
    body: list[Row] = []
    for number, row in enumerate(rows):
        if not found and number >= PREAMBLE_ROWS_MAX:
            return
        if found and next(filter(None, row.cells))[0].isdecimal():  # no name begins so
            body.append(row)
            continue
        cells = tuple(map(simple, row.cells))
        table = _table_at(row, cells, layouts, preamble)
        if table or (found and _begins_section(cells)):
            if found:
                yield found._replace(rows=body)
            found, body = table, []
            if not table:
                preamble = {}
        if table:
            preamble = {}
        elif found:
            body.append(row)
        else:
            preamble.update(_facts(above, row.cells))
        above = row.cells
    if found:
        yield found._replace(rows=body)


def _table_at(
    row: Row, names: Sequence[str], layouts: Sequence[Layout], preamble: Mapping[str, str]
) -> Table | None:
    for layout in layouts:
        places = {
            column: place
            for column, pattern in layout.columns.items()
            for place, name in enumerate(names)
            if matches(pattern, name)
        }
        own = {
            name: place
            for place, name in enumerate(names)
            if layout.any_of and matches(layout.any_of, name)
        }
        if len(places) == len(layout.columns) and (own or not layout.any_of):
            return Table(layout, row, {**own, **places}, dict(preamble), ())
    return None


def _begins_section(names: Sequence[str]) -> bool:
    """Whether a row is the beginning of something else, so that it ends the table above it."""
    filled = [name for name in names if name]
    return len(filled) > 1 and filled[0] in _SECTIONS


def _facts(above: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a preamble says: a name left of its value, or above it in a row of names."""
    for left, right in pairwise(cells):
        if left and right:
            yield simple(left), right
    if not any(cell.endswith(":") or _NUMBER.search(cell) for cell in above):
        for name, cell in zip(above, cells, strict=False):
            if name and cell:
                yield simple(name), cell
