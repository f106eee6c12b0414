r"""Checksums and encoding: what a meter does to put a dataset on the line.

S = sum of the bytes of the controlled zone; checksum = (S & 0x3F) + 0x20, so 0x20..0x5F:
it may be a space, never HT. The zone runs from the label to the end of the data; in standard
mode it includes the last HT.

Source: Enedis-NOI-CPT_54E v3, 5.3.6 tables 6-7.
"""

from telewatt.tic.frame import Mode

LF, CR, STX, ETX, HT, SP = b"\n", b"\r", b"\x02", b"\x03", b"\t", b" "
SEPARATOR = {Mode.HISTORIC: SP, Mode.HISTORIC_HT: HT, Mode.STANDARD: HT}

WITH_PARITY = bytes(b | 0x80 if b.bit_count() % 2 else b for b in range(128)) * 2
"""``bytes.translate`` table: gives each byte even parity in bit 7, as a line read 8N1 has it."""
WITHOUT_PARITY = bytes(range(128)) * 2
"""``bytes.translate`` table: clears bit 7."""


def checksum(zone: bytes) -> int:
    """The checksum character of a controlled zone (7-bit bytes).

    >>> chr(checksum(b"PTEC HP.."))
    ' '
    """
    return (sum(zone) & 0x3F) + 0x20


def encode_dataset(mode: Mode, label: str, data: str, horodate: str | None = None) -> bytes:
    r"""One dataset as the meter sends it, LF to CR, 7-bit (no parity).

    >>> encode_dataset(Mode.HISTORIC, "PAPP", "00750")
    b'\nPAPP 00750 -\r'
    >>> encode_dataset(Mode.STANDARD, "DATE", "", "H081225223518")
    b'\nDATE\tH081225223518\t\tH\r'
    """
    separator = SEPARATOR[mode]
    fields = [label, data] if horodate is None else [label, horodate, data]
    zone = separator.join(field.encode("ascii") for field in fields)
    sealed = zone + separator if mode is Mode.STANDARD else zone
    return LF + zone + separator + bytes((checksum(sealed),)) + CR


def encode_frame(datasets: list[bytes]) -> bytes:
    """STX, the encoded datasets, ETX."""
    return STX + b"".join(datasets) + ETX


def add_parity(line: bytes) -> bytes:
    """The line as a port opened 8N1 delivers it: even parity in bit 7."""
    return line.translate(WITH_PARITY)
