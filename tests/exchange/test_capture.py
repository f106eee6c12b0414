"""When the frames of a capture came."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.exchange import Hints, NotImportableError, parse, recognise
from telewatt.exchange.capture import is_capture
from telewatt.exchange.measures import span_of
from telewatt.reading import Reading
from telewatt.rollup import merge_summaries
from telewatt.simulator.injectors import INJECTORS
from tests.exchange.houses import START, readings
from tests.exchange.lines import noisy

NEAR = timedelta(seconds=2)


def raw(own: list[Reading]) -> bytes:
    return b"".join(reading.frame.raw for reading in own)


def some(count: int, settings: str, start: datetime = START) -> list[Reading]:
    return list(itertools.islice(readings("x", settings, start), count))


@pytest.mark.parametrize("settings", ["mode=standard&seed=1", "mode=standard&seed=2&every=30s"])
def test_in_standard_mode_the_meter_tells_the_time(settings) -> None:
    own = some(40, f"sim:?{settings}")
    [portion] = parse(raw(own), Hints()).portions
    assert portion.meter == own[-1].meter
    first, last = span_of(portion)
    assert abs(first - own[0].received_at) < NEAR
    assert abs(last - own[-1].received_at) < NEAR
    assert merge_summaries(portion.minutes.values()).frames == 40


def test_frames_before_the_first_date_came_before_it() -> None:
    own = some(12, "sim:?mode=standard&seed=1")
    without = [reading.frame.raw.replace(b"DATE", b"DAXX") for reading in own[:6]]
    [portion] = parse(b"".join(without) + raw(own[6:]), Hints()).portions
    assert abs(span_of(portion)[0] - own[0].received_at) < NEAR


def test_the_speed_of_the_line_carries_a_start_on() -> None:
    own = some(60, "sim:?mode=historic&seed=1")
    start = datetime(2024, 5, 1, 12, tzinfo=UTC)
    [portion] = parse(raw(own), Hints(start=start)).portions
    lasted = own[-1].received_at - own[0].received_at
    first, last = span_of(portion)
    assert start < first < start + timedelta(seconds=3)
    assert abs((last - first) - lasted) < NEAR


@pytest.mark.parametrize("season", [b"h", b"e"])
def test_a_clock_that_is_not_trusted_tells_nothing(season) -> None:
    own = some(5, "sim:?mode=standard&seed=1")
    frames = raw(own)
    assert frames.count(b"DATE\tH") == 5
    shift = (season[0] - ord("H")) & 0x3F
    degraded = b""
    for line in frames.split(b"\r"):
        if line.startswith(b"\nDATE\tH"):
            line = line.replace(b"\tH", b"\t" + season)  # noqa: PLW2901
            line = line[:-1] + bytes((0x20 + (line[-1] - 0x20 + shift) % 0x40,))  # noqa: PLW2901
        degraded += line + b"\r"
    with pytest.raises(NotImportableError, match="--start"):
        parse(degraded[:-1], Hints())


def test_time_that_goes_back_is_told_with_its_place() -> None:
    early = some(5, "sim:?mode=standard&seed=1")
    late = some(5, "sim:?mode=standard&seed=1", START + timedelta(hours=1))
    with pytest.raises(NotImportableError, match=f"byte {len(raw(late))}"):
        parse(raw(late) + raw(early), Hints())


def test_two_meters_in_one_capture_are_two() -> None:
    one = some(30, "sim:?mode=standard&seed=1")
    two = some(30, "sim:?mode=standard&seed=2", START + timedelta(minutes=5))
    portions = parse(raw(one) + raw(two), Hints()).portions
    assert [portion.meter for portion in portions] == [one[-1].meter, two[-1].meter]


@given(
    mode=st.sampled_from(["historic", "standard"]),
    parity=st.booleans(),
    noise=st.sampled_from(sorted(INJECTORS)),
    seed=st.integers(0, 99),
)
def test_any_noise_is_read(mode, parity, noise, seed) -> None:
    line = noisy(mode, f"{noise}:0.01", parity=parity, seed=seed, size=2500)
    assert recognise(line) == "capture"
    portions = parse(line, Hints(start=START)).portions
    frames = sum(merge_summaries(portion.minutes.values()).frames for portion in portions)
    assert frames > 0


def test_every_capture_is_recognised(shared: Path) -> None:
    captures = sorted((shared / "captures").glob("*.tic"))
    assert captures
    for capture in captures:
        assert is_capture(capture.read_bytes()), capture.name
        assert parse(capture.read_bytes(), Hints(start=START)).portions
