"""Kinds of datasets and their lines of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.store.block.kinds import Kind, decode_kind, describe, encode_kind
from telewatt.tic import Mode, encode_dataset, restore_dataset

surrogates = st.characters(categories=["Cs"])
kinds = st.builds(
    Kind,
    st.sampled_from(Mode),
    st.booleans(),
    st.text() | st.text("AB 1+-_\\\n\t") | st.text(surrogates),
    st.integers(0, 500),
    st.none() | st.integers(0, 20),
)


@given(kinds, st.sampled_from("dmt"), st.sampled_from("dmt"))
def test_a_kind_comes_back_from_its_line(kind: Kind, data: str, horodate: str) -> None:
    forms = data if kind.horodate_width is None else data + horodate
    line = encode_kind(kind, forms)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert decode_kind(line) == (kind, forms)


@pytest.mark.parametrize("line", ["", "EAST", "EAST S", "EAST X9d", "EAST S9", "EAST S9d "])
def test_another_line_is_none(line: str) -> None:
    with pytest.raises(ValueError, match="no kind of dataset"):
        decode_kind(line)


@pytest.mark.parametrize(
    ("mode", "fields", "line"),
    [
        (Mode.STANDARD, ("EAST", "008123456"), "EAST S9d"),
        (Mode.STANDARD, ("SMAXSN", "05555", "H260301061523"), "SMAXSN S5d13m"),
        (Mode.HISTORIC_HT, ("EA_s", "1234"), "EA_s T4d"),
        (Mode.HISTORIC, ("PTEC", "TH.."), "PTEC H4t"),
    ],
)
def test_a_line_is_short_and_can_be_read(mode: Mode, fields: tuple[str], line: str) -> None:
    kind, part = describe(restore_dataset(mode, *fields), mode, parity=False)
    assert encode_kind(kind, "".join(c for c in line.split(" ")[1] if c in "dmt")) == line
    assert part == encode_dataset(mode, *fields)
    assert kind.length == len(part)


def test_the_unit_of_a_linky_is_part_of_the_kind() -> None:
    for linky in (False, True):
        dataset = restore_dataset(Mode.HISTORIC, "PMAX", "06000", linky=linky)
        assert describe(dataset, Mode.HISTORIC, parity=False)[0].linky is linky


def test_a_dataset_of_another_mode_than_its_frame_keeps_its_own() -> None:
    dataset = restore_dataset(Mode.HISTORIC, "PAPP", "00750")
    assert describe(dataset, Mode.STANDARD, parity=False)[0].mode is Mode.HISTORIC
