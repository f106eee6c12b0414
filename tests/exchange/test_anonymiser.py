from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.exchange.anonymiser import Anonymiser, has_parity
from telewatt.exchange.identities import IDENTIFYING, Identities
from telewatt.exchange.scanner import Scanner
from telewatt.exchange.whereabouts import places
from telewatt.simulator.injectors import INJECTORS
from telewatt.tic import Frame, Mode, add_parity, encode_dataset, encode_frame
from tests.exchange.lines import decode, identifiers, meaning, noisy

ADSC, PRM = "041876543210", "19012345678901"
MODES = ("historic", "standard")


KEYS = b"1" * 32, b"2" * 32


def anonymised(frames: list[Frame], key: bytes | None = KEYS[0]) -> list[Frame]:
    anonymiser = Anonymiser(Identities(identifiers(frames), key))
    return [anonymiser.frame(frame) for frame in frames]


def raw(frames: list[Frame]) -> bytes:
    return b"".join(frame.raw for frame in frames)


def assert_says_the_same_of_nobody(line: bytes) -> None:
    frames = decode(line)
    hidden = anonymised(frames)
    again = decode(raw(hidden))
    assert raw(again) == raw(hidden)
    assert [frame.datasets for frame in again] == [frame.datasets for frame in hidden]
    assert list(map(meaning, again)) == list(map(meaning, frames))
    assert Scanner(identifiers(frames)).find_in_capture(io.BytesIO(raw(hidden))) is None
    assert identifiers(frames).isdisjoint(identifiers(again))


def test_every_capture_says_the_same_of_nobody(shared: Path) -> None:
    captures = sorted((shared / "captures").glob("*.tic"))
    assert captures
    for capture in captures:
        assert_says_the_same_of_nobody(capture.read_bytes())


noises = st.lists(st.sampled_from(sorted(INJECTORS)), max_size=2, unique=True)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parity", [False, True])
@given(noise=noises, rate=st.sampled_from(["0.0003", "0.003"]), seed=st.integers(0, 1000))
def test_every_noisy_line_says_the_same_of_nobody(mode, parity, noise, rate, seed) -> None:
    injectors = ",".join(f"{name}:{rate}" for name in noise)
    assert_says_the_same_of_nobody(noisy(mode, injectors, parity=parity, seed=seed, size=3000))


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parity", [False, True])
@given(noise=noises, rate=st.sampled_from(["0.01", "0.1", "0.5"]), seed=st.integers(0, 1000))
def test_the_noisiest_line_says_nothing_of_anybody(mode, parity, noise, rate, seed) -> None:
    injectors = ",".join(f"{name}:{rate}" for name in noise)
    line = noisy(mode, injectors, parity=parity, seed=seed, size=3000)
    frames = decode(line)
    real = identifiers(frames) | identifiers(decode(noisy(mode, "", parity=False, seed=seed)))
    scanner = Scanner(real)
    hidden = [raw(anonymised(frames, key)) for key in KEYS]
    assert {len(each) for each in hidden} == {len(raw(frames))}
    assert [scanner.find_whole(each) for each in hidden] == [None, None]
    # six digits in a row may arise by chance where damaged digits are replaced by others; what
    # shines through would do so whatever they are replaced by
    assert None in [scanner.find_in_capture(io.BytesIO(each)) for each in hidden]


def frame_with(label: str, data: str, *, mode: Mode = Mode.STANDARD) -> bytes:
    other = ("EAST", "012345678") if mode is Mode.STANDARD else ("PAPP", "00750")
    return encode_frame([encode_dataset(mode, label, data), encode_dataset(mode, *other)])


@pytest.mark.parametrize("parity", [False, True])
@pytest.mark.parametrize(("label", "data"), [("ADSC", ADSC), ("PRM", PRM)])
def test_an_identifier_with_any_wrong_byte_does_not_leak(label, data, parity) -> None:
    """Never seen intact, so that nothing but the damaged dataset tells of it."""
    line = frame_with(label, data)
    line = add_parity(line) if parity else line
    first = line.index(label.encode()[:1] if not parity else add_parity(label.encode()[:1]))
    for place in range(first, first + len(label) + len(data) + 4):
        for bit in range(8):
            damaged = bytearray(line)
            damaged[place] ^= 1 << bit
            hidden = raw(anonymised(decode(bytes(damaged))))
            assert Scanner([data]).find_in_capture(io.BytesIO(hidden)) is None


def test_a_message_to_the_household_does_not_leak() -> None:
    message = "MME DUPONT VOTRE RDV 12 MAI 09H "
    line = frame_with("MSG1", message) * 2 + frame_with("MSG1", message).replace(b"RDV", b"R\x01V")
    hidden = anonymised(decode(line))
    assert b"DUPONT" in line
    assert Scanner([message]).find_in_capture(io.BytesIO(raw(hidden))) is None
    assert {frame.get("MSG1").data.split()[0] for frame in hidden[:2]} == {"PAS"}


def test_the_message_that_there_is_none_stays() -> None:
    nothing = "PAS DE          MESSAGE         "
    [frame] = anonymised(decode(frame_with("MSG1", nothing)))
    assert frame.get("MSG1").data == nothing


def test_an_address_keeps_its_maker_and_type_and_nothing_else() -> None:
    line = frame_with("ADCO", "021861348497", mode=Mode.HISTORIC)
    [frame] = anonymised(decode(line))
    assert frame.meter[:2] == "02"
    assert frame.meter[4:6] == "61"
    assert frame.meter[2:4] != "18"
    assert all(a != b for a, b in zip(frame.meter[6:], "348497", strict=True))


def test_one_export_calls_a_meter_by_one_name_in_both_modes() -> None:
    line = frame_with("ADCO", ADSC, mode=Mode.HISTORIC) + frame_with("ADSC", ADSC) * 4
    meters = {frame.meter for frame in anonymised(decode(line))}
    assert len(meters - {None}) == 1


def test_the_key_decides_and_is_new_each_time() -> None:
    frames = decode(frame_with("ADSC", ADSC))
    assert anonymised(frames, b"secret") == anonymised(frames, b"secret")
    assert len({anonymised(frames, None)[0].meter for _ in range(20)}) > 15


def test_the_identifying_labels_are_those_of_the_table() -> None:
    from telewatt.tic.labels import LABELS

    addresses = {label.label for label in LABELS if label.format == "address"}
    assert addresses | {"PRM", "MSG1", "MSG2"} == set(IDENTIFYING)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parity", [False, True])
def test_parity_is_recognised_through_noise(mode: str, parity: bool) -> None:
    for frame in decode(noisy(mode, "flip:0.01", parity=parity, seed=5)):
        if len(frame.raw) > 100:
            assert has_parity(frame.raw, places(frame)) == parity
            assert has_parity(frame.raw, []) == parity
