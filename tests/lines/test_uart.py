from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from telewatt.lines.uart import Receiver
from telewatt.tic import add_parity

SPEEDS = st.sampled_from([1200, 2400, 4800, 9600, 19200, 38400])
TEXT = add_parity(b"\x02\nADCO 021861348497 L\r\nOPTARIF HC.. <\r\nISOUSC 45 ?\r" * 3)


@given(st.lists(st.binary(max_size=30)), SPEEDS)
def test_at_the_right_speed_everything_is_heard(pieces: list[bytes], speed: int):
    receiver = Receiver()
    assert b"".join(receiver.hear(piece, speed, speed) for piece in pieces) == b"".join(pieces)


@given(st.lists(st.integers(0, len(TEXT))), SPEEDS, SPEEDS)
def test_what_is_heard_does_not_depend_on_the_pieces(cuts: list[int], sent: int, read: int):
    receiver, edges = Receiver(), [0, *sorted(cuts), len(TEXT)]
    pieces = [receiver.hear(TEXT[a:b], sent, read) for a, b in pairwise(edges)]
    assert b"".join(pieces) == Receiver().hear(TEXT, sent, read)


@given(st.binary(min_size=200, max_size=400), SPEEDS, SPEEDS)
def test_a_receiver_hears_no_more_characters_than_its_speed_has_room_for(
    data: bytes, sent: int, read: int
):
    heard = Receiver().hear(data, sent, read)
    assert len(heard) <= len(data) * max(1, read / sent) + 1


def test_too_slow_a_receiver_hears_few_characters_and_framing_errors_as_nul():
    heard = Receiver().hear(TEXT, 9600, 1200)
    assert 0 < len(heard) < len(TEXT) / 4
    assert 0 in heard


def test_too_fast_a_receiver_hears_runs_of_zeros_and_ones_only():
    # Eight samples of each bit: a character is a run of zeros and then a run of ones.
    heard = set(Receiver().hear(TEXT, 1200, 9600))
    assert heard <= {0x00, 0x80, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC, 0xFE, 0xFF}


def test_a_receiver_keeps_less_than_one_character():
    receiver = Receiver()
    for _ in range(100):
        receiver.hear(TEXT, 9600, 1200)
    assert len(receiver._levels) < 10 * 8
