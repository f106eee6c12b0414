"""The cells of an Excel workbook (.xlsx), the form in which Enedis delivers today.

Source: ECMA-376 part 1, 18.3 (worksheets), 18.4 (shared strings), 18.8 (styles).
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO
from xml.etree import ElementTree as Xml

from telewatt.config import Fault
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.table import Row
from telewatt.language import Text

PART_MAX = 64 << 20
_N = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ZIP = b"PK\x03\x04"
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet has civil time
_DATE_FORMATS = {*range(14, 23), *range(45, 48)}
_ARCHIVE = Fault(
    Text("this is a zip archive with {names}", "c'est une archive zip qui contient {names}"),
    Text(
        "unpack it and import the file of the load curve or the daily energies",
        "décompressez-la et importez la courbe de charge ou les énergies quotidiennes",
    ),
)
_DAMAGED = Fault(
    Text("a damaged archive or workbook: {why}", "archive ou classeur abîmé : {why}"),
    Text("download the file again", "téléchargez de nouveau le fichier"),
)


def is_workbook(content: bytes) -> bool:
    """Whether it is a workbook.

    Raises:
        NotImportableError: another archive, or a damaged one.
    """
    if not content.startswith(_ZIP):
        return False
    names = _open(content).namelist()
    if not any(name.startswith("xl/worksheets/") for name in names):
        shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
        raise NotImportableError(_ARCHIVE, names=shown or "-")
    return True


def rows_of_workbook(content: bytes) -> list[Row]:
    """The rows of all sheets that hold anything; dates as ``dd/mm/yyyy hh:mm:ss``.

    Raises:
        NotImportableError: the workbook is damaged.
    """
    archive = _open(content)
    try:
        strings = list(_shared_strings(archive))
        dates = list(_date_styles(archive))
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        names.sort(key=lambda name: int("0" + "".join(re.findall(r"\d", name))))
        return [row for name in names for row in _rows(archive, name, strings, dates)]
    except (zipfile.BadZipFile, Xml.ParseError, EOFError, ValueError, IndexError, OSError) as error:
        raise NotImportableError(_DAMAGED, why=error) from error


def _open(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError) as error:
        raise NotImportableError(_DAMAGED, why=error) from error


def _part(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    if archive.getinfo(name).file_size > PART_MAX:
        raise ValueError(f"{name} > {PART_MAX >> 20} MiB")
    return archive.open(name)


def _shared_strings(archive: zipfile.ZipFile) -> Iterator[str]:
    if "xl/sharedStrings.xml" in archive.namelist():
        with _part(archive, "xl/sharedStrings.xml") as part:
            for item in Xml.parse(part).getroot().iter(f"{_N}si"):
                yield "".join(text.text or "" for text in item.iter(f"{_N}t"))


def _date_styles(archive: zipfile.ZipFile) -> Iterator[bool]:
    """For each style of a cell, whether its numbers are dates."""
    if "xl/styles.xml" not in archive.namelist():
        return
    with _part(archive, "xl/styles.xml") as part:
        root = Xml.parse(part).getroot()
    codes = {
        int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter(f"{_N}numFmt")
    }
    for style in root.iterfind(f"{_N}cellXfs/{_N}xf"):
        number = int(style.get("numFmtId", "0"))
        code = re.sub(r'"[^"]*"|\[[^]]*\]', "", codes.get(number, ""))
        yield number in _DATE_FORMATS or re.search("[dyhDYH]", code) is not None


def _rows(
    archive: zipfile.ZipFile, name: str, strings: Sequence[str], dates: Sequence[bool]
) -> Iterator[Row]:
    with _part(archive, name) as part:
        line = 0
        for _, element in Xml.iterparse(part):
            if element.tag == f"{_N}row":
                line = int(element.get("r", line + 1))
                cells = {
                    _column(cell, place): _text(cell, strings, dates)
                    for place, cell in enumerate(element.iter(f"{_N}c"))
                }
                if any(cells.values()):
                    yield Row(line, _filled(cells))
                element.clear()


def _filled(cells: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(cells.get(place, "") for place in range(max(cells) + 1))


def _column(cell: Xml.Element, place: int) -> int:
    """0 for ``A7``, 26 for ``AA7``."""
    letters = re.match("[A-Z]{1,3}", cell.get("r", ""))
    if letters is None:
        return place
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: Xml.Element, strings: Sequence[str], dates: Sequence[bool]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_N}t")).strip()
    value = cell.findtext(f"{_N}v") or ""
    if cell.get("t") == "s":
        return strings[int(value)].strip()
    style = int(cell.get("s", "0"))
    if value and cell.get("t", "n") == "n":
        if style < len(dates) and dates[style]:
            stamp = _EPOCH + timedelta(seconds=round(float(value) * 86400))
            return f"{stamp:%d/%m/%Y %H:%M:%S}"
        return _plain(value)
    return value.strip()


def _plain(number: str) -> str:
    """A number as people write it: a sheet may hold 6.3290000000000006 or 1E-3."""
    return f"{float(number):.9f}".rstrip("0").rstrip(".")
