"""Parity says which byte, the checksum says which bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic import Decoder, Mode, Reason, add_parity, encode_dataset
from telewatt.tic.dataset import GRAMMARS, DatasetError
from telewatt.tic.repair import bad_bytes, repair_body
from tests.tic.lines import HISTORIC, STANDARD, encode, fields_of, stream

BOTH = [(Mode.HISTORIC, fields) for fields in HISTORIC] + [
    (Mode.STANDARD, fields) for fields in STANDARD
]


@pytest.mark.parametrize(("mode", "fields"), BOTH, ids=lambda each: str(each[0]))
def test_every_single_bit_error_is_repaired_and_flagged_or_refused_never_wrong(mode, fields):
    body = add_parity(encode_dataset(mode, *fields)[1:-1])
    repaired = 0
    for bit in range(8 * len(body)):
        damaged = bytearray(body)
        damaged[bit // 8] ^= 1 << bit % 8
        assert bad_bytes(bytes(damaged)) == [bit // 8]
        try:
            dataset, found = repair_body(bytes(damaged), (GRAMMARS[mode],))
        except DatasetError as error:
            assert error.reason is Reason.PARITY
            continue
        assert (dataset.label, dataset.data, dataset.horodate) == fields
        assert dataset.repaired
        assert found.mode is mode
        repaired += 1
    assert repaired >= 0.97 * 8 * len(body)


@given(st.sampled_from(BOTH), st.data())
def test_two_bad_bytes_are_repaired_only_if_one_reading_fits(case, data):
    mode, fields = case
    body = bytearray(add_parity(encode_dataset(mode, *fields)[1:-1]))
    places = data.draw(st.lists(st.integers(0, len(body) - 1), min_size=2, max_size=2, unique=True))
    for at in places:
        body[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        dataset, _ = repair_body(bytes(body), (GRAMMARS[mode],))
    except DatasetError:
        return
    assert (dataset.label, dataset.data, dataset.horodate) == fields


@pytest.mark.slow
@pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])
def test_any_single_bit_error_on_a_parity_line_costs_nothing_but_the_flag(mode):
    fields = HISTORIC if mode is Mode.HISTORIC else STANDARD
    frame = add_parity(encode(mode, fields))
    lead = stream(mode, 1, parity=True)
    lost = 0
    for bit in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        decoder = Decoder()
        frames = decoder.feed(lead + bytes(damaged) + frame) + decoder.close()
        read = [each for f in frames[1:] for each in fields_of(f)]
        assert set(read) <= set(fields)
        lost += len(read) < 2 * len(fields)
    assert lost <= 0.03 * 8 * len(frame)


def test_three_bad_bytes_are_refused():
    body = bytearray(add_parity(b"PAPP 00750 -"))
    for at in (5, 6, 7):
        body[at] ^= 1
    with pytest.raises(DatasetError) as error:
        repair_body(bytes(body), (GRAMMARS[Mode.HISTORIC],))
    assert error.value.reason is Reason.PARITY


def test_a_repaired_dataset_of_the_locked_mode_stands_between_strangers():
    def damaged(fields) -> bytes:
        line = bytearray(add_parity(encode_dataset(Mode.STANDARD, *fields)))
        line[3] ^= 1
        return bytes(line)

    stray = add_parity(encode_dataset(Mode.HISTORIC, "PAPP", "00750"))
    lead = stream(Mode.STANDARD, 1, parity=True)
    decoder = Decoder()
    decoder.feed(lead + b"\x82" + stray + stray + damaged(STANDARD[0]) + stray + b"\x03")
    assert decoder.mode is Mode.STANDARD
