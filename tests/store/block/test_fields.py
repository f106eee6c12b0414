"""Columns of texts come back, and the form of a column is the smallest that all its texts have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.store.block.fields import TextColumn, text_of

seasons = st.sampled_from("HEhe ")
moments = st.builds(
    lambda season, time: f"{season}{time:%y%m%d%H%M%S}",
    seasons,
    st.datetimes().map(lambda time: time.replace(year=2000 + time.year % 100 // 4 * 4)),
)
near_moments = st.builds(
    lambda season, digits: f"{season}{digits}",
    seasons,
    st.text("0123456789", min_size=12, max_size=12),
)


def columns(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(texts, min_size=1, max_size=20)


def encode(texts: list[str]) -> tuple[str, list[int], list[str]]:
    column = TextColumn()
    column.extend(texts)
    return column.encode()


def check(texts: list[str]) -> str:
    form, numbers, distinct = encode(texts)
    assert len(numbers) == len(texts)
    assert list(map(text_of(form, len(texts[0]), distinct), numbers)) == texts
    return form


@given(
    st.integers(1, 9).flatmap(
        lambda width: columns(st.text("0123456789", min_size=width, max_size=width))
    )
)
def test_digits_become_their_value(texts: list[str]) -> None:
    assert check(texts) == "d"
    assert encode(texts)[1] == [int(text) for text in texts]


@given(columns(moments))
def test_horodates_become_moments(texts: list[str]) -> None:
    assert check(texts) == "m"


@given(columns(moments | near_moments))
def test_what_is_no_date_of_the_calendar_comes_back_as_well(texts: list[str]) -> None:
    assert check(texts) in "mt"


@pytest.mark.parametrize(
    "text", ["H260230120000", " 000000000000", "H260115240000", "H260115126000"]
)
def test_a_horodate_that_is_no_moment_is_a_text(text: str) -> None:
    assert check(["H260115120000", text]) == "t"


def test_the_next_second_is_five_more_and_the_next_season_one() -> None:
    texts = ["H260115235959", "H260116000000", "E260116000000"]
    numbers = encode(texts)[1]
    assert [number - numbers[0] for number in numbers] == [0, 5, 6]


@given(st.integers(0, 5).flatmap(lambda width: columns(st.text(min_size=width, max_size=width))))
def test_any_texts_of_one_width_come_back(texts: list[str]) -> None:
    check(texts)


@pytest.mark.parametrize("text", ["١٢٣", "²", "+1", " 1", "1_0", ""])
def test_digits_are_ascii_digits_and_nothing_else(text: str) -> None:
    assert check([text]) == "t"


def test_distinct_texts_are_kept_once_in_the_order_of_their_appearance() -> None:
    assert encode(["HP", "HC", "HC", "HP"]) == ("t", [0, 1, 1, 0], ["HP", "HC"])


def test_texts_can_be_added_many_times() -> None:
    column = TextColumn()
    column.extend(["7", "8"], times=2)
    assert column.encode() == ("d", [7, 8, 7, 8], [])
