"""Formats: what the data of a label must look like, character by character, and how they are read.

A format is ``kind`` or ``kind:argument`` in the column ``format`` of ``labels.tsv``. For most kinds
the argument is a number of characters, ``9``, or a range, ``8,9``.

The checksum has six bits and does not see bit 6 at all ('1' and 'q', ' ' and '`' weigh the same),
so each pattern admits as few characters as the specification allows. To add a format, add a
row to ``_KINDS``; to add a label, add a row to ``labels.tsv``.

Source: Enedis-NOI-CPT_54E v3, 6.1 and 6.2; manufacturers' manuals.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

from telewatt.tic import values

Reader = Callable[[str, datetime | None, str], tuple[object, str]]
"""``(data, time of the horodate, unit of the label) -> (value, unit)``, or FormatError."""


class FormatError(ValueError):
    """Data or horodate break their format: wrong length, character, or no such date."""


@cache
def reader(format: str) -> Reader:
    """The function that checks and reads data of this format (see ``_KINDS``).

    Raises:
        KeyError: there is no such kind.
    """
    return _KINDS[format.partition(":")[0]][1](pattern(format), format)


def pattern(format: str) -> str:
    """The regular expression that all data of this format match as a whole."""
    kind, _, argument = format.partition(":")
    if kind == "composite":
        return ":".join(
            _COMPOSITE_TEXT.get(part, f"[0-9]{{{len(part)}}}") for part in argument.split(":")
        )
    return _KINDS[kind][0].replace("SIZE", argument)


def _convert_with(convert: Callable[[str], object]) -> Callable[[str, str], Reader]:
    def make(pattern: str, format: str) -> Reader:
        matches = re.compile(pattern).fullmatch

        def read(data: str, time: datetime | None, unit: str) -> tuple[object, str]:
            if matches(data) is None:
                raise FormatError(f"{data!r} is not {format}")
            try:
                return convert(data), unit
            except ValueError as error:
                raise FormatError(f"{data!r} is not {format}: {error}") from error

        return read

    return make


def _take_time(pattern: str, format: str) -> Reader:
    matches = re.compile(pattern).fullmatch

    def read(data: str, time: datetime | None, unit: str) -> tuple[object, str]:
        if matches(data) is None:
            raise FormatError(f"{data!r} is not {format}")
        return time, unit

    return read


def _take_unit(pattern: str, format: str) -> Reader:
    matches = re.compile(pattern).fullmatch

    def read(data: str, time: datetime | None, unit: str) -> tuple[object, str]:
        match = matches(data)
        # Some ICE meters write "kw"; a unit is spelled one way in telewatt.
        found = match[2].replace("kw", "kW") if match else ""
        if match is None or found not in unit.split("|"):
            raise FormatError(f"{data!r} is not {format} {unit}")
        return int(match[1]), found

    return read


def _dated_period(data: str) -> tuple[datetime | None, str]:
    return values.civil_date(data[:17]), data[18:]


def _number(data: str) -> float:
    return float(data.replace(",", "."))


_TEXT = "[ -_a-z]"  # 7-bit text without ` { | } ~, which are damaged space, ; < = >
_CODE = "[ -_]"  # codes are upper case: every bit-6 flip shows
_ADDRESS = "[0-9]{4}[0-9A-F]{2}[0-9]{6}"
_BLOCK = "(?:[01][0-9A-F]|2[0-3])[0-5][0-9][0-9A-F]{4}|NONUTILE"
_DATE = "[0-9]{2}/[0-9]{2}/[0-9]{2} (?:[01][0-9]|2[0-3])[:/][0-9]{2}[:/][0-9]{2}"
_COMPOSITE_TEXT = {"pt": "[ -9;-_]{0,3}", "dp": "[ -9;-_]{0,3}", "cg": "[ -9;-_]{2}"}

_KINDS: dict[str, tuple[str, Callable[[str, str], Reader]]] = {
    # kind: (pattern, reader); "SIZE" stands for the argument
    "int": ("[0-9]{SIZE}", _convert_with(int)),
    "digits": ("[0-9]{SIZE}", _convert_with(str)),  # digits that are no quantity
    "text": (f"{_TEXT}{{SIZE}}", _convert_with(str)),
    "code": (f"{_CODE}{{SIZE}}", _convert_with(str)),
    "time": ("[0-9]{SIZE}", _take_time),  # the value is the horodate's
    "address": (_ADDRESS, _convert_with(values.Address)),
    "stge": ("[0-9A-F]{8}", _convert_with(lambda data: values.Stge(data, 16))),
    "relais": ("[01][0-9]{2}|2[0-4][0-9]|25[0-5]", _convert_with(values.Relais)),
    "ppot": ("[0-9A-F]{2}", _convert_with(lambda data: values.Ppot(data, 16))),
    "motdetat": ("[0-9A-F]{6}|[0-9A-F]{10}", _convert_with(values.Motdetat)),
    "optarif": (f"{_CODE}{{4}}", _convert_with(values.Optarif)),
    "ptec": (f"{_CODE}{{4}}", _convert_with(values.Ptec)),
    "demain": (f"{_CODE}{{4}}", _convert_with(values.Demain)),
    "profile": (f"(?:{_BLOCK})(?: (?:{_BLOCK})){{10}}", _convert_with(values.day_profile)),
    "date": (_DATE, _convert_with(values.civil_date)),
    "period_date": (f"{_DATE}-{_CODE}{{3}}", _convert_with(_dated_period)),
    "number": ("([0-9]{SIZE})([A-Za-z%]{1,5})", _take_unit),  # the unit is in the data
    "signed": ("(-?[0-9]{SIZE})([A-Za-z%]{1,5})", _take_unit),
    "marked": ("([0-9]{SIZE})[A-Z ]?([A-Za-z%]{1,5})", _take_unit),  # one indicator letter
    "decimal": ("[0-9]{1,5}[.,][0-9]{2}", _convert_with(_number)),
    "composite": ("", _convert_with(lambda data: tuple(data.split(":")))),  # one part per ":"
}
