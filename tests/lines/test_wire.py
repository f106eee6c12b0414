# ruff: noqa: ASYNC110, ASYNC240 - the loop of a test has nothing else to do

import asyncio
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.lines import Chunk, Line, Pty, Stream, feed
from telewatt.lines.wire import Timed
from telewatt.tic import Mode, encode_dataset, encode_frame

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
FRAME = encode_frame([encode_dataset(Mode.STANDARD, f"EASF{n:02}", "000000000") for n in range(30)])


class Recorder(Line):
    """Notes when each byte was handed over; takes them all unless told to be full."""

    def __init__(self) -> None:
        self.writes: list[tuple[float, bytes]] = []
        self.open = False
        self.full = False

    @property
    def address(self) -> str:
        return "recorder"

    async def plug(self) -> None:
        self.open = True

    async def unplug(self) -> None:
        self.open = False

    def takes(self) -> bool:
        return self.open

    def write(self, data: bytes, baud: int) -> int:
        if self.full:
            return 0
        self.writes.append((asyncio.get_running_loop().time(), data))
        return len(data)

    def times(self) -> list[float]:
        return [at for at, data in self.writes for _ in data]

    def data(self) -> bytes:
        return b"".join(data for _, data in self.writes)


@pytest.mark.parametrize(("baud", "size", "piece"), [(9600, 400, 8), (1200, 60, 1)])
async def test_no_byte_is_early_and_pieces_are_those_of_a_uart(baud: int, size: int, piece: int):
    async with Recorder() as line:
        began = asyncio.get_running_loop().time()
        await feed([Chunk(START, bytes(size), baud)], line)
    times = line.times()
    for n, at in enumerate(times):
        assert at - began >= (n + 1) * 10 / baud - 1e-6
    assert {len(data) for _, data in line.writes} == {piece}
    assert times[-1] - began == pytest.approx(size * 10 / baud, abs=0.05)


async def test_a_speed_up_shortens_everything_alike():
    chunks = [Chunk(START + timedelta(seconds=60 * n), FRAME, 9600) for n in range(3)]
    async with Recorder() as line:
        began = asyncio.get_running_loop().time()
        await feed(chunks, line, speed=600)
    expected = [60 * n / 600 + len(FRAME) * 10 / 9600 / 600 for n in range(3)]
    lasts = [line.times()[len(FRAME) * (n + 1) - 1] - began for n in range(3)]
    assert lasts == pytest.approx(expected, abs=0.03)
    assert all(last >= due for last, due in zip(lasts, expected, strict=True))


async def test_lateness_does_not_add_up():
    chunks = [Chunk(START + timedelta(seconds=0.02 * n), b"x", 9600) for n in range(20)]
    async with Recorder() as line:
        began = asyncio.get_running_loop().time()
        task = asyncio.create_task(feed(chunks, line))
        while len(line.writes) < 3:
            await asyncio.sleep(0)
        until = began + 0.2
        while asyncio.get_running_loop().time() < until:
            pass  # the machine is busy with something else
        await task
    assert line.times()[-1] - began == pytest.approx(0.38, abs=0.03)


@given(
    st.lists(st.tuples(st.integers(0, 500), st.binary(max_size=20), st.sampled_from([1200, 9600])))
)
def test_a_wire_sends_one_byte_at_a_time(gaps: list[tuple[int, bytes, int]]):
    chunks, due = [], START
    for gap_ms, data, baud in gaps:
        due += timedelta(milliseconds=gap_ms)
        chunks.append(Chunk(due, data, baud))
    free = 0.0
    for chunk, begin in Timed(chunks):
        assert begin >= free
        assert begin >= (chunk.due - chunks[0].due).total_seconds()
        free = begin + len(chunk.data) * 10 / chunk.baud


async def test_a_line_that_takes_nothing_costs_nothing():
    async with Recorder() as line:
        line.full = True
        tally = await feed([Chunk(START, FRAME, 9600)] * 50, line, speed=1000)
    assert (tally.sent, tally.dropped) == (0, 50 * len(FRAME))


async def test_at_full_speed_nothing_is_lost_whatever_the_line_takes(tmp_path: Path):
    chunks = [Chunk(START, os.urandom(9000), 9600) for _ in range(20)]
    async with Stream(tmp_path / "capture") as line:
        tally = await feed(chunks, line, speed=0)
    assert (tmp_path / "capture").read_bytes() == b"".join(chunk.data for chunk in chunks)
    assert (tally.sent, tally.dropped) == (180_000, 0)


async def test_cancelling_ends_it_at_once(name: Path, descriptors_stay: None):
    async with Pty(name) as line, Recorder() as recorder:
        endless = [
            asyncio.create_task(feed(repeat(Chunk(START, FRAME, 9600)), line)),
            asyncio.create_task(feed(repeat(Chunk(START, FRAME, 9600)), recorder, speed=0)),
        ]
        while not recorder.writes:
            await asyncio.sleep(0)
        for task in endless:
            task.cancel()
        results = await asyncio.gather(*endless, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    assert not name.is_symlink()


async def test_an_endless_stream_to_nobody_keeps_memory_flat(name: Path):
    async with Pty(name) as line:
        tracemalloc.start()
        await feed([Chunk(START, FRAME, 9600)] * 20, line, speed=10_000)
        before, _ = tracemalloc.get_traced_memory()
        await feed((Chunk(START, FRAME, 9600) for _ in range(2000)), line, speed=10_000)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert after - before < 20_000


async def test_a_negative_speed_is_refused():
    with pytest.raises(ValueError, match="speed"):
        await feed([], Recorder(), speed=-1)
