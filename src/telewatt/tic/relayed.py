r"""Frames whose values another program had decoded: no bytes of a line, no parity, no checksum.

Such a frame is written as a meter would send it, so that journal, replay and exports can keep it;
its status is ``RELAYED`` for ever, and nobody takes it for what came from a meter. The bytes
follow from the values alone: the same values give the same bytes, and these bytes the same frame.
What a label does not allow is rejected, as on a line. Pure.
"""

from collections.abc import Iterable
from typing import NamedTuple

from telewatt.tic.checksum import CR, ETX, LF, SEPARATOR, STX, encode_dataset, encode_frame
from telewatt.tic.dataset import GRAMMARS, DatasetError, parse_body
from telewatt.tic.frame import Dataset, Frame, Mode, Rejected, Status
from telewatt.tic.labels import TABLE, Label

KNOWN_MAX = 1024
_HT = SEPARATOR[Mode.STANDARD]


class Value(NamedTuple):
    """One value as another program tells it.

    Attributes:
        label: as the specification writes it.
        data: the characters, as far as they are known (see `restore_data`).
        horodate: the meter's time stamp, or ``None`` if the program does not tell it.
    """

    label: str
    data: str
    horodate: str | None = None


def write_frame(mode: Mode, values: Iterable[Value]) -> bytes:
    r"""The bytes of a frame with these values, in this order.

    A value that no line could carry, and one that needs a horodate but has none, is left out.

    >>> write_frame(Mode.HISTORIC, [Value("PAPP", "750"), Value("PTEC", "HP..")])
    b'\x02\nPAPP 00750 -\r\nPTEC HP..  \r\x03'
    """
    datasets = []
    for label, told, horodate in values:
        data = restore_data(mode, label, told)
        rows = TABLE[mode].get(label, ())
        if rows and horodate is None and all(row.horodated for row in rows):
            continue
        stamp = horodate if rows and any(row.horodated for row in rows) else None
        if _is_plain(label) and _is_plain(data) and _is_plain(stamp or ""):
            datasets.append(encode_dataset(mode, label, data, stamp))
    return encode_frame(datasets)


def restore_data(mode: Mode, label: str, told: str) -> str:
    """The characters of a value whose leading zeros or final spaces were dropped on its way.

    >>> restore_data(Mode.STANDARD, "EAST", "1234567")
    '001234567'
    >>> restore_data(Mode.STANDARD, "LTARF", "BASE")
    'BASE            '
    """
    for row in TABLE[mode].get(label, ()):
        kind, width = _shape(row)
        if len(told) < width:
            if kind in ("int", "digits", "relais", "stge", "ppot") and told.isalnum():
                return told.zfill(width)
            if kind in ("text", "code"):
                return told.ljust(width)
            if kind == "address" and told.isdecimal() and len(told) >= width - 2:
                return told.zfill(width)  # it was taken for a number
    return told


def read_frame(raw: bytes, offset: int, known: dict[bytes, Dataset] | None = None) -> Frame:
    """The frame that `write_frame` wrote as these bytes; whatever the bytes are, it is one.

    Args:
        offset: of its first byte in its stream.
        known: datasets by their bytes, of the frames before: the same ones are given again.
    """
    mode = Mode.STANDARD if _HT in raw else Mode.HISTORIC
    datasets: list[Dataset] = []
    rejected: list[Rejected] = []
    place = offset + len(STX)
    for part in raw.removeprefix(STX).removesuffix(ETX).split(CR)[:-1]:
        piece = part + CR
        dataset = known.get(piece) if known else None
        try:
            dataset = dataset or parse_body(part.removeprefix(LF), GRAMMARS[mode], intact=True)
        except DatasetError as error:
            rejected.append(Rejected(place, error.reason, piece))
        else:
            datasets.append(dataset)
            if known is not None:
                known[piece] = dataset
        place += len(piece)
    return Frame(mode, Status.RELAYED, offset, raw, tuple(datasets), tuple(rejected))


class RelayedDecoder:
    """As `telewatt.tic.Decoder`, for a source of relayed frames; each frame is given whole.

    Attributes:
        mode: of the last frame.
    """

    def __init__(self) -> None:
        self.mode: Mode | None = None
        self._pending = b""
        self._offset = 0
        self._known: dict[bytes, Dataset] = {}

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take the next bytes; return the frames they complete, in order."""
        *whole, self._pending = (self._pending + chunk).split(ETX)
        frames = []
        for part in whole:
            if len(self._known) > KNOWN_MAX:
                self._known.clear()
            frame = read_frame(part + ETX, self._offset, self._known)
            self._offset += len(frame.raw)
            self.mode = frame.mode
            frames.append(frame)
        return frames

    def close(self) -> list[Frame]:
        """End the stream: half a frame is none."""
        self._pending = b""
        return []


def _shape(row: Label) -> tuple[str, int]:
    """The kind of a label's format and the characters it has; 0: any number.

    An index of 8 or 9 digits has 9: only a concentrator's has 8.
    """
    kind, _, size = row.format.partition(":")
    widths = {"relais": 3, "stge": 8, "ppot": 2, "address": 12, "optarif": 4, "ptec": 4}
    least = size.split(",")[-1 if kind == "int" else 0]
    return kind, widths.get(kind, int(least) if least.isdecimal() else 0)


def _is_plain(text: str) -> bool:
    """Whether it can stand in a dataset: printable ASCII only."""
    return text.isascii() and (not text or text.isprintable())
