"""Daily logs: every line once, whatever happens, and readable by the import."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.config import parse as parse_config
from telewatt.exchange import Hints, parse
from telewatt.logline import frame_of, read_line
from telewatt.reading import Reading
from telewatt.rollup import merge_summaries
from telewatt.sinks.configured import sinks_of
from telewatt.sinks.daylog import DailyLog
from tests.exchange.houses import readings
from tests.sinks.judging import house_in, judged

FRANCE = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2025, 1, 15, 22, 58, tzinfo=UTC)  # two minutes before, in France


def some(count: int, *, mode: str = "historic", start: datetime = MIDNIGHT) -> list[Reading]:
    settings = f"sim:?mode={mode}&contract=tempo&seed=4"
    return list(itertools.islice(readings("house", settings, start), count))


READINGS = some(160)


def files_of(folder: Path) -> dict[str, list[str]]:
    return {
        str(path.relative_to(folder)): path.read_text().splitlines()
        for path in sorted(folder.rglob("*.log"))
    }


async def written(folder: Path, readings: list[Reading], interval_s: int = 10) -> None:
    await DailyLog(folder, interval_s).write(judged(readings))


def lines_in(folder: Path, word: str = "DATA") -> list[str]:
    lines = (line for lines in files_of(folder).values() for line in lines)
    return [line for line in lines if f"\t{word}\t" in line]


async def test_a_day_of_france_and_a_line_have_one_file(tmp_path) -> None:
    await written(tmp_path, READINGS)
    files = files_of(tmp_path)
    assert list(files) == ["2025/2025-01-15-house.log", "2025/2025-01-16-house.log"]
    for name, lines in files.items():
        assert lines[0].split("\t")[1:] == ["INFO", f"Compteur={READINGS[-1].meter}, Ligne=house"]
        assert {line[:10].replace("/", "-") for line in lines} == {name[5:15]}


async def test_each_interval_has_the_first_reading_that_is_settled(tmp_path) -> None:
    await written(tmp_path, READINGS, interval_s=10)
    stamps = [read_line(line).stamp for line in lines_in(tmp_path)]
    settled = sorted(
        each.received_at.replace(microsecond=0)
        for entry in judged(READINGS)
        for each in entry.judgement.settled
    )
    first = {int(at.timestamp()) // 10: at for at in reversed(settled)}
    assert stamps == sorted(first.values())


async def test_a_line_says_what_the_meter_said(tmp_path) -> None:
    await written(tmp_path, READINGS, interval_s=1)
    lines = lines_in(tmp_path)
    own = {r.received_at.replace(microsecond=0): r.frame for r in reversed(READINGS)}
    assert len(lines) > 100
    for line in lines:
        found = read_line(line)
        meant = own[found.stamp]
        for dataset in frame_of(found).datasets:
            assert meant.get(dataset.label).data == dataset.data


@given(cuts=st.lists(st.integers(0, len(READINGS)), max_size=8), back=st.integers(0, 40))
def test_batches_and_repetitions_do_not_matter(tmp_path_factory, cuts, back) -> None:
    """Any batches, after each a new start that is given some of the last ones again."""
    import asyncio

    folders = [tmp_path_factory.mktemp("log") for _ in range(2)]
    asyncio.run(written(folders[0], READINGS))
    entries, back = judged(READINGS), back + DailyLog.again
    for start, end in itertools.pairwise(sorted({0, *cuts, len(READINGS)})):
        asyncio.run(DailyLog(folders[1], 10).write(entries[max(0, start - back) : end]))
    assert files_of(folders[1]) == files_of(folders[0])


@pytest.mark.parametrize("cut", [1, 7, 60, 100, 4000])
async def test_a_line_that_was_cut_off_is_written_again(tmp_path, cut) -> None:
    await written(tmp_path / "whole", READINGS)
    await written(tmp_path / "torn", READINGS)
    last = sorted((tmp_path / "torn").rglob("*.log"))[-1]
    content = last.read_bytes()
    last.write_bytes(content[: max(0, len(content) - cut)])
    await written(tmp_path / "torn", READINGS)
    assert files_of(tmp_path / "torn") == files_of(tmp_path / "whole")


async def test_a_folder_that_is_away_is_an_oserror_and_nothing_is_lost(tmp_path) -> None:
    folder = tmp_path / "usb"
    folder.write_text("not a folder yet")
    sink = DailyLog(folder, 10)
    for _ in range(2):
        with pytest.raises(OSError, match="usb"):
            await sink.write(judged(READINGS))
    folder.unlink()
    await sink.write(judged(READINGS))
    await written(tmp_path / "whole", READINGS)
    assert files_of(folder) == files_of(tmp_path / "whole")


async def test_a_new_start_late_in_the_day_names_the_meter_no_second_time(tmp_path) -> None:
    await written(tmp_path, READINGS, interval_s=1)
    [*_, last] = sorted(tmp_path.rglob("*.log"))
    size = last.stat().st_size
    assert size > 8192
    later = READINGS[-1].received_at + timedelta(seconds=30)
    more = [Reading(READINGS[-1].meter, "house", later, READINGS[-1].frame)]
    await written(tmp_path, [*READINGS, *more], interval_s=1)
    added = last.read_text()[size:].splitlines()
    assert f"{later.astimezone(FRANCE):%H:%M:%S}" in added[-1]
    assert not any("INFO" in line for line in added)


async def test_another_meter_on_the_line_is_named(tmp_path) -> None:
    later = READINGS[-1].received_at + timedelta(seconds=30)
    other = [
        Reading("999999999999", "house", later + timedelta(seconds=n), reading.frame)
        for n, reading in enumerate(READINGS[:20])
    ]
    await written(tmp_path, [*READINGS, *other])
    lines = lines_in(tmp_path, "INFO")
    assert [read_line(line).meter for line in lines] == [READINGS[-1].meter] * 2 + ["999999999999"]


@pytest.mark.parametrize("mode", ["historic", "standard"])
async def test_what_was_logged_can_be_imported(tmp_path, mode) -> None:
    own = some(400, mode=mode, start=datetime(2025, 10, 26, 0, 57, tzinfo=UTC))  # the hour twice
    await written(tmp_path, own, interval_s=5)
    [path] = tmp_path.rglob("*.log")
    [portion] = parse(path.read_bytes(), Hints()).portions
    assert portion.meter == own[-1].meter
    labels = ["BBRHCJB", "BBRHPJB"] if mode == "historic" else ["EASF01", "EASF02"]
    totals = merge_summaries(portion.minutes.values()).counters
    for number, label in enumerate(labels, start=1):
        indexes = [d.value for r in own if (d := r.frame.get(label))]
        total = totals[f"import_{number}_wh"]
        gained = total.last_total - total.first_total
        assert 0 <= indexes[-1] - indexes[0] - gained <= 3  # the last lines wait for a next one
    assert sum(totals[f"import_{n}_wh"].last_total for n in (1, 2)) > 0


def test_the_configuration_says_where_and_how_often(tmp_path) -> None:
    meter = '[meters.house]\nsource = "-"\n'
    assert list(sinks_of(parse_config(meter), house_in(tmp_path))) == []
    text = meter + '[daily_log]\nfolder = "logs"\ninterval_s = 5\n'
    [(name, sink)] = sinks_of(parse_config(text), house_in(tmp_path))
    assert name == "daily_log"
    assert isinstance(sink, DailyLog)


@pytest.mark.slow
def test_the_service_writes_every_interval_once_though_it_is_killed(tmp_path) -> None:
    config = tmp_path / "telewatt.toml"
    config.write_text(
        '[meters.house]\nsource = "sim:?mode=standard&seed=1"\n'
        "[journal]\npath = 'journal.db'\ncommit_interval_s = 0.3\n"
        "[daily_log]\nfolder = 'logs'\ninterval_s = 1\n"
    )
    for _ in range(3):
        command = [sys.executable, "-m", "telewatt", "run", "--config", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            deadline, before = time.monotonic() + 40, len(_lines(tmp_path))
            while len(_lines(tmp_path)) < before + 4 and time.monotonic() < deadline:
                time.sleep(0.1)
            os.kill(process.pid, signal.SIGKILL)
        assert len(_lines(tmp_path)) >= before + 4
    stamps = [line[:19] for line in _lines(tmp_path)]
    assert stamps == sorted(set(stamps))


def _lines(folder: Path) -> list[str]:
    return [
        line
        for path in sorted((folder / "logs").rglob("*.log"))
        for line in path.read_text().splitlines()
        if "\tDATA\t" in line
    ]
