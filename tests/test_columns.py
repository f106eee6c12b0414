"""Columns of whole numbers: they come back, and what hardly changes takes hardly any bytes."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.columns import Cursor, encode_columns, encode_count, encode_number

numbers = st.integers(-(2**8), 2**8) | st.integers(-(2**63), 2**64) | st.integers()


def encode_ints(values: list[int]) -> bytes:
    return encode_columns((values,))


def decode_ints(data: bytes, count: int) -> list[int]:
    cursor = Cursor(data)
    (values,) = cursor.columns((count,))
    assert cursor.place == len(data)
    return values


@given(st.lists(numbers, max_size=40))
def test_a_column_comes_back(values: list[int]) -> None:
    assert decode_ints(encode_ints(values), len(values)) == values


@given(st.integers(1, 12), st.data())
def test_differences_of_every_width_come_back(width: int, data: st.DataObject) -> None:
    limit = 2 ** (8 * width - 1)
    steps = data.draw(st.lists(st.integers(-limit, limit - 1), max_size=20))
    values = [0]
    for step in [*steps, limit - 1, -limit]:
        values.append(values[-1] + step)
    assert decode_ints(encode_ints(values), len(values)) == values


@given(st.lists(st.lists(numbers, max_size=9), max_size=5))
def test_a_table_of_columns_comes_back_and_tells_its_end(found: list[list[int]]) -> None:
    data = b"?" + encode_columns(found)
    cursor = Cursor(data + b"?", 1)
    assert cursor.columns([len(values) for values in found]) == found
    assert cursor.place == len(data)


@given(numbers, st.integers(1, 5000))
def test_a_constant_column_is_as_long_as_its_number(value: int, count: int) -> None:
    data = encode_ints([value] * count)
    assert data == b"\x00" + encode_number(value)
    assert decode_ints(data, count) == [value] * count


@given(numbers, numbers.filter(bool), st.integers(3, 5000))
def test_a_column_of_equal_steps_is_as_long_as_two_numbers(
    first: int, step: int, count: int
) -> None:
    values = [first + step * n for n in range(count)]
    data = encode_ints(values)
    assert data == b"\x01" + encode_number(first) + encode_number(step)
    assert decode_ints(data, count) == values


@pytest.mark.parametrize(
    ("span", "width"), [(255, 1), (256, 2), (2**16, 3), (2**24, 4), (2**64, 9)]
)
def test_what_is_stored_takes_as_many_bytes_as_it_needs(span: int, width: int) -> None:
    values = [7, 7 + span, 7, 7, 7 + span]
    assert len(encode_ints(values)) == 2 + 5 * width
    rising = [0, 10**30, 2 * 10**30, 3 * 10**30 + span, 4 * 10**30 + span]
    assert len(encode_ints(rising)) == 2 + len(encode_number(10**30)) + 4 * width


def test_the_low_bytes_come_first() -> None:
    assert encode_ints([5, 5, 305, 5, 5]) == bytes([4, 10, *(0, 0, 44, 0, 0), *(0, 0, 1, 0, 0)])
    assert encode_ints([5, 6, 7, 264, 265]) == bytes([5, 10, 2, *(0, 0, 0, 0), *(0, 0, 1, 0)])


def test_noise_around_a_level_is_stored_as_values_and_what_rises_as_differences() -> None:
    assert encode_ints([230, 231, 230, 229, 231, 229, 230, 230])[0] % 2 == 0
    assert encode_ints([100, 101, 101, 102, 103, 103, 104, 105])[0] % 2 == 1


@given(numbers)
def test_one_number_comes_back(value: int) -> None:
    cursor = Cursor(encode_number(value) + encode_count(abs(value)))
    assert (cursor.number(), cursor.count()) == (value, abs(value))


@given(st.lists(numbers, min_size=1, max_size=9))
def test_a_column_cut_short_is_none(values: list[int]) -> None:
    data = encode_ints(values)
    for length in range(len(data)):
        with pytest.raises(ValueError, match="the bytes end"):
            decode_ints(data[:length], len(values))


def test_the_order_of_the_bytes_is_not_that_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [0, 300, 0, 0]
    assert encode_ints(values)[2:] == bytes([0, 44, 0, 0, 0, 1, 0, 0])
    monkeypatch.setattr(sys, "byteorder", "little" if sys.byteorder == "big" else "big")
    assert encode_ints(values)[2:] == bytes([0, 1, 0, 0, 0, 44, 0, 0])  # what is swapped
    assert decode_ints(encode_ints(values), 4) == values
