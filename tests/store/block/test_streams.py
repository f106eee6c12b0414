"""Whatever a line carried comes back bit for bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.reading import Reading
from telewatt.simulator.injectors import INJECTORS
from telewatt.store.batch import Sealing, read, seal, unseal
from telewatt.tic import add_parity
from tests.store.block.streams import decode, live_readings, number, simulate_lines, spoil

METERS = (
    "mode=standard&contract=hc",
    "mode=standard&contract=tempo&phases=3&producer=yes&pv=3000",
    "mode=historic&contract=base",
    "mode=historic&contract=tempo&phases=3",
    "mode=historic&meter=cbe&contract=ejp&phases=3&kva=6&heater=9000&ev=7400",
)


def check(readings: list[Reading]) -> bytes:
    """Seal, unseal, compare; what was unsealed makes the same batch again."""
    entries = number(readings)
    payload = seal(entries, {"mqtt": 7}).payload
    found = unseal(payload)
    assert [entry.reading.frame.raw for entry in found] == [r.frame.raw for r in readings]
    assert found == entries
    assert seal(found, {"mqtt": 7}).payload == payload
    return payload


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
def test_every_capture_comes_back(shared: Path, size: int) -> None:
    for path in sorted((shared / "captures").glob("*.tic")):
        line = path.read_bytes()
        chunks = [line[place : place + size] for place in range(0, len(line), size)]
        readings = list(decode(chunks, path.stem))
        assert line.startswith(b"".join(reading.frame.raw for reading in readings))
        if readings:
            check(readings)


@pytest.mark.parametrize("parity", [True, False])
@pytest.mark.parametrize("meter", METERS)
def test_every_sort_of_meter_comes_back(meter: str, parity: bool) -> None:
    check(list(decode(simulate_lines(meter, 60, parity))))


@pytest.mark.parametrize("parity", [True, False])
@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize("name", INJECTORS)
def test_every_damage_comes_back(name: str, mode: str, parity: bool) -> None:
    lines = simulate_lines(f"mode={mode}", 60, parity)
    for rate in ("0.0003", "0.003"):
        check(list(decode(spoil(lines, f"{name}:{rate}", parity))))


@pytest.mark.slow
@pytest.mark.parametrize("rate", ["0.0001", "0.001", "0.01"])
@pytest.mark.parametrize("parity", [True, False])
@pytest.mark.parametrize("meter", METERS)
def test_all_damages_at_once_come_back(meter: str, parity: bool, rate: str) -> None:
    names = sorted(INJECTORS, key="nosum".__ne__)  # it cannot take what others have damaged
    noise = ",".join(f"{name}:{rate}" for name in names)
    check(list(decode(spoil(simulate_lines(meter, 500, parity), noise, parity))))


def test_a_meter_switched_to_the_other_mode_comes_back() -> None:
    lines = [
        line
        for mode in ("historic", "standard", "historic")
        for line in simulate_lines(f"mode={mode}", 60, False)[:20]
    ]
    check(list(decode(lines)))
    stream = b"".join(lines)
    check(list(decode([stream[at : at + 37] for at in range(0, len(stream), 37)])))


@given(chance=st.randoms(use_true_random=False), seed=st.integers(0, 1000))
def test_meters_that_send_at_once_and_clocks_that_jump_come_back(chance: Random, seed: int) -> None:
    streams = [
        list(decode(spoil(simulate_lines(meter, 60, True)[:9], "flip:0.0005", True, seed), source))
        for meter, source in zip(METERS, "abaca", strict=True)
    ]
    found: list[Reading] = []
    while any(streams):
        reading = chance.choice([stream for stream in streams if stream]).pop(0)
        late = timedelta(microseconds=chance.choice((0, 1, -1, 999, -3_600_000_000)))
        found.append(replace(reading, received_at=reading.received_at + late))
    check(found)


def test_a_block_made_of_commits_is_that_of_their_entries() -> None:
    lines = spoil(simulate_lines("mode=standard", 60, True), "flip:0.0001", True)
    entries = number(decode(lines))
    sealing = Sealing()
    for first in range(0, len(entries), 16):
        for entry in read(seal(entries[first : first + 16], {}).payload):
            sealing.add(entry)
    assert sealing.seal({}) == seal(entries, {})


def test_a_damaged_dataset_costs_little_more_than_its_bytes() -> None:
    lines = simulate_lines("mode=standard", 60, True)
    place = lines[30].index(add_parity(b"\nEASF04"))
    damaged = [*lines[:30], lines[30][:place] + b"\n\x00\x00" + lines[30][place + 3 :], *lines[31:]]
    readings = list(decode(damaged))
    assert [len(r.frame.rejected) for r in readings[29:32]] == [0, 1, 0]
    assert len(check(readings)) - len(check(list(decode(lines)))) < 60


def test_a_commit_of_thirty_seconds_is_small() -> None:
    entries = number(live_readings("mode=standard&contract=hc", 32), 5_000_000)
    assert len(seal(entries, {"mqtt": 4_999_990}).payload) <= 320
