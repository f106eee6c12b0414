"""Repair of single-bit errors on a line that carries parity.

A byte with wrong parity is known bad: parity says *which byte*, the checksum says *which bit*,
and label and format grammar give a second opinion. One or two bad bytes are tried; a repair
counts only if exactly one reading of the dataset fits. Datasets mended so are marked.

Source: Enedis-NOI-CPT_54E v3, 5.3.3 (7 data bits, even parity) and 5.3.6 (checksum).
"""

from itertools import product

from telewatt.tic.checksum import WITH_PARITY, WITHOUT_PARITY
from telewatt.tic.dataset import DatasetError, parse_body
from telewatt.tic.frame import Dataset, Mode, Reason

MAX_BAD_BYTES = 2


def bad_bytes(line: bytes) -> list[int]:
    """Places of the bytes whose parity is wrong."""
    good = line.translate(WITHOUT_PARITY).translate(WITH_PARITY)
    return [i for i, (sent, right) in enumerate(zip(line, good, strict=True)) if sent != right]


def is_one_flip_from(byte: int, wanted: int) -> bool:
    """Whether a single bit error, parity bit included, makes ``wanted`` into ``byte``."""
    return (byte ^ wanted).bit_count() == 1


def repair_body(body: bytes, modes: tuple[Mode, ...]) -> tuple[Dataset, Mode]:
    """Mend a dataset whose bytes have wrong parity in one or two places.

    Args:
        body: label to checksum with the parity bits; at least one parity is wrong.
        modes: the modes the stream may be in, tried in order.

    Returns:
        The dataset, marked ``repaired``, and the mode it fits.

    Raises:
        DatasetError: too many bad bytes, no repair fits, or more than one does.
    """
    bad = bad_bytes(body)
    if len(bad) > MAX_BAD_BYTES:
        raise DatasetError(Reason.PARITY)
    plain = bytearray(body.translate(WITHOUT_PARITY))
    fits: set[tuple[Dataset, Mode]] = set()
    for replacement in product(*(_neighbours(plain[i]) for i in bad)):
        for i, byte in zip(bad, replacement, strict=True):
            plain[i] = byte
        for mode in modes:
            try:
                fits.add((parse_body(bytes(plain), mode, known_only=True), mode))
            except DatasetError:
                continue
    if len(fits) != 1:
        raise DatasetError(Reason.PARITY)
    dataset, mode = fits.pop()
    return dataset._replace(repaired=True), mode


def _neighbours(byte: int) -> list[int]:
    """What was sent if one of the eight bits is wrong: the byte itself stands for bit 7."""
    flipped = [byte, *(byte ^ (1 << bit) for bit in range(7))]
    return [b for b in flipped if b == 0x09 or 0x20 <= b <= 0x7E]
