"""Workbooks as Enedis delivers them, made from scratch."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

import pytest

from telewatt.exchange import Hints, NotImportableError, parse
from telewatt.exchange.workbook import rows_of_workbook
from tests.exchange.downloads import PRM, at, stamps, total_wh, workbook_curve

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet has civil time
STYLES = (
    f'<styleSheet {MAIN}><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy hh:mm"/>'
    '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/>'
    '<xf numFmtId="4"/></cellXfs></styleSheet>'
)
Cell = str | int | float | datetime | None


def workbook(*sheets: list[list[Cell]], shared: bool = True) -> bytes:
    """A workbook with these sheets; their first column is empty, as in those of Enedis."""
    strings: list[str] = []

    def cell(value: Cell, row: int, column: int) -> str:
        place = f'r="{chr(ord("B") + column)}{row}"'
        if isinstance(value, datetime):
            serial = (value - EPOCH) / timedelta(days=1)
            return f'<c {place} s="2"><v>{serial!r}</v></c>'
        if isinstance(value, int | float):
            return f'<c {place} s="3"><v>{value!r}</v></c>'
        if not shared:
            return f'<c {place} t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
        strings.append(str(value))
        return f'<c {place} t="s"><v>{len(strings) - 1}</v></c>'

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f"<workbook {MAIN}/>")
        archive.writestr("xl/styles.xml", STYLES)
        for number, rows in enumerate(sheets, start=1):
            body = "".join(
                f'<row r="{line}">'
                + "".join(cell(v, line, n) for n, v in enumerate(row) if v is not None)
                + "</row>"
                for line, row in enumerate(rows, start=1)
                if row
            )
            sheet = f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{items}</sst>")
    return content.getvalue()


WELCOME: list[list[Cell]] = [[], [], ["Les données de ce fichier sont les vôtres."]]


def daily(kind: str, *values: tuple[str, Cell]) -> list[list[Cell]]:
    return [
        [],
        ["Point Référence Mesure (PRM) : ", PRM, "Type de comptage : ", kind],
        ["Date de début : ", "08/07/2025"],
        [],
        ["Date", "Valeur (en kWh)"],
        *map(list, values),
    ]


CONSUMED = daily("Consommation Quotidienne", ("08/07/2025", 6.3290000000000006), ("09/07/2025", 5))
PRODUCED = daily("Production Quotidienne", ("08/07/2025", 33.53), ("09/07/2025", "NA"))


@pytest.mark.parametrize("shared", [True, False])
def test_daily_energies_of_both_directions_are_read(shared) -> None:
    measures = parse(workbook(WELCOME, CONSUMED, PRODUCED, shared=shared), Hints())
    assert measures.kind == "daily"
    assert {portion.meter for portion in measures.portions} == {PRM}
    drawn, injected = measures.portions
    assert total_wh([drawn]) == 11_329
    assert total_wh([injected], "export_wh") == 33_530


@pytest.mark.parametrize("day", ["2025-03-30", "2025-10-26", "2025-07-08"])
def test_a_load_curve_with_dates_of_a_sheet_is_that_of_its_csv(day) -> None:
    following = (datetime.fromisoformat(day) + timedelta(days=1)).isoformat()
    ends = stamps(at(day), at(following), 30)
    text = workbook_curve(ends, [100 + n for n in range(len(ends))])
    rows: list[list[Cell]] = []
    for line in text.split("\r\n"):
        cells: list[Cell] = list(line.split(";")) if line else []
        if len(cells) == 3 and cells[0] != "Début":
            start, end = (datetime.strptime(str(c), "%d/%m/%Y %H:%M:%S") for c in cells[:2])  # noqa: DTZ007
            cells = [start, end, float(str(cells[2]).replace(",", "."))]
        rows.append(cells)
    assert parse(workbook(WELCOME, rows), Hints()) == parse(text.encode(), Hints())


def test_the_row_of_an_error_is_that_of_the_sheet() -> None:
    bad = daily("Consommation Quotidienne", ("08/07/2025", 5), ("noon", 6))
    with pytest.raises(NotImportableError) as refused:
        parse(workbook(WELCOME, bad), Hints())
    assert refused.value.line == 7


def test_rows_keep_their_columns() -> None:
    [row] = rows_of_workbook(workbook([[None, "a", 1.50, 1e-3]]))
    assert row.cells == ("", "", "a", "1.5", "0.001")


@pytest.mark.parametrize("cut", [1, 30, 200, 500])
def test_half_a_workbook_is_damaged(cut) -> None:
    with pytest.raises(NotImportableError, match="damaged"):
        parse(workbook(WELCOME, CONSUMED)[:-cut], Hints())


def test_a_workbook_of_something_else_is_no_table_of_ours() -> None:
    with pytest.raises(NotImportableError, match="no table"):
        parse(workbook([["Recette", "Quantité"], ["Farine", 200]]), Hints())


def test_damaged_sheets_are_told() -> None:
    content = io.BytesIO(workbook(CONSUMED))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/worksheets/sheet2.xml", "<worksheet><row>")
    with pytest.raises(NotImportableError, match="damaged"):
        parse(content.getvalue(), Hints())
