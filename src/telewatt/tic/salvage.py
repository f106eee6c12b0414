"""What a stretch of line between two CRs consists of, when it is not simply LF + dataset.

Lost or damaged LF, CR, STX, ETX and EOT are recognised here, so that they cost the dataset
they hit and never its neighbours. On a line with parity, delimiters with a single wrong bit
are mended. The pieces of a stretch, one after the other, are the stretch.

Source: Enedis-NOI-CPT_54E v3, 5.3.6; EOT: manufacturers' manuals.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from telewatt.tic.checksum import ETX, STX
from telewatt.tic.repair import is_one_flip_from

STX_CODE, ETX_CODE, EOT_CODE = 0x02, 0x03, 0x04
CONTROLS: Mapping[int, int] = {0x02: STX_CODE, 0x03: ETX_CODE, 0x04: EOT_CODE}
CONTROLS_PARITY: Mapping[int, int] = {0x82: STX_CODE, 0x03: ETX_CODE, 0x84: EOT_CODE}
_LF, _CR_PARITY = 0x0A, 0x8D


class Piece(NamedTuple):
    """A part of a stretch: a frame control, a dataset to try (``body``), or neither.

    Attributes:
        raw: the bytes as on the line.
        control: STX, ETX or EOT (2, 3, 4), else 0.
        body: label to checksum, if there is something to try.
        mended: a delimiter with a wrong bit was taken for what it was.
        whole: false for what the stream left unfinished.
    """

    raw: bytes
    control: int = 0
    body: bytes = b""
    mended: bool = False
    whole: bool = True


def split_stretch(
    stretch: bytes, controls: Mapping[int, int], *, parity: bool, terminated: bool
) -> Iterator[Piece]:
    """Split a stretch at its LFs and name every part.

    Args:
        stretch: the bytes after one CR and before the next, both excluded.
        controls: the frame controls as this line sends them.
        parity: bit 7 carries parity, so wrong bits in delimiters can be recognised.
        terminated: a CR followed; otherwise the stream ended here.
    """
    texts = stretch.split(b"\n")
    marks = bytes(controls)
    for i, text in enumerate(texts):
        start, cr_follows = b"\n" if i else b"", terminated and i == len(texts) - 1
        led = text.lstrip(marks)
        core = led.rstrip(marks)
        if start and cr_follows and core:  # LF to CR: a control in there is damage
            led = core = text
        lead, trail = text[: len(text) - len(led)], led[len(core) :]
        if lead or not core:
            yield Piece(start)
            start = b""
        yield from _controls_of(lead, controls)
        if core and parity and (control := _damaged_control(core, lead, trail)):
            yield Piece(core, control=control, mended=True)
        elif core:
            body = _without_damaged_delimiters(core, bool(i), cr_follows) if parity else core
            whole = terminated or i < len(texts) - 1
            yield Piece(start + core, body=body, mended=body != core, whole=whole)
        yield from _controls_of(trail, controls)


def _without_damaged_delimiters(core: bytes, has_lf: bool, has_cr: bool) -> bytes:
    if len(core) == 1:  # it would be nothing but the delimiter
        return core
    if not has_lf and is_one_flip_from(core[0], _LF):
        return core[1:]
    if not has_cr and is_one_flip_from(core[-1], _CR_PARITY):
        return core[:-1]
    return core


def _controls_of(marks: bytes, controls: Mapping[int, int]) -> Iterator[Piece]:
    for mark in marks:
        yield Piece(bytes((mark,)), control=controls[mark])


def _damaged_control(core: bytes, lead: bytes, trail: bytes) -> int:
    """Between two frames stand ETX and STX: where one is seen, the damaged byte is the other."""
    if len(core) > 1:
        return 0
    if trail and is_one_flip_from(core[0], ETX[0]):
        return ETX_CODE
    if lead and is_one_flip_from(core[0], STX[0] | 0x80):
        return STX_CODE
    return 0
