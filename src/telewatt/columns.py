"""Columns of whole numbers as bytes that compress well.

Layout of a table of columns: a code for each column (varint), then the head of each, then the
planes of each. A column is stored as its values or as the differences to the value before,
whichever are fewer different ones, and these less the least of them, in w bytes each:

- code 2 w, the values themselves; head: the least value (zigzag varint);
- code 2 w + 1, the differences; head: the first value, the least difference (zigzag varints).

Planes are the lowest bytes of all of them, then the next ones, up to the w-th. So w is 0 for a
constant column, and for one of equal steps. A column without values takes no bytes. Nothing is
compressed here: whoever stores columns compresses them, best many together. How many values each
has is not part of the bytes; where the table ends is.

A varint has seven bits a byte, lowest first, and bit 7 set in all bytes but the last. Zigzag makes
0, -1, 1, -2 ... into 0, 1, 2, 3 ...
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import sub

_TYPECODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_WINDOW = 256  # values, among which the different ones are counted


def encode_columns(columns: Iterable[Sequence[int]]) -> bytes:
    """The table of these columns of any ints, however large; `Cursor.columns` reads it."""
    codes, heads, planes = bytearray(), bytearray(), bytearray()
    for values in columns:
        if values:
            order, head, numbers = _choose(values)
            least = head[-1]
            width = ((max(numbers, default=least) - least).bit_length() + 7) // 8
            codes += encode_count(2 * width + order)
            heads += b"".join(map(encode_number, head))
            planes += _to_planes(numbers, least, width)
    return bytes(codes + heads + planes)


def encode_number(value: int) -> bytes:
    """One whole number as a zigzag varint."""
    return encode_count(value + value if value >= 0 else -value - value - 1)


def encode_count(value: int) -> bytes:
    """One number of 0 or more as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Cursor:
    """Reads what the functions above wrote, from ``place`` on; each call moves on.

    Every method raises ValueError if the bytes end too early.
    """

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data, self.place = data, place

    def take(self, length: int) -> bytes:
        """The next so many bytes."""
        start, self.place = self.place, self.place + length
        if self.place > len(self.data):
            raise ValueError("the bytes end too early")
        return self.data[start : self.place]

    def count(self) -> int:
        """The varint here."""
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def number(self) -> int:
        """The zigzag varint here."""
        zigzag = self.count()
        return (zigzag >> 1) ^ -(zigzag & 1)

    def columns(self, counts: Sequence[int]) -> list[list[int]]:
        """The columns of the table here, which have so many values each."""
        codes = [self.count() if count else 0 for count in counts]
        heads = [
            self._head(code) if count else [0] for count, code in zip(counts, codes, strict=True)
        ]
        return list(map(self._column, counts, codes, heads))

    def _head(self, code: int) -> list[int]:
        return [self.number() for _ in range(1 + code % 2)]

    def _column(self, count: int, code: int, head: list[int]) -> list[int]:
        width, order = divmod(code, 2)
        planes = self.take(width * (count - order))
        numbers = _from_planes(planes, head[-1], width, count - order)
        return list(accumulate(numbers, initial=head[0])) if order else numbers


def _choose(values: Sequence[int]) -> tuple[int, list[int], Sequence[int]]:
    """Code of the order, head, and what is stored less the last number of the head."""
    least = min(values)
    if least == max(values):
        return 0, [least], ()
    differences = list(map(sub, values[1:], values))
    if _variety(values) < _variety(differences):
        return 0, [least], values
    return 1, [values[0], min(differences)], differences


def _variety(numbers: Sequence[int]) -> int:
    starts = range(0, len(numbers), _WINDOW)
    return sum(len(set(numbers[start : start + _WINDOW])) for start in starts)


def _to_planes(numbers: Sequence[int], least: int, width: int) -> bytes:
    if not width:
        return b""
    above = [number - least for number in numbers]
    size = _size(width)
    if size in _TYPECODES:
        words = array(_TYPECODES[size], above)
        if sys.byteorder == "big":
            words.byteswap()
        data = words.tobytes()
    else:
        data = b"".join([number.to_bytes(size, "little") for number in above])
    return data if size == 1 else b"".join([data[plane::size] for plane in range(width)])


def _from_planes(planes: bytes, least: int, width: int, count: int) -> list[int]:
    if not width:
        return [least] * count
    size = _size(width)
    data = bytearray(count * size)
    for plane in range(width):
        data[plane::size] = planes[plane * count : (plane + 1) * count]
    if size not in _TYPECODES:
        parts = (data[i : i + size] for i in range(0, len(data), size))
        return [least + int.from_bytes(part, "little") for part in parts]
    words = array(_TYPECODES[size])
    words.frombytes(data)
    if sys.byteorder == "big":
        words.byteswap()
    return [least + word for word in words] if least else words.tolist()


def _size(width: int) -> int:
    """Of the words that hold so many bytes: those of an array, if there are such."""
    return next((size for size in _TYPECODES if size >= width), width)
