"""Columns of whole numbers as bytes that compress well.

Layout of a table of columns: a code for each column (varint), then the first value of each
(zigzag varint), then the rest of each, which the code says:

- 0: nothing; every value is the first one;
- 1: the step (zigzag varint); every value is the one before plus the step;
- 1 + w: the differences to the value before, zigzag, in w bytes each, little-endian, as planes:
  the lowest bytes of all of them, then the next ones, up to the w-th.

A column without values has neither code nor first value. Nothing is compressed here: whoever
stores columns compresses them, best many together. How many values each has is not part of the
bytes; where the table ends is.

A varint has seven bits a byte, lowest first, and bit 7 set in all bytes but the last. Zigzag makes
0, -1, 1, -2 ... into 0, 1, 2, 3 ..., so that small differences of both signs have high bytes of 0.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import sub

_TYPECODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_SIGNED = tuple((z >> 1) ^ -(z & 1) for z in range(256))


def encode_ints(values: Sequence[int]) -> bytes:
    """The column of these values: any ints, however large, of either sign; ``b""`` if none."""
    return encode_columns((values,))


def decode_ints(data: bytes, count: int) -> list[int]:
    """The ``count`` values that `encode_ints` made into these bytes.

    Raises:
        ValueError: the bytes are no column of so many values.
    """
    cursor = Cursor(data)
    (values,) = cursor.columns((count,))
    if cursor.place != len(data):
        raise ValueError(f"{len(data) - cursor.place} bytes too many for {count} values")
    return values


def encode_columns(columns: Iterable[Sequence[int]]) -> bytes:
    """The table of these columns, one after the other; `Cursor.columns` reads it."""
    codes, firsts, rests = bytearray(), bytearray(), bytearray()
    for values in columns:
        if values:
            code, rest = _encode_rest(values)
            codes += encode_count(code)
            firsts += encode_number(values[0])
            rests += rest
    return bytes(codes + firsts + rests)


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
        firsts = [self.number() if count else 0 for count in counts]
        return list(map(self._rest, counts, codes, firsts))

    def _rest(self, count: int, code: int, first: int) -> list[int]:
        if code == 0:
            return [first] * count
        if code == 1:
            step = self.number()
            return [first + step * n for n in range(count)]
        planes = self.take((code - 1) * (count - 1))
        return list(accumulate(_from_planes(planes, code - 1), initial=first))


def _encode_rest(values: Sequence[int]) -> tuple[int, bytes]:
    if values.count(values[0]) == len(values):
        return 0, b""
    differences = list(map(sub, values[1:], values))
    if differences.count(differences[0]) == len(differences):
        return 1, encode_number(differences[0])
    zigzags = [d + d if d >= 0 else -d - d - 1 for d in differences]
    width = (max(zigzags).bit_length() + 7) // 8
    return 1 + width, _to_planes(zigzags, width)


def _to_planes(zigzags: list[int], width: int) -> bytes:
    size = next((size for size in _TYPECODES if size >= width), width)
    if size in _TYPECODES:
        words = array(_TYPECODES[size], zigzags)
        if sys.byteorder == "big":
            words.byteswap()
        data = words.tobytes()
    else:
        data = b"".join([zigzag.to_bytes(size, "little") for zigzag in zigzags])
    return data if width == 1 else b"".join([data[plane::size] for plane in range(width)])


def _from_planes(planes: bytes, width: int) -> Iterable[int]:
    if width == 1:
        return map(_SIGNED.__getitem__, planes)
    count, size = len(planes) // width, next((s for s in _TYPECODES if s >= width), width)
    data = bytearray(count * size)
    for plane in range(width):
        data[plane::size] = planes[plane * count : (plane + 1) * count]
    if size in _TYPECODES:
        words = array(_TYPECODES[size])
        words.frombytes(data)
        if sys.byteorder == "big":
            words.byteswap()
        return [(z >> 1) ^ -(z & 1) for z in words]
    zigzags = (int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size))
    return [(z >> 1) ^ -(z & 1) for z in zigzags]
