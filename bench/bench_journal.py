"""The journal: kill -9, restart, latency, written bytes, speed, start with ten million entries."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from bench.journal_writer import kill_again_and_again, reading
from telewatt.store import Journal
from telewatt.store.batch import Entry, seal
from telewatt.store.files import build

NAMES = (
    "journal.kill.lost",
    "journal.kill.duplicated",
    "journal.kill.restart",
    "journal.latency",
    "journal.write",
    "journal.read",
    "journal.bytes",
    "journal.written",
    "journal.start",
)
KILLS = 200
FRAMES_A_DAY = 93_000  # of one standard meter
INTERVAL_S = 30
ROWS = 10_000_000 // 50


def figures() -> Iterator[Figure]:
    """Yield the journal's figures."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _kills(Path(folder) / "killed.db")
        yield from _latency(Path(folder) / "live.db")
        yield from _speed(Path(folder) / "speed.db")
        yield from _bytes(Path(folder) / "day.db")
        yield from _start(Path(folder) / "old.db")


def _kills(path: Path) -> Iterator[Figure]:
    durable, lost, restart_s = 0, 0, 0.0
    for kill in kill_again_and_again(path, KILLS, seed=KILLS):
        if kill.opened_seq is not None:
            lost += max(0, durable - kill.opened_seq)
            restart_s = max(restart_s, kill.open_s)
        durable = max(durable, kill.durable_seq)
    journal = Journal.open(path)
    found = [entry for entry in _read_all(journal) if entry.reading == reading(entry.seq)]
    numbers = {entry.seq for entry in found}
    lost += sum(seq not in numbers for seq in range(1, durable + 1))
    journal.close()
    yield Figure("journal.kill.lost", lost, f"of {durable} entries", "0", lost == 0)
    doubles = len(found) - len(numbers)
    yield Figure("journal.kill.duplicated", doubles, "entries", "0", doubles == 0)
    yield Figure("journal.kill.restart", restart_s, "s", "< 3", restart_s < 3)


def _read_all(journal: Journal) -> Iterator[Entry]:
    after = 0
    while entries := journal.read(after):
        yield from entries
        after = entries[-1].seq


def _latency(path: Path) -> Iterator[Figure]:
    delay_ms = asyncio.run(_follow(path)) * 1000
    yield Figure("journal.latency", delay_ms, "ms", "<= 1", delay_ms <= 1)


async def _follow(path: Path) -> float:
    """95th percentile, in seconds, of append to follower, while commits go on."""
    journal = Journal.open(path, commit_interval_s=0.1)
    running = asyncio.create_task(journal.run())
    appended, delays = [0.0], []

    async def watch() -> None:
        async for _ in journal.follow():
            delays.append(time.perf_counter() - appended[0])

    watching = asyncio.create_task(watch())
    for seq in range(1, 1001):
        await asyncio.sleep(0.002)
        appended[0] = time.perf_counter()
        journal.append(reading(seq))
    watching.cancel()
    running.cancel()
    await asyncio.gather(watching, running, return_exceptions=True)
    journal.close()
    return sorted(delays)[int(len(delays) * 0.95)]


def _speed(path: Path) -> Iterator[Figure]:
    readings = [reading(seq) for seq in range(1, 20_001)]
    started = time.process_time()
    for first in range(0, len(readings), 32):
        zlib.compress(b"".join(each.frame.raw for each in readings[first : first + 32]))
    plain_s = time.process_time() - started
    journal = Journal.open(path)
    started = time.process_time()
    for count, each in enumerate(readings, start=1):
        journal.append(each)
        if count % 32 == 0:
            journal.commit()
    written_s = time.process_time() - started
    journal.commit()
    started = time.process_time()
    count = sum(1 for _ in _read_all(journal))
    read_s = time.process_time() - started
    journal.close()
    write, read = plain_s / written_s, plain_s / read_s * count / len(readings)
    yield Figure("journal.write", write, "of zlib alone", ">= 0.05", write >= 0.05)
    yield Figure("journal.read", read, "of zlib alone", ">= 0.05", read >= 0.05)


def _bytes(path: Path) -> Iterator[Figure]:
    """Four hours of one meter at once, a commit for every 30 seconds of it."""
    share = 6
    journal = Journal.open(path)
    before = _written_bytes()
    for seq in range(1, FRAMES_A_DAY // share + 1):
        journal.append(reading(seq))
        if seq % (FRAMES_A_DAY * INTERVAL_S // 86_400) == 0:
            journal.confirm("bench", journal.commit())
    journal.close()
    written = (_written_bytes() - before) * share / 1e6
    size = path.stat().st_size / (FRAMES_A_DAY // share)
    yield Figure("journal.bytes", size, "bytes a frame", "<= 100", size <= 100)
    yield Figure("journal.written", written, "MB a day and meter", "<= 40", written <= 40)


def _written_bytes() -> int:
    for line in Path("/proc/self/io").read_text().splitlines():
        name, value = line.split(": ")
        if name == "write_bytes":
            return int(value)
    raise LookupError("write_bytes in /proc/self/io")


def _start(path: Path) -> Iterator[Figure]:
    batch = seal([Entry(ROWS * 50 - 49 + n, reading(n)) for n in range(50)], {})

    def fill(connection: sqlite3.Connection) -> None:
        rows = ((number * 50 + 1, 50, batch.payload) for number in range(ROWS))
        sql = "INSERT INTO batch (first_seq, entries, payload) VALUES (?, ?, ?)"
        connection.executemany(sql, rows)

    build(path, fill)
    _forget_cached(path)
    started = time.perf_counter()
    journal = Journal.open(path)
    opened_s = time.perf_counter() - started
    whole = journal.last_seq == ROWS * 50 and not journal.alarms
    journal.close()
    yield Figure("journal.start", opened_s, "s", "< 1", whole and opened_s < 1)


def _forget_cached(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
