"""Rows into files: CSV, JSON Lines, Parquet. Units stand in the names of columns.

Times are UTC (``..._utc``), and beside them civil time of Paris with its offset (``..._local``).
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from itertools import islice
from typing import IO, Any, NamedTuple
from zoneinfo import ZoneInfo

from telewatt.config import Fault
from telewatt.language import Text
from telewatt.shapes.values import json_text, utc_text

PARIS = ZoneInfo("Europe/Paris")
ROWS_AT_ONCE = 16_384
TIME, WORD, NUMBER, DECIMAL, FLAG = "time", "word", "number", "decimal", "flag"
NO_PARQUET = Fault(
    Text("Parquet needs the package pyarrow", "Parquet demande le paquet pyarrow"),
    Text(
        "install it: pip install 'telewatt[parquet]', or export csv or jsonl",
        "installez-le : pip install 'telewatt[parquet]', ou exportez en csv ou jsonl",
    ),
)
Row = Sequence[Any]


class NotExportableError(Exception):
    """The form that is wanted cannot be written here; ``fault`` says why, and what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what.en)
        self.fault = fault


class Column(NamedTuple):
    """A column: its name, and whether it holds times, words, numbers..."""

    name: str
    sort: str


def time_columns(name: str) -> tuple[Column, Column]:
    """The two columns of a time; see `time_cells`."""
    return Column(f"{name}_utc", TIME), Column(f"{name}_local", WORD)


def time_cells(at: datetime) -> tuple[datetime, str]:
    """An aware time as UTC, and as civil time of Paris with its offset."""
    return at, at.astimezone(PARIS).isoformat()


def write_csv(columns: Sequence[Column], rows: Iterable[Row], file: IO[bytes]) -> None:
    """RFC 4180, UTF-8, but LF as line end; an empty field is no value."""
    writer = csv.writer(_Utf8(file), lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows(map(_without_flags, map(_plain, rows)))


class _Utf8:
    """A file of bytes for who writes text; unlike the standard one it never closes the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


def write_jsonl(columns: Sequence[Column], rows: Iterable[Row], file: IO[bytes]) -> None:
    """One object a line; what has no value is ``null``."""
    names = [column.name for column in columns]
    for row in map(_plain, rows):
        file.write(json_text(dict(zip(names, row, strict=True))).encode() + b"\n")


def write_parquet(columns: Sequence[Column], rows: Iterable[Row], file: IO[bytes]) -> None:
    """One row group for each ``ROWS_AT_ONCE`` rows, words as dictionaries.

    Raises:
        NotExportableError: the optional package is not installed.
    """
    arrow, parquet = _arrow()
    types = {
        TIME: arrow.timestamp("ms", tz="UTC"),
        WORD: arrow.dictionary(arrow.int32(), arrow.string()),
        NUMBER: arrow.int64(),
        DECIMAL: arrow.float64(),
        FLAG: arrow.bool_(),
    }
    schema = arrow.schema([(column.name, types[column.sort]) for column in columns])
    remaining = iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(remaining, ROWS_AT_ONCE)):
            arrays = [
                arrow.array(cells, type=kind)
                for cells, kind in zip(zip(*batch, strict=True), schema.types, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))


def read_parquet(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The rows of a file that `write_parquet` wrote."""
    _, parquet = _arrow()
    for batch in parquet.ParquetFile(file).iter_batches(ROWS_AT_ONCE):
        yield from batch.to_pylist()


FORMS: Mapping[str, Callable[[Sequence[Column], Iterable[Row], IO[bytes]], None]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}


def _plain(row: Row) -> list[Any]:
    return [utc_text(cell) if isinstance(cell, datetime) else cell for cell in row]


def _without_flags(row: list[Any]) -> list[Any]:
    """Yes is 1 and no is 0: "True" means nothing to a spreadsheet in French."""
    return [int(cell) if isinstance(cell, bool) else cell for cell in row]


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise NotExportableError(NO_PARQUET) from error
