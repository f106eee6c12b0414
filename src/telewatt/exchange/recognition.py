"""What a file is, told by its content alone, and who reads it.

``KINDS`` is the table: a kind -> how it is recognised and read. They are asked in its order.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from telewatt.exchange import texts
from telewatt.exchange.bundle import is_bundle, parse_bundle
from telewatt.exchange.capture import is_capture, parse_capture
from telewatt.exchange.content import refuse_what_is_no_measure, text_of
from telewatt.exchange.daylog import is_log, parse_log
from telewatt.exchange.enedis import is_table, parse_tables
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.hints import Hints
from telewatt.exchange.measures import Measures
from telewatt.exchange.table import rows_of
from telewatt.exchange.workbook import is_workbook, rows_of_workbook


class Kind(NamedTuple):
    """How to recognise a file, and how to read it (see `Measures`)."""

    fits: Callable[[bytes], bool]
    parse: Callable[[bytes, Hints], Measures]


KINDS: Mapping[str, Kind] = {
    "bundle": Kind(is_bundle, parse_bundle),
    "workbook": Kind(is_workbook, lambda content, _: parse_tables(rows_of_workbook(content))),
    "capture": Kind(is_capture, parse_capture),
    "log": Kind(
        lambda content: is_log(text_of(content)),
        lambda content, hints: parse_log(text_of(content), hints),
    ),
    "table": Kind(
        lambda content: is_table(rows_of(text_of(content))),
        lambda content, _: parse_tables(rows_of(text_of(content))),
    ),
}


_TEXTS = ("log", "table")
TEXT_BYTES_MAX = 32 << 20
"""Years of ten-minute values, or a day of log lines every second, are less; a table of frames is
refused before it is read to its end."""


def recognise(content: bytes) -> str:
    """The kind of a file: a key of ``KINDS``.

    Raises:
        NotImportableError: it is something else; says what, and what to do.
    """
    refuse_what_is_no_measure(content)
    for name, kind in KINDS.items():
        if name in _TEXTS and len(content) > TEXT_BYTES_MAX:
            raise NotImportableError(texts.TOO_LARGE, mib=TEXT_BYTES_MAX >> 20)
        if kind.fits(content):
            return name
    raise NotImportableError(texts.NO_FRAME)


def parse(content: bytes, hints: Hints) -> Measures:
    """What a file holds.

    Raises:
        NotImportableError: it cannot be imported; while the runs are gone through as well.
    """
    return KINDS[recognise(content)].parse(content, hints)
