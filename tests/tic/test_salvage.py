"""A stretch is split into pieces without losing a byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic.salvage import CONTROLS, CONTROLS_PARITY, split_stretch

stretches = st.lists(
    st.sampled_from([b"\n", b"\x02", b"\x03", b"\x04", b"\x82", b"A 1 x", b"\x8c", b"\x0b", b"q"])
).map(b"".join)


@given(stretches | st.binary(max_size=60), st.booleans(), st.booleans())
def test_pieces_one_after_the_other_are_the_stretch(stretch, parity, terminated):
    controls = CONTROLS_PARITY if parity else CONTROLS
    pieces = split_stretch(stretch, controls, parity=parity, terminated=terminated)
    assert b"".join(piece.raw for piece in pieces) == stretch


@given(st.binary(max_size=60), st.booleans(), st.booleans())
def test_body_is_part_of_its_piece(stretch, parity, terminated):
    for piece in split_stretch(stretch, CONTROLS, parity=parity, terminated=terminated):
        assert piece.body in piece.raw
        assert not (piece.body and piece.control)


@pytest.mark.parametrize(
    ("stretch", "bodies", "controls"),
    [
        (b"\n1\x03\x02\n2", [b"1", b"2"], [3, 2]),  # CR of the last dataset lost
        (b"\n1\n2", [b"1", b"2"], []),  # CR lost, or turned into LF
        (b"1", [b"1"], []),  # LF lost
        (b"\n1\x04\x02\n2", [b"1", b"2"], [4, 2]),  # broken off inside a dataset
        (b"\n1\x033", [b"1\x033"], []),  # a control inside a dataset is damage
        (b"\n\x03\x02", [], [3, 2]),  # LF made CR LF
        (b"\n\n\n1", [b"1"], []),  # empty lines between datasets
    ],
)
def test_lost_delimiters_are_recognised(stretch, bodies, controls):
    pieces = list(split_stretch(stretch, CONTROLS, parity=False, terminated=True))
    assert [piece.body for piece in pieces if piece.body] == bodies
    assert [piece.control for piece in pieces if piece.control] == controls


@pytest.mark.parametrize("bit", range(8))
def test_damaged_delimiters_are_mended_where_parity_shows_them(bit):
    cr, lf, stx, etx = (bytes((byte ^ 1 << bit,)) for byte in (0x8D, 0x0A, 0x82, 0x03))

    def split(stretch: bytes):
        return list(split_stretch(stretch, CONTROLS_PARITY, parity=True, terminated=True))

    assert [p.body for p in split(b"\nABC" + cr + b"\nDEF") if p.body] == [b"ABC", b"DEF"]
    assert [(p.body, p.mended) for p in split(lf + b"ABC")] == [(b"ABC", True)]
    assert [p.control for p in split(b"\x03" + stx + b"\nABC") if p.control] == [3, 2]
    assert [p.control for p in split(etx + b"\x82\nABC") if p.control] == [3, 2]
