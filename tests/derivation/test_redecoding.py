"""Decoding again what was decoded once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.derivation.redecoding import WAITING_MAX, Numbered, Redecoding
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, stream_bytes
from telewatt.tic import Decoder, Frame, Mode, Status

START = datetime(2026, 3, 1, tzinfo=UTC)
CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"


def decode(line: bytes, size: int, mode: Mode | None = None) -> list[Frame]:
    decoder = Decoder(mode)
    frames = [
        frame
        for start in range(0, len(line), size)
        for frame in decoder.feed(line[start : start + size])
    ]
    return frames + decoder.close()


def entries_of(source: str, frames: list[Frame], first: int = 1) -> list[Numbered]:
    return [
        (number, Reading("m", source, START + timedelta(seconds=number), frame))
        for number, frame in enumerate(frames, start=first)
    ]


def line_of(seed: int, noise: str, mode: str = "standard") -> bytes:
    settings = f"sim:?mode={mode}&contract=hc&seed={seed}&parity=yes" + (
        f"&noise={noise}" if noise else ""
    )
    return stream_bytes(parse_settings(settings), 30_000)


NOISES = ("", "flip:1e-3", "cut:0.2", "burst:1e-3,framing:0.01", "lose:0.05,newline:0.05")


@given(
    st.integers(1, 50), st.sampled_from(NOISES), st.sampled_from(("historic", "standard")),
    st.sampled_from((1, 7, 1024)),
)  # fmt: skip
def test_the_same_decoder_finds_the_same(seed: int, noise: str, mode: str, size: int) -> None:
    entries = entries_of("house", decode(line_of(seed, noise, mode), size))
    assert list(Redecoding().run(entries)) == entries


@pytest.mark.skipif(not CAPTURES.exists(), reason="the captures are not here")
def test_every_capture_is_decoded_to_the_same() -> None:
    for capture in sorted(CAPTURES.glob("*.tic")):
        entries = entries_of("house", decode(capture.read_bytes(), 64))
        assert list(Redecoding().run(entries)) == entries, capture.name


def test_sources_do_not_disturb_each_other() -> None:
    one = decode(line_of(1, "flip:1e-3"), 64)
    other = decode(line_of(2, "cut:0.2", "historic"), 64)
    mixed = [
        pair for both in zip(one, other, strict=False) for pair in zip("ab", both, strict=True)
    ]
    entries = [
        (number, Reading("m", source, START, frame))
        for number, (source, frame) in enumerate(mixed, start=1)
    ]
    assert list(Redecoding().run(entries)) == entries


def test_a_source_opened_anew_is_decoded_anew() -> None:
    first = decode(line_of(1, ""), 64)[:5]
    second = decode(line_of(2, "", "historic"), 64)[:5]
    entries = entries_of("house", first) + entries_of("house", second, first=6)
    assert list(Redecoding().run(entries)) == entries


def test_a_stream_may_be_taken_up_in_the_middle() -> None:
    entries = entries_of("house", decode(line_of(3, ""), 64))[10:]
    assert list(Redecoding().run(entries)) == entries


def test_the_mode_of_the_configuration_counts() -> None:
    entries = entries_of("house", decode(line_of(4, "", "historic"), 64, Mode.STANDARD))
    assert list(Redecoding({"house": Mode.STANDARD}).run(entries)) == entries
    assert list(Redecoding().run(entries)) != entries


def test_what_was_decoded_wrong_is_put_right() -> None:
    right = entries_of("house", decode(line_of(5, ""), 64))
    wrong = [
        (number, replace(reading, frame=reading.frame._replace(datasets=(), status=Status.PARTIAL)))
        for number, reading in right
    ]
    assert list(Redecoding().run(wrong)) == right


@given(st.data())
def test_entries_cut_elsewhere_keep_their_bytes_and_numbers(data: st.DataObject) -> None:
    line = line_of(6, "")[:6000]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(line) - 1), max_size=12)))
    pieces = [line[a:b] for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]
    offsets = [0, *cuts]
    entries = entries_of(
        "house",
        [
            Frame(Mode.STANDARD, Status.TRUNCATED, offset, raw, ())
            for offset, raw in zip(offsets, pieces, strict=True)
        ],
    )
    again = list(Redecoding().run(entries))
    assert [(n, r.frame.raw, r.frame.offset) for n, r in again] == [
        (n, r.frame.raw, r.frame.offset) for n, r in entries
    ]
    found = [dataset for _, reading in again for dataset in reading.frame.datasets]
    assert found == [dataset for frame in decode(line, 64) for dataset in frame.datasets]


def test_a_silent_source_keeps_nobody_waiting() -> None:
    frames = decode(line_of(7, ""), 64)
    cut = frames[0]._replace(raw=frames[0].raw[:100])  # the cable was pulled
    entries = [(1, Reading("m", "barn", START, cut))]
    entries += [
        (number, reading)
        for number, (_, reading) in enumerate(entries_of("house", frames * 20), start=2)
    ]
    taken, given = 0, []

    def counted() -> Iterator[Numbered]:
        nonlocal taken
        for entry in entries:
            taken += 1
            yield entry

    for entry in Redecoding().run(counted()):
        given.append(entry[0])
        assert taken - len(given) <= WAITING_MAX + 1
    assert given == [number for number, _ in entries]
