r"""One dataset: split into its fields, checksum verified, then label, length and format.

The 6-bit checksum lets one damaged dataset in 64 pass, and never sees a flipped bit 6
(`1` -> `q`). So every label's exact format must hold as well, and an unknown label is only
believed if it is not one character away from a known one.

Source: Enedis-NOI-CPT_54E v3, 5.2 table 2 and 5.3.6 tables 6-7.
"""

import re

from telewatt.tic import horodate as horodates
from telewatt.tic.checksum import CR, LF, SEPARATOR
from telewatt.tic.formats import FormatError
from telewatt.tic.frame import Dataset, Mode, Reason
from telewatt.tic.labels import TABLE, is_label, near_miss

UNKNOWN_DATA_MAX = 98  # the longest data of any label: PJOURF+1
_is_unknown_data = re.compile(r"[ -_a-z]*").fullmatch


class DatasetError(ValueError):
    """Bytes that are no dataset.

    Attributes:
        reason: why.
        dataset: what they would be in another mode than the stream's (reason ``MODE``).
    """

    def __init__(self, reason: Reason, dataset: Dataset | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dataset = dataset


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
    return parse_body(raw[1:-1], mode)


def parse_body(body: bytes, mode: Mode, *, known_only: bool = False) -> Dataset:
    """As `parse_dataset`, for the bytes between LF and CR.

    Args:
        body: label to checksum, 7-bit.
        mode: decides the separator and where the controlled zone ends.
        known_only: refuse labels that are not in the table, whatever their checksum.
    """
    separator = SEPARATOR[mode]
    if body[-2:-1] != separator:
        raise DatasetError(Reason.CHARSET if _has_stray_bytes(body) else Reason.STRUCTURE)
    zone = body[:-1] if mode is Mode.STANDARD else body[:-2]
    if (sum(zone) & 0x3F) + 0x20 != body[-1]:
        raise DatasetError(Reason.CHARSET if _has_stray_bytes(body) else Reason.CHECKSUM)
    label, horodate, data = _split_fields(body[:-2], separator)
    return _type_fields(mode, label, horodate, data, known_only)


def restore_dataset(
    mode: Mode, label: str, data: str, horodate: str | None = None, repaired: bool = False
) -> Dataset:
    """The dataset that these stored fields were: value, unit and time computed again.

    Never raises: fields that today's table refuses come back untyped (``value`` is ``data``).
    """
    try:
        dataset = _type_fields(mode, label, horodate, data, known_only=False)
    except DatasetError:
        dataset = Dataset(label, data, data, "", horodate, None)
    return dataset._replace(repaired=True) if repaired else dataset


def _has_stray_bytes(body: bytes) -> bool:
    return any(byte != 0x09 and not 0x20 <= byte <= 0x7E for byte in body)


def _split_fields(zone: bytes, separator: bytes) -> tuple[str, str | None, str]:
    try:
        text = zone.decode("ascii")
    except UnicodeDecodeError:
        raise DatasetError(Reason.CHARSET) from None
    if separator == b" ":
        # historic data may contain the separator, the label never does
        label, found, data = text.partition(" ")
        if not found:
            raise DatasetError(Reason.STRUCTURE)
        return label, None, data
    fields = text.split("\t")
    if len(fields) == 2:
        return fields[0], None, fields[1]
    if len(fields) == 3:
        return fields[0], fields[1], fields[2]
    raise DatasetError(Reason.STRUCTURE)


def _type_fields(
    mode: Mode, label: str, horodate: str | None, data: str, known_only: bool
) -> Dataset:
    candidates = TABLE[mode].get(label)
    try:
        time = None if horodate is None else horodates.parse(horodate)
        if candidates is None:
            return _unknown(mode, label, horodate, data, known_only)._replace(time=time)
        for candidate in candidates:
            if candidate.horodated is (horodate is not None):
                try:
                    value, unit = candidate.parse(data, time)
                except FormatError:
                    continue
                return Dataset(label, data, value, unit, horodate, time)
    except FormatError:
        pass
    raise DatasetError(Reason.FORMAT)


def _unknown(mode: Mode, label: str, horodate: str | None, data: str, known_only: bool) -> Dataset:
    if known_only or not is_label(label) or near_miss(mode, label):
        raise DatasetError(Reason.LABEL)
    if len(data) > UNKNOWN_DATA_MAX or not _is_unknown_data(data):
        raise DatasetError(Reason.FORMAT)
    return Dataset(label, data, data, "", horodate)
