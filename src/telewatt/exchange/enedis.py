"""Load curves, daily energies and indexes as customers download them from Enedis and EDF.

Source: what Enedis ("Mes mesures") and EDF ("Suivi conso") write, as seen in public files and in
public descriptions of them. Each form is a row of ``LAYOUTS``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from telewatt.exchange import texts
from telewatt.exchange.curves import STEPS, UNITS, between_stamps, days, under_days, up_to_stamps
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.measures import (
    HOLES_MAX,
    Interval,
    Measures,
    fold_indexes,
    fold_intervals,
    quantities,
)
from telewatt.exchange.registers import COLUMNS, registers
from telewatt.exchange.table import Layout, Row, Table, simple, tables_of
from telewatt.language import Text
from telewatt.rollup import Portion

CURVE, DAILY, INDEX, POWER = "curve", "daily", "index", "power"
LAYOUTS = (
    Layout(CURVE, {"start": "début", "end": "fin", "value": r"kw|valeur \(en kwh?\)"}),
    Layout(CURVE, {"end": "horodate", "value": "valeur"}),
    Layout(CURVE, {"end": "horodate iso fin de pas", "value": r"(puissance|valeur).*\(.*k?wh?\)"}),
    Layout(DAILY, {"day": "date", "value": r"(valeur|consommation|production) \(en k?wh\)"}),
    Layout(
        DAILY,
        {
            "day": "date de (consommation|production)",
            "value": r"(consommation|production) \(k?wh\)",
            "nature": "nature.*",
        },
    ),
    Layout(INDEX, {"at": "horodate", "nature": "type de relevé"}, COLUMNS),
    Layout(INDEX, {"at": "date de relevé de l'index", "nature": "type d'index"}, COLUMNS),
    Layout(
        POWER,
        {
            "end": "date et heure de relève par le distributeur",
            "value": r"puissance atteinte \(k?w\)",
            "nature": "nature.*",
        },
    ),
)
_METER = re.compile(r"\d{12,14}")
_METER_NAMES = ("identifiant prm", "prm", "point reference mesure (prm)", "pdl")
_ESTIMATED = re.compile("estim|corrig")
_DIRECTIONS = {
    "conso": "import_wh",
    "soutir": "import_wh",
    "prod": "export_wh",
    "inj": "export_wh",
}


def is_table(rows: Sequence[Row]) -> bool:
    """Whether these rows are those of a table, known or not: most have several cells."""
    return sum(len(row.cells) > 1 for row in rows) * 2 > len(rows)


def parse_tables(rows: Sequence[Row]) -> Measures:
    """What the tables of a file hold.

    Args:
        rows: the whole file; see `telewatt.exchange.table.rows_of`.

    Raises:
        NotImportableError: no table telewatt knows, or a row that is not what its table says.
    """
    tables = list(tables_of(rows, LAYOUTS))
    if not tables:
        found = ";".join(rows[0].cells)[:60] if rows else ""
        raise NotImportableError(texts.NO_TABLE, rows[0].line if rows else 1, found=found)
    energies = [table for table in tables if "maximale" not in _said(table)]
    if not energies:
        raise NotImportableError(texts.PEAK_POWER, tables[0].header.line)
    remarks = list(_remarks(energies))
    portions = list(_portions(energies, remarks))
    if not portions:
        raise NotImportableError(texts.NO_VALUES, energies[0].header.line)
    meter = _meter_of(energies)
    own = [portion._replace(meter=meter) for portion in portions]
    return Measures(energies[0].layout.kind, own, remarks)


def _portions(tables: Iterable[Table], remarks: list[Text]) -> Iterator[Portion]:
    """What all tables hold; two that tell the same energy are one too many."""
    lines: dict[str, int] = {}
    for table in tables:
        line = table.header.line
        portions = _portions_of(table, remarks)
        for quantity in {name for portion in portions for name in quantities(portion)}:
            if lines.setdefault(quantity, line) != line:
                raise NotImportableError(texts.TWO_TABLES, line, other=lines[quantity])
        yield from portions


def _portions_of(table: Table, remarks: list[Text]) -> list[Portion]:
    if table.layout.kind == INDEX:
        return fold_indexes(registers(table))
    portions, filled = fold_intervals(_quantity(table), _intervals(table, _unit(table)))
    if filled:
        remarks.append(texts.FILLED.fill(count=filled, kept=HOLES_MAX))
    return portions


def _intervals(table: Table, unit: str) -> Iterator[Interval]:
    if table.layout.kind == POWER:
        return under_days(table, unit)
    if table.layout.kind == DAILY:
        return days(table, "day", unit)
    if "start" in table.places:
        return between_stamps(table, unit)
    if "quotidien" in _said(table):
        return days(table, "end", unit)
    return up_to_stamps(table, unit, _declared_step(table))


def _said(table: Table) -> str:
    """What the preamble says about the values, in one text."""
    names = ("type de donnees", "type de comptage", "grandeur metier", "grandeur physique")
    return simple(" ".join(table.preamble.get(name, "") for name in names))


def _declared_step(table: Table) -> timedelta | None:
    text = table.preamble.get("pas en minutes", "")
    return timedelta(minutes=int(text)) if text.isdecimal() and int(text) in STEPS else None


def _quantity(table: Table) -> str:
    """Drawn or injected energy, as the preamble or the header says; drawn if neither does."""
    said = f"{_said(table)} {simple(' '.join(table.header.cells))}"
    if "reactive" in said:
        raise NotImportableError(texts.REACTIVE, table.header.line)
    found = re.search(rf"\b({'|'.join(_DIRECTIONS)})", said)
    return _DIRECTIONS[found[1]] if found else "import_wh"


def _unit(table: Table) -> str:
    """A key of ``UNITS``, as the header or the preamble says."""
    name = simple(table.header.cells[table.places["value"]])
    in_header = re.search(r"(?:^|\(|en )(k?wh?)\)?$", name)
    unit = in_header[1] if in_header else simple(table.preamble.get("unite", ""))
    if unit not in UNITS:
        raise NotImportableError(texts.NO_UNIT, table.header.line, unit=unit or "-")
    return unit


def _meter_of(tables: Iterable[Table]) -> str:
    for table in tables:
        for name in _METER_NAMES:
            digits = table.preamble.get(name, "").strip("'\"= ")
            if _METER.fullmatch(digits):
                return digits
    return ""


def _remarks(tables: Iterable[Table]) -> Iterator[Text]:
    estimated = sum(
        bool(_ESTIMATED.search(simple(table.cell(row, "nature"))))
        for table in tables
        for row in table.rows
        if row.cells[-1]
    )
    if estimated:
        yield texts.ESTIMATED.fill(count=estimated)
