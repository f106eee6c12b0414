"""JSON Lines: files that move, lines that were cut, pipes that nobody reads."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from telewatt.sinks import SinkError
from telewatt.sinks.jsonlines import JsonLines
from tests.sinks.test_contract import ENTRIES


def lines(path: Path, interval_s: float = 0, *, frames: bool = False) -> JsonLines:
    return JsonLines(path, interval_s, frames=frames)


def seqs(path: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text().splitlines()]


@pytest.mark.parametrize("cut", [1, 10, 700, 70_000])
async def test_a_line_that_was_cut_off_is_mended(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "file"
    await lines(path).write(ENTRIES)
    whole = path.read_bytes()
    os.truncate(path, len(whole) - cut)
    await lines(path).write(ENTRIES[10:])  # as after a crash: from the place on
    assert path.read_bytes() == whole


async def test_a_file_of_nothing_but_a_piece_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b'{"seq":1,"li')
    await lines(path).write(ENTRIES[:3])
    assert seqs(path) == [1, 2, 3]


async def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "file"
    sink = lines(path)
    await sink.write(ENTRIES[:3])
    path.rename(tmp_path / "file.1")
    await sink.write(ENTRIES[3:5])
    assert (seqs(tmp_path / "file.1"), seqs(path)) == ([1, 2, 3], [4, 5])


async def test_numbers_that_are_given_anew_are_other_lines(tmp_path: Path) -> None:
    """After a power cut the journal numbers other frames as those that were lost."""
    path = tmp_path / "file"
    await lines(path).write(ENTRIES[:30])
    others = [e._replace(seq=e.seq - 10) for e in ENTRIES[30:40]]  # 21 to 30 once more
    await lines(path).write(others)
    assert seqs(path) == [*range(1, 31), *range(21, 31)]
    await lines(path).write(others[4:])
    assert seqs(path) == [*range(1, 31), *range(21, 31)]


async def test_a_frame_is_told_only_if_asked_for(tmp_path: Path) -> None:
    await lines(tmp_path / "bare").write(ENTRIES[:1])
    await lines(tmp_path / "full", frames=True).write(ENTRIES[:1])
    bare, full = (json.loads((tmp_path / name).read_text()) for name in ("bare", "full"))
    frame = full.pop("frame")
    assert full == bare
    assert frame["meter"] == bare["meter"]
    assert len(frame["datasets"]) == len(ENTRIES[0].reading.frame.datasets)


async def test_a_pace_leaves_out_what_comes_in_between(tmp_path: Path) -> None:
    path = tmp_path / "file"
    await lines(path, 60).write(ENTRIES)
    assert len(ENTRIES) / 8 < len(seqs(path)) < len(ENTRIES) / 4


async def test_a_full_disk_is_an_error_with_a_remedy_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.symlink_to("/dev/full")
    sink = lines(path)
    with pytest.raises(SinkError, match="make room"):
        await sink.write(ENTRIES[:3])
    path.unlink()
    await sink.write(ENTRIES[:3])
    assert seqs(path) == [1, 2, 3]


async def test_a_pipe_without_a_reader_is_an_error_and_then_works(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    sink = lines(path)
    with pytest.raises(SinkError, match="nobody reads"):
        await sink.write(ENTRIES[:3])
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    await sink.write(ENTRIES[:3])
    await sink.close()
    with os.fdopen(reader) as text:
        assert [json.loads(line)["seq"] for line in text] == [1, 2, 3]


async def test_standard_output_to_a_full_disk_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("telewatt.sinks.pipe._STANDARD_OUTPUT", "/dev/full")
    with pytest.raises(SinkError, match="No space left on device"):
        await JsonLines(None, 0, frames=False).write(ENTRIES[:1])


async def test_a_slow_reader_of_a_pipe_gets_everything_and_holds_up_nobody(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    sink = lines(path, frames=True)
    writing = asyncio.create_task(sink.write(ENTRIES))  # far more than a pipe holds
    await asyncio.wait([writing], timeout=0.1)
    assert not writing.done()
    os.set_blocking(reader, True)
    with os.fdopen(reader) as text:
        read = asyncio.create_task(asyncio.to_thread(text.readlines))
        await writing
        await sink.close()
        assert [json.loads(line)["seq"] for line in await read] == [e.seq for e in ENTRIES]


async def test_a_reader_that_goes_is_followed_by_one_who_gets_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    sink = lines(path, frames=True)
    writing = asyncio.create_task(sink.write(ENTRIES))
    await asyncio.wait([writing], timeout=0.1)
    os.close(reader)
    with pytest.raises(SinkError):
        await writing
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    writing = asyncio.create_task(sink.write(ENTRIES))
    os.set_blocking(reader, True)
    with os.fdopen(reader) as text:
        read = asyncio.create_task(asyncio.to_thread(text.readlines))
        await writing
        await sink.close()
        found = [json.loads(line)["seq"] for line in await read]
    assert found == [*range(found[0], len(ENTRIES) + 1)]


def test_standard_output_is_written_too() -> None:
    program = """
import asyncio
from telewatt.sinks.jsonlines import JsonLines
from tests.sinks.test_contract import ENTRIES
sink = JsonLines(None, 0, frames=False)
asyncio.run(sink.write(ENTRIES[:5]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [1, 2, 3, 4, 5]
