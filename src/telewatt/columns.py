"""Columns of whole numbers as bytes that compress well.

Layout: a code (varint), the first value (zigzag varint), then

- code 0: the step (zigzag varint); every value is the one before plus the step;
- code w: the differences to the value before, zigzag, in w bytes each, little-endian, as planes:
  the lowest bytes of all of them, then the next ones, up to the w-th.

Nothing is compressed here: whoever stores columns compresses many of them together. The bytes of
a column tell where they end, so columns can follow each other.

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
    if not values:
        return b""
    first, step = values[0], values[1] - values[0] if len(values) > 1 else 0
    differences = list(map(sub, values[1:], values))
    if differences.count(step) == len(differences):
        return b"\x00" + encode_number(first) + encode_number(step)
    zigzags = [d + d if d >= 0 else -d - d - 1 for d in differences]
    width = (max(zigzags).bit_length() + 7) // 8
    return encode_count(width) + encode_number(first) + _to_planes(zigzags, width)


def decode_ints(data: bytes, count: int) -> list[int]:
    """The ``count`` values that `encode_ints` made into these bytes.

    Raises:
        ValueError: the bytes are no column of so many values.
    """
    values, end = read_ints(data, 0, count)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes too many for a column of {count} values")
    return values


def read_ints(data: bytes, start: int, count: int) -> tuple[list[int], int]:
    """The ``count`` values of the column that begins at ``start``, and where it ends.

    Raises:
        ValueError: the bytes end before the column.
    """
    if not count:
        return [], start
    width, place = read_count(data, start)
    first, place = read_number(data, place)
    if not width:
        step, place = read_number(data, place)
        return list(range(first, first + step * count, step)) if step else [first] * count, place
    end = place + width * (count - 1)
    if end > len(data):
        raise ValueError(f"the bytes end before the column of {count} values does")
    return list(accumulate(_from_planes(data[place:end], width), initial=first)), end


def encode_number(value: int) -> bytes:
    """One whole number as a zigzag varint."""
    return encode_count(value + value if value >= 0 else -value - value - 1)


def read_number(data: bytes, start: int) -> tuple[int, int]:
    """The number whose zigzag varint begins at ``start``, and where it ends (or `ValueError`)."""
    zigzag, end = read_count(data, start)
    return (zigzag >> 1) ^ -(zigzag & 1), end


def encode_count(value: int) -> bytes:
    """One number of 0 or more as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_count(data: bytes, start: int) -> tuple[int, int]:
    """The number of 0 or more whose varint begins at ``start``, and where it ends.

    Raises:
        ValueError: the bytes end before.
    """
    value = shift = 0
    for place in range(start, len(data)):
        value |= (data[place] & 0x7F) << shift
        if data[place] < 0x80:
            return value, place + 1
        shift += 7
    raise ValueError("the bytes end within a number")


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
