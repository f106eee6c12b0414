import asyncio
import os
import sys
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import pytest

from telewatt.cli.simulate import _progress
from telewatt.lines import Chunk, LineError, Stream, feed
from telewatt.lines import stream as stream_module

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


async def test_a_file_is_replaced_then_continued_after_a_re_plug(
    tmp_path: Path, descriptors_stay: None
):
    path = tmp_path / "capture"
    path.write_bytes(b"much older content")
    line = Stream(path)
    await line.plug()
    assert line.write(b"one", 9600) == 3
    await line.unplug()
    assert line.write(b"lost", 9600) == 0
    await line.plug()
    line.write(b"two", 9600)
    await line.unplug()
    assert path.read_bytes() == b"onetwo"


async def test_a_slow_pipe_never_blocks_a_paced_line_and_loses_nothing_at_full_speed(
    monkeypatch: pytest.MonkeyPatch, descriptors_stay: None
):
    reading, writing = os.pipe()
    monkeypatch.setattr(stream_module, "_STDOUT", writing)
    async with Stream(None) as line:
        while line.write(bytes(4096), 9600):
            pass
        assert not line.takes()
        os.set_blocking(reading, False)
        while True:
            try:
                os.read(reading, 65536)
            except BlockingIOError:
                break
        os.set_blocking(reading, True)
        task = asyncio.create_task(
            feed(repeat(Chunk(START, b"abcde" * 3000, 9600), 50), line, speed=0)
        )
        got = b""
        while len(got) < 750_000:
            got += await asyncio.to_thread(os.read, reading, 65536)
        await task
    assert got == b"abcde" * 150_000
    os.close(reading)
    os.close(writing)


async def test_a_reader_gone_for_good_ends_the_stream(monkeypatch: pytest.MonkeyPatch):
    reading, writing = os.pipe()
    monkeypatch.setattr(stream_module, "_STDOUT", writing)
    async with Stream(None) as line:
        os.close(reading)
        with pytest.raises(BrokenPipeError):
            await feed(repeat(Chunk(START, b"x", 9600)), line, speed=0)
    os.close(writing)


async def test_a_full_disk_and_a_missing_directory_are_said(tmp_path: Path):
    with pytest.raises(LineError, match="choose another file"):
        await Stream(tmp_path / "nowhere" / "capture").plug()
    async with Stream(Path("/dev/full")) as line:
        with pytest.raises(LineError, match=r"No space left.*make room"):
            line.write(b"x", 9600)


def test_a_progress_bar_on_the_terminal_leaves_standard_output_alone(
    monkeypatch: pytest.MonkeyPatch,
):
    master, slave = os.openpty()
    before = sys.stdout
    with os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with _progress([], 3600):
            assert sys.stderr is not terminal  # the bar is there
            assert sys.stdout is before
        monkeypatch.undo()
    os.close(master)
