"""Every injector: its declared rate, its determinism, its mark on the line."""

from random import Random

import pytest

from telewatt.simulator.injectors import (
    INJECTORS,
    PER_BYTE,
    PER_DATASET,
    PER_FRAME,
    PER_FRAMING_BYTE,
    Damage,
    misread,
)
from telewatt.simulator.noise import Noise, NoiseSettings
from telewatt.tic import Decoder, Mode, Reason, add_parity, encode_dataset, encode_frame

FRAME = encode_frame(
    [
        encode_dataset(Mode.STANDARD, "ADSC", "021861348497"),
        encode_dataset(Mode.STANDARD, "VTIC", "02"),
        encode_dataset(Mode.STANDARD, "DATE", "", "H250115180000"),
        encode_dataset(Mode.STANDARD, "EAST", "022278854"),
        encode_dataset(Mode.STANDARD, "SINSTS1", "00122"),
        encode_dataset(Mode.STANDARD, "MSG1", "PAS DE          MESSAGE         "),
        encode_dataset(Mode.STANDARD, "RELAIS", "000"),
    ]
)
UNITS = {PER_BYTE: len(FRAME), PER_FRAMING_BYTE: 2 + 7 * 4 + 1, PER_DATASET: 7, PER_FRAME: 1}
LINES = {False: FRAME, True: add_parity(FRAME)}


@pytest.mark.parametrize("parity", [False, True])
@pytest.mark.parametrize("name", INJECTORS)
def test_the_same_seed_does_the_same_damage(name: str, parity: bool) -> None:
    def spoiled(seed: int) -> list[bytes]:
        noise = Noise((NoiseSettings(name, 0.5),), seed, parity)
        return [noise.spoil(LINES[parity]) for _ in range(100)]

    assert spoiled(1) == spoiled(1)
    assert spoiled(1) != spoiled(2)


@pytest.mark.parametrize("rate", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("parity", [False, True])
@pytest.mark.parametrize("name", sorted(INJECTORS))
def test_it_strikes_at_its_declared_rate(name: str, parity: bool, rate: float) -> None:
    injector, unit = INJECTORS[name]
    damage = Damage(Random("rate"), rate, parity)
    frames = 4000 if name == "interference" else 5000 // UNITS[unit] if rate < 1 else 50
    changed = sum(injector(LINES[parity], damage) != LINES[parity] for _ in range(frames))
    places = frames * (1 if name == "absurd" else UNITS[unit])
    spread = 5 * (places * rate * (1 - rate)) ** 0.5
    spread *= 9 if name == "interference" else 1  # it comes in stretches of 40 frames
    assert abs(damage.count - places * rate) <= spread
    assert (changed > 0) is (rate > 0)


@pytest.mark.parametrize("name", sorted(set(INJECTORS) - {"eighth"}))
def test_a_stripped_line_stays_7_bit(name: str) -> None:
    noise = Noise((NoiseSettings(name, 0.5),), 1, False)
    assert all(max(noise.spoil(FRAME), default=0) < 0x80 for _ in range(100))


def one(name: str, rate: float = 1.0, parity: bool = False) -> bytes:
    return INJECTORS[name][0](LINES[parity], Damage(Random("one"), rate, parity))


def test_a_flip_changes_one_bit() -> None:
    spoiled = one("flip", 0.05)
    assert {(a ^ b).bit_count() for a, b in zip(spoiled, FRAME, strict=True)} == {0, 1}


def test_fading_only_loses_ones_on_bits_0_2_and_4() -> None:
    for parity in (False, True):
        for a, b in zip(one("fade", parity=parity), LINES[parity], strict=True):
            assert a & b == a
            assert (a ^ b) & ~0x15 == 0


def test_bit_6_is_invisible_to_the_checksum_but_not_to_parity() -> None:
    decoder = Decoder(mode=Mode.STANDARD)
    spoiled = INJECTORS["bit6"][0](add_parity(FRAME), Damage(Random("six"), 0.01, True))
    frames = decoder.feed(add_parity(FRAME) + spoiled + add_parity(FRAME)) + list(decoder.close())
    assert all(d.repaired for d in frames[1].datasets if d not in frames[0].datasets)


def test_an_absurd_value_has_a_good_checksum() -> None:
    decoder = Decoder(mode=Mode.STANDARD)
    (frame,) = decoder.feed(one("absurd"))
    assert frame.rejected == ()
    dataset = frame.get("SINSTS1")
    assert dataset is not None
    assert int(dataset.data) > 33_000


def test_compensating_flips_keep_the_sum() -> None:
    assert sum(one("pair")) == sum(FRAME)
    assert one("pair") != FRAME


def test_a_lost_checksum_is_a_structure_error() -> None:
    decoder = Decoder(mode=Mode.STANDARD)
    frames = decoder.feed(one("nosum")) + list(decoder.close())
    reasons = {r.reason for f in frames for r in f.rejected}
    assert reasons <= {Reason.STRUCTURE, Reason.CHECKSUM, Reason.FORMAT}
    assert sum(len(f.rejected) for f in frames) == 7


def test_date_without_a_tab_and_a_label_outside_the_specification() -> None:
    assert b"\nDATE\tH250115180000\t8\r" in one("malformed")
    historic = encode_frame([encode_dataset(Mode.HISTORIC, "PAPP", "00750")])
    damaged = INJECTORS["malformed"][0](historic, Damage(Random(1), 1.0, False))
    assert encode_dataset(Mode.HISTORIC, "TENSION", "235") in damaged


def test_reading_at_the_right_speed_gives_the_bytes() -> None:
    assert misread(FRAME, 1.0) == add_parity(FRAME)


@pytest.mark.parametrize(("ratio", "longer"), [(8.0, False), (0.125, True)])
def test_reading_at_the_wrong_speed_gives_garbage(ratio: float, longer: bool) -> None:
    garbage = misread(FRAME, 1 / ratio)
    assert (len(garbage) > len(FRAME)) is not longer
    assert b"ADSC" not in garbage
