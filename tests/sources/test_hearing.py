from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.lines.uart import Receiver
from telewatt.sources.hearing import Ear, Verdict
from telewatt.tic import Mode, encode_dataset
from telewatt.tic.checksum import WITHOUT_PARITY
from tests.sources.meters import BAUD, LINKY, make_frame

BOTH = pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])


@BOTH
@pytest.mark.parametrize("parity", [True, False])
def test_one_verified_dataset_is_enough(mode: Mode, parity: bool) -> None:
    line = make_frame(mode)
    ear = Ear()
    ear.hear(line if parity else line.translate(WITHOUT_PARITY))
    assert (ear.verdict, ear.mode, ear.parity, ear.meter) == (Verdict.TIC, mode, parity, LINKY)


@given(cuts=st.lists(st.integers(0, 70), max_size=8), mode=st.sampled_from(list(BAUD)))
def test_chunking_does_not_matter(cuts: list[int], mode: Mode) -> None:
    line, ear = make_frame(mode), Ear()
    edges = [0, *sorted(cuts), len(line)]
    for first, last in itertools.pairwise(edges):
        ear.hear(line[first:last])
    assert (ear.verdict, ear.meter) == (Verdict.TIC, LINKY)


def test_historic_layout_with_tabs_is_told_from_standard() -> None:
    ear = Ear()
    ear.hear(encode_dataset(Mode.HISTORIC_HT, "ADS", LINKY))
    assert (ear.mode, ear.meter) == (Mode.HISTORIC_HT, LINKY)


@BOTH
@pytest.mark.parametrize("parity", [True, False])
def test_a_line_read_at_the_wrong_speed_is_garbage_within_150_bytes(
    mode: Mode, parity: bool
) -> None:
    line = make_frame(mode) * 40
    line = line if parity else line.translate(WITHOUT_PARITY)
    heard = Receiver().hear(line, BAUD[mode], 10800 - BAUD[mode])
    ear = Ear()
    ear.hear(heard[:150])
    assert ear.verdict is Verdict.GARBAGE


@BOTH
@pytest.mark.parametrize("parity", [True, False])
def test_what_was_tic_becomes_garbage_when_the_speed_changes_whatever_came_before(
    mode: Mode, parity: bool
) -> None:
    good = make_frame(mode) * 40
    good = good if parity else good.translate(WITHOUT_PARITY)
    ear = Ear()
    ear.hear(good)
    ear.doubt(good)
    assert ear.verdict is Verdict.TIC
    bad = Receiver().hear(good, BAUD[mode], 10800 - BAUD[mode])
    ear.doubt(bad[:600])
    assert ear.verdict is Verdict.GARBAGE
    ear.hear(good)
    assert ear.verdict is Verdict.TIC


def test_nothing_is_nothing_and_a_little_is_undecided() -> None:
    ear = Ear()
    assert ear.verdict is Verdict.NOTHING
    ear.hear(b"\n")
    assert ear.verdict is Verdict.UNDECIDED


@given(st.lists(st.binary(max_size=400), max_size=10))
def test_it_never_raises_and_remembers_little(chunks: list[bytes]) -> None:
    ear = Ear()
    for chunk in chunks:
        ear.hear(chunk)
    assert len(ear._tail) <= 160


def test_every_real_capture_with_its_line_ends_is_recognised(shared: Path) -> None:
    deaf = []
    for capture in sorted((shared / "captures").glob("*.tic")):
        line = capture.read_bytes()
        if b"\r" not in line.translate(WITHOUT_PARITY):  # a terminal has eaten it
            continue
        ear = Ear()
        ear.hear(line)
        if ear.verdict is not Verdict.TIC:
            deaf.append(capture.name)
    assert deaf == []
