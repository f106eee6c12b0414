"""Daily logs and false indexes: none is told as an index, and an import finds what was true."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telewatt.derivation import Judged
from telewatt.exchange import Hints, parse
from telewatt.logline import LogLine, read_line
from telewatt.reading import Reading
from telewatt.rollup import merge_summaries
from telewatt.sinks.daylog import DailyLog
from tests.exchange.houses import readings
from tests.sinks.judging import judged

START = datetime(2025, 1, 15, 8, tzinfo=UTC)
LABELS = {"historic": "BASE", "standard": "EAST"}
NAMES = {"historic": "IndexBase", "standard": "IndexTotal"}
SPIKE_WH = 600_000  # one bit
modes = pytest.mark.parametrize("mode", LABELS)


def some(count: int, settings: str) -> list[Reading]:
    return list(itertools.islice(readings("house", f"sim:?seed=2&{settings}", START), count))


def moved(reading: Reading, wh: int) -> Reading:
    """With indexes that are so much higher, of a good checksum."""
    datasets = tuple(
        dataset._replace(value=dataset.value + wh, data=f"{dataset.value + wh:09}")
        if dataset.label in LABELS.values()
        else dataset
        for dataset in reading.frame.datasets
    )
    return replace(reading, frame=reading.frame._replace(datasets=datasets))


async def log_of(folder: Path, entries: list[Judged], interval_s: int) -> list[LogLine]:
    await DailyLog(folder, interval_s).write(entries)
    return lines_in(folder)


def lines_in(folder: Path) -> list[LogLine]:
    [path] = folder.rglob("*.log")
    lines = map(read_line, path.read_text().splitlines())
    return [line for line in lines if line.word == "DATA"]


def imported_wh(folder: Path) -> int:
    """The energy an import of the log makes of it."""
    [path] = folder.rglob("*.log")
    [portion] = parse(path.read_bytes(), Hints()).portions
    total = merge_summaries(portion.minutes.values()).counters["import_wh"]
    return total.last_total - total.first_total


def index_of(line: LogLine) -> int:
    return next(int(line.fields[name]) for name in NAMES.values() if name in line.fields)


def interval_of(reading: Reading, interval_s: int) -> int:
    return int(reading.received_at.timestamp()) // interval_s


@modes
async def test_a_false_index_at_the_beginning_of_an_interval_is_not_its_line(tmp_path, mode):
    own = some(100, f"mode={mode}&contract=base")
    at = next(n for n in range(40, 60) if interval_of(own[n], 10) > interval_of(own[n - 1], 10))
    good = await log_of(tmp_path / "good", judged(own), 10)
    entries = judged([*own[:at], moved(own[at], SPIKE_WH), *own[at + 1 :]])
    lines = await log_of(tmp_path / "spiked", entries, 10)
    assert [line for line in lines if line.doubtful] == []
    assert [int(line.stamp.timestamp()) // 10 for line in lines] == [
        int(line.stamp.timestamp()) // 10 for line in good
    ]
    most = max(map(index_of, good))
    assert max(map(index_of, lines)) <= most


@modes
async def test_a_false_index_that_is_alone_in_its_interval_is_called_doubtful(tmp_path, mode):
    own = some(100, f"mode={mode}&contract=base&every=10s&step=10s")
    await log_of(tmp_path / "good", judged(own), 1)
    entries = judged([*own[:50], moved(own[50], SPIKE_WH), *own[51:]])
    lines = await log_of(tmp_path / "spiked", entries, 1)
    [line] = [line for line in lines if line.doubtful]
    assert line.stamp == own[50].received_at.replace(microsecond=0)
    assert line.doubtful == {NAMES[mode]}
    [path] = (tmp_path / "spiked").rglob("*.log")
    false = moved(own[50], SPIKE_WH).frame.get(LABELS[mode]).data
    assert f"{NAMES[mode]}Douteux={false}" in path.read_text()
    assert f"{NAMES[mode]}={false}" not in path.read_text()
    assert imported_wh(tmp_path / "spiked") == imported_wh(tmp_path / "good")


async def test_a_house_that_draws_so_much_that_no_reading_is_settled_at_once_has_its_lines(
    tmp_path,
):
    own = some(200, "mode=historic&contract=base&base=8000")
    lines = await log_of(tmp_path, judged(own), 10)
    intervals = [int(line.stamp.timestamp()) // 10 for line in lines]
    assert intervals == sorted({interval_of(each, 10) for each in own})
    assert not any(line.doubtful for line in lines)


@modes
@pytest.mark.parametrize("jump_wh", [-1_000_000, 50_000, 600_000])
async def test_a_real_jump_is_doubtful_for_an_hour_and_imported_as_it_was(tmp_path, mode, jump_wh):
    own = some(1080, f"mode={mode}&contract=base&every=10s&step=10s")  # three hours
    entries = judged([*own[:360], *(moved(each, jump_wh) for each in own[360:])])
    lines = await log_of(tmp_path, entries, 60)
    assert len(lines) >= 179
    doubtful = [line for line in lines if line.doubtful]
    assert doubtful == lines[60:][: len(doubtful)]
    assert 55 <= len(doubtful) <= 61
    parts = [[index_of(line) for line in part] for part in (lines[:60], lines[60:])]
    gained = sum(part[-1] - part[0] for part in parts)  # the minute of the jump counts nothing
    step = max(b - a for part in parts for a, b in itertools.pairwise(part))
    # of both parts the last lines wait for a next one that confirms them
    assert gained - 3 * step <= imported_wh(tmp_path) <= gained


@modes
@pytest.mark.parametrize("again", [0, 7])
async def test_a_restart_changes_nothing_of_it(tmp_path, mode, again):
    own = some(400, f"mode={mode}&contract=base")
    spikes = {50, 51, 123, 200, 201, 202, 203, 204, 205, 299}
    entries = judged(moved(each, SPIKE_WH * (n in spikes)) for n, each in enumerate(own))
    await log_of(tmp_path / "whole", entries, 3)
    for start, end in itertools.pairwise([0, 48, 51, 52, 125, 203, 204, 206, 301, 400]):
        batch = entries[max(0, start - DailyLog.again - again) : end]
        await DailyLog(tmp_path / "parts", 3).write(batch)
    assert lines_in(tmp_path / "parts") == lines_in(tmp_path / "whole")
    assert any(line.doubtful for line in lines_in(tmp_path / "parts"))


async def test_a_disk_that_is_away_changes_nothing_of_it(tmp_path):
    own = some(200, "mode=historic&contract=base")
    entries = judged(moved(each, SPIKE_WH * (90 < n < 110)) for n, each in enumerate(own))
    whole = await log_of(tmp_path / "whole", entries, 3)
    folder, sink = tmp_path / "usb", DailyLog(tmp_path / "usb", 3)
    for start in range(0, 200, 20):
        if folder.exists():
            folder.rename(tmp_path / "unplugged")
        folder.write_text("not a folder")
        for _ in range(2):
            with pytest.raises(OSError, match="usb"):
                await sink.write(entries[start : start + 20])
        folder.unlink()
        if (tmp_path / "unplugged").exists():
            (tmp_path / "unplugged").rename(folder)
        await sink.write(entries[start : start + 20])
    assert lines_in(folder) == whole
    assert any(line.doubtful for line in whole)


async def test_readings_of_the_same_moment_are_told_apart(tmp_path):
    """What waits in a buffer of the network comes at once."""
    own = some(200, "mode=historic&contract=base")
    own = [replace(each, received_at=own[n - n % 5].received_at) for n, each in enumerate(own)]
    entries = judged(moved(each, SPIKE_WH * (n in (90, 102, 123))) for n, each in enumerate(own))
    lines = await log_of(tmp_path, entries, 1)
    assert len(lines) >= 39
    assert max(map(index_of, lines)) <= own[-1].frame.get("BASE").value
