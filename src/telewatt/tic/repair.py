"""Repair of single-bit errors on a line that carries parity.

A byte with wrong parity is known bad: parity says *which byte*, the checksum says *which bit*,
and label and format grammar give a second opinion. One or two bad bytes are tried; a repair
counts only if exactly one reading of the dataset fits. Datasets mended so are marked.

Source: Enedis-NOI-CPT_54E v3, 5.3.3 (7 data bits, even parity) and 5.3.6 (checksum).
"""

from collections.abc import Sequence
from itertools import product

from telewatt.tic.checksum import WITH_PARITY, WITHOUT_PARITY
from telewatt.tic.dataset import DatasetError, Grammar, parse_body
from telewatt.tic.frame import Dataset, Reason

MAX_BAD_BYTES = 2


def bad_bytes(line: bytes) -> list[int]:
    """Places of the bytes whose parity is wrong."""
    good = line.translate(WITHOUT_PARITY).translate(WITH_PARITY)
    return [i for i, (sent, right) in enumerate(zip(line, good, strict=True)) if sent != right]


def is_one_flip_from(byte: int, wanted: int) -> bool:
    """Whether a single bit error, parity bit included, makes ``wanted`` into ``byte``."""
    return (byte ^ wanted).bit_count() == 1


def repair_body(body: bytes, grammars: Sequence[Grammar]) -> tuple[Dataset, Grammar]:
    """Mend a dataset whose bytes have wrong parity in one or two places.

    Args:
        body: label to checksum with the parity bits; at least one parity is wrong.
        grammars: of the modes the stream may be in.

    Returns:
        The dataset, marked ``repaired``, and the grammar it fits.

    Raises:
        DatasetError: too many bad bytes, no repair fits, or more than one does.
    """
    bad = bad_bytes(body)
    if len(bad) > MAX_BAD_BYTES:
        raise DatasetError(Reason.PARITY)
    plain = bytearray(body.translate(WITHOUT_PARITY))
    fits: dict[Dataset, Grammar] = {}
    for replacement in product(*(_neighbours(plain[i]) for i in bad)):
        for i, byte in zip(bad, replacement, strict=True):
            plain[i] = byte
        for grammar in grammars:
            try:
                fits[parse_body(bytes(plain), grammar, known_only=True)] = grammar
            except DatasetError:
                continue
    if len(fits) != 1:
        raise DatasetError(Reason.PARITY)
    [(dataset, grammar)] = fits.items()
    return dataset._replace(repaired=True), grammar


def _neighbours(byte: int) -> list[int]:
    """What was sent if one of the eight bits is wrong: the byte itself stands for bit 7."""
    flipped = [byte, *(byte ^ (1 << bit) for bit in range(7))]
    return [b for b in flipped if b == 0x09 or 0x20 <= b <= 0x7E]
