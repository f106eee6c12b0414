r"""One dataset: split into its fields, checksum verified, then label, length and format.

The 6-bit checksum lets one damaged dataset in 64 pass, and never sees a flipped bit 6
(`1` -> `q`). So every label's exact format must hold as well, and an unknown label is only
believed if it is not one character away from a known one.

Source: Enedis-NOI-CPT_54E v3, 5.2 table 2 and 5.3.6 tables 6-7.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from zlib import adler32

from telewatt.tic import horodate as horodates
from telewatt.tic.checksum import CR, LF, SEPARATOR
from telewatt.tic.formats import FormatError, Reader, reader
from telewatt.tic.frame import Dataset, Mode, Reason
from telewatt.tic.labels import TABLE, is_label, looks_damaged

UNKNOWN_DATA_MAX = 98  # the longest data of any label: PJOURF+1
_is_unknown_data = re.compile(r"[ -_a-z]*").fullmatch

_new_dataset = tuple.__new__  # twice as fast as Dataset(...): this is the decoder's hot path

LINKY_UNITS: Mapping[str, str] = {
    name: label.unit_linky for name, (label, *_) in TABLE[Mode.HISTORIC].items() if label.unit_linky
}
"""Units that differ on a Linky: PMAX is VA there, W on a CBETM."""


class Grammar(NamedTuple):
    """How one mode writes a dataset, laid out for parsing.

    Attributes:
        mode: the mode.
        separator, separator_text: SP or HT.
        splits: how often the zone may be split: historic data may contain the separator.
        zone_end: where the controlled zone ends, counted from the end of the body.
        readers: label -> its possible meanings: (horodated, reader, unit).
    """

    mode: Mode
    separator: bytes
    separator_text: str
    splits: int
    zone_end: int
    readers: Mapping[str, tuple[tuple[bool, Reader, str], ...]]


def _grammar(mode: Mode) -> Grammar:
    separator = SEPARATOR[mode]
    readers = {
        name: tuple((each.horodated, reader(each.format), each.unit) for each in labels)
        for name, labels in TABLE[mode].items()
    }
    splits = 1 if separator == b" " else -1
    zone_end = -1 if mode is Mode.STANDARD else -2
    return Grammar(mode, separator, separator.decode(), splits, zone_end, readers)


GRAMMARS: Mapping[Mode, Grammar] = {mode: _grammar(mode) for mode in Mode}


class DatasetError(ValueError):
    """Bytes that are no dataset.

    Attributes:
        reason: why.
        dataset: what they would be in another mode than the stream's (reason ``MODE``), or if
            a label that looks like a damaged known one is real after all (reason ``LABEL``).
        mode: that other mode.
    """

    def __init__(
        self, reason: Reason, dataset: Dataset | None = None, mode: Mode | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dataset = dataset
        self.mode = mode


def parse_dataset(raw: bytes, mode: Mode) -> Dataset:
    r"""Check one dataset and split it into its fields.

    Args:
        raw: LF to CR, both included, parity bit already removed.
        mode: decides the separator and where the controlled zone ends.

    Returns:
        The dataset. ``data`` keeps its leading zeros and its spaces; ``horodate`` is ``None``
        where the meter sent none.

    Raises:
        DatasetError: wrong delimiters, field count, characters, checksum, label or format.
            It is the only exception this function raises, whatever the bytes.

    Source: Enedis-NOI-CPT_54E v3, 5.2 table 2 and 5.3.6 tables 6-7.

    >>> parse_dataset(b"\nPAPP 00750 -\r", Mode.HISTORIC).data
    '00750'
    """
    if raw[:1] != LF or raw[-1:] != CR:
        raise DatasetError(Reason.STRUCTURE)
    return parse_body(raw[1:-1], GRAMMARS[mode])


def parse_body(
    body: bytes, grammar: Grammar, *, known_only: bool = False, intact: bool = False
) -> Dataset:
    """As `parse_dataset`, for the bytes between LF and CR.

    Args:
        body: label to checksum, 7-bit.
        grammar: of the mode the stream is in.
        known_only: refuse labels that are not in the table, whatever their checksum.
        intact: every byte has the right parity: an unknown label is no damaged one.
    """
    if body[-2:-1] != grammar.separator:
        raise DatasetError(_spoilt(body, Reason.STRUCTURE))
    # the low half of adler32 started at 0 is the sum of the bytes, and fast
    if (adler32(body[: grammar.zone_end], 0) & 0x3F) + 0x20 != body[-1]:
        raise DatasetError(_spoilt(body, Reason.CHECKSUM))
    try:
        fields = body[:-2].decode("ascii").split(grammar.separator_text, grammar.splits)
    except UnicodeDecodeError:
        raise DatasetError(Reason.CHARSET) from None
    if len(fields) == 2:
        label, data = fields
        return _type_fields(grammar, label, None, data, known_only, intact)
    if len(fields) == 3:
        label, horodate, data = fields
        return _type_fields(grammar, label, horodate, data, known_only, intact)
    raise DatasetError(Reason.STRUCTURE)


def restore_dataset(
    mode: Mode,
    label: str,
    data: str,
    horodate: str | None = None,
    *,
    repaired: bool = False,
    linky: bool = False,
) -> Dataset:
    """The dataset that these stored fields were: value, unit and time computed again.

    ``linky`` says whether a Linky sent it (it matters for the unit of PMAX). Never raises:
    fields that today's table refuses come back untyped (``value`` is ``data``).
    """
    try:
        dataset = _type_fields(GRAMMARS[mode], label, horodate, data, known_only=False, intact=True)
    except DatasetError:
        dataset = Dataset(label, data, data, "", horodate, None)
    unit = (linky and LINKY_UNITS.get(label)) or dataset.unit
    return dataset._replace(repaired=repaired, unit=unit)


def _type_fields(
    grammar: Grammar,
    label: str,
    horodate: str | None,
    data: str,
    known_only: bool,
    intact: bool,
) -> Dataset:
    """The dataset of these fields: label, horodate and data as the label table wants them.

    Raises:
        DatasetError: ``LABEL`` or ``FORMAT``.
    """
    candidates = grammar.readers.get(label)
    if candidates is None:
        if known_only:
            raise DatasetError(Reason.LABEL)
        return _unknown(grammar.mode, label, horodate, data, intact)
    for horodated, read, unit in candidates:
        try:
            if horodate is None:
                if horodated:
                    continue
                value, unit = read(data, None, unit)  # noqa: PLW2901 - the data may name it
                return _new_dataset(Dataset, (label, data, value, unit, None, None, False))
            if horodated:
                time = horodates.parse(horodate)
                value, unit = read(data, time, unit)  # noqa: PLW2901
                return _new_dataset(Dataset, (label, data, value, unit, horodate, time, False))
        except FormatError:
            continue
    raise DatasetError(Reason.FORMAT)


def _unknown(mode: Mode, label: str, horodate: str | None, data: str, intact: bool) -> Dataset:
    if not is_label(label):
        raise DatasetError(Reason.LABEL)
    if len(data) > UNKNOWN_DATA_MAX or not _is_unknown_data(data):
        raise DatasetError(Reason.FORMAT)
    try:
        time = None if horodate is None else horodates.parse(horodate)
    except FormatError:
        raise DatasetError(Reason.FORMAT) from None
    dataset = Dataset(label, data, data, "", horodate, time)
    if not intact and looks_damaged(mode, label):
        raise DatasetError(Reason.LABEL, dataset)
    return dataset


def _spoilt(body: bytes, otherwise: Reason) -> Reason:
    """Bytes that no dataset may contain say more than what they lead to."""
    stray = any(byte != 0x09 and not 0x20 <= byte <= 0x7E for byte in body)
    return Reason.CHARSET if stray else otherwise
