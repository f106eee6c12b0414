"""Packing: a simulated day of one meter, and kill -9 while it packs, prunes, migrates, backs up."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from random import Random

from bench.figure import Figure
from bench.journal_writer import KEPT_ENTRIES, Kill, kill_again_and_again, kill_one, reading
from telewatt.config.model import JournalConfig
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.store import Archive, GapReason, Journal, schema
from telewatt.store.backup import back_up
from telewatt.store.batch import Entry, seal
from telewatt.store.files import PAGE_SIZE
from telewatt.store.verify import verify
from telewatt.tic import Decoder

NAMES = (
    "pack.bytes",
    "pack.written",
    "pack.cpu",
    "pack.memory",
    "pack.kill.lost",
    "pack.kill.faults",
    "migrate.kill.lost",
    "backup.kill.lost",
    "backup.kill.faults",
)
KILLS = 200
HOURS = 8
INTERVAL = timedelta(seconds=JournalConfig().commit_interval_s)
START = datetime(2100, 1, 14, tzinfo=UTC)  # to come, so that only the hours themselves end hours
METER = "sim:?mode=standard&contract=hc&seed=7"


def figures() -> Iterator[Figure]:
    """Yield the figures of packing."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _day(Path(folder) / "day.db")
        yield from _upkeep_kills(Path(folder) / "upkeep.db")
        yield from _migration_kills(Path(folder) / "old.db")
        yield from _backup_kills(Path(folder) / "house" / "journal.db")


# -- a day ---------------------------------------------------------------------------------------


def readings(hours: float) -> Iterator[Reading]:
    """What a line reads of a simulated meter; arrival times jitter by some milliseconds."""
    decoder, chance, end = Decoder(), Random(3), START + timedelta(hours=hours)
    for sent in takewhile(lambda sent: sent.time < end, simulate(parse_settings(METER), START)):
        arrived = sent.time + timedelta(seconds=sent.duration_s, milliseconds=chance.randrange(4))
        arrived = arrived.replace(microsecond=arrived.microsecond // 1000 * 1000)
        for frame in decoder.feed(sent.line):
            yield Reading(frame.meter, "house", arrived, frame)


def _day(path: Path) -> Iterator[Figure]:
    """Some hours of one meter at once: a commit for every interval of it, each hour packed."""
    journal, due, hour = Journal.open(path), START + INTERVAL, START.hour
    frames = sum(1 for _ in readings(0.1))  # what decoding and the simulator need is there now
    written, packing_s, memory, peak = _status("io", "write_bytes"), 0.0, _memory(), 0
    for count, each in enumerate(readings(HOURS), start=1):
        frames = count
        journal.append(each)
        if each.received_at >= due:
            journal.confirm("bench", journal.commit())
            _write_back(path)
            due += INTERVAL
            if each.received_at.hour != hour:
                hour, started = each.received_at.hour, time.process_time()
                _pack_all(journal)
                packing_s += time.process_time() - started
                peak = max(peak, _memory())
    megabytes = (_status("io", "write_bytes") - written) * 24 / HOURS / 1e6
    journal.close()
    used, packed = _used(path)
    size, share = used / packed, packing_s / (HOURS * 3600) * 100
    yield Figure("pack.bytes", size, "bytes a frame", "<= 2", size <= 2)
    yield Figure("pack.written", megabytes, "MB a day and meter", "<= 20", megabytes <= 20)
    yield Figure("pack.cpu", share, f"% of a core, {frames} frames", "<= 1", share <= 1)
    grown = (peak - memory) / 1e6
    yield Figure("pack.memory", grown, "MB", "<= 10", grown <= 10)


def _write_back(path: Path) -> None:
    """What the kernel does within half a minute: a page that changes again counts again.

    SQLite changes about three pages of its shared index (-shm) with every commit.
    """
    for file in path.parent.glob(f"{path.name}*"):
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _pack_all(journal: Journal) -> None:
    while journal.pack():
        pass


def _used(path: Path) -> tuple[int, int]:
    """Bytes of the pages in use once only packed rows are left, and their entries."""
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM batch WHERE packed = 0")
        connection.commit()
        (entries,) = connection.execute("SELECT sum(entries) FROM batch").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    connection.close()
    return (pages - free) * PAGE_SIZE, entries


def _memory() -> int:
    return _status("status", "VmRSS") * 1024


def _status(file: str, name: str) -> int:
    for line in Path(f"/proc/self/{file}").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(f"{name} in /proc/self/{file}")


# -- kill -9 -------------------------------------------------------------------------------------


def _upkeep_kills(path: Path) -> Iterator[Figure]:
    durable, lost, faults = survive_upkeep(path, KILLS, seed=KILLS)
    yield Figure("pack.kill.lost", lost, f"of {durable} entries", "0", lost == 0)
    yield Figure("pack.kill.faults", faults, "faults", "0", faults == 0)


def survive_upkeep(path: Path, kills: int, seed: int) -> tuple[int, int, int]:
    """Kill a service that commits, packs and prunes.

    Returns:
        Entries that were durable, how many of them are neither there nor rightly pruned, and
        faults found when all of it is read.
    """
    durable, lost = 0, 0
    for kill in kill_again_and_again(path, kills, seed, "upkeep", longest_s=0.6):
        lost += _lost_by(kill, durable)
        durable = max(durable, kill.durable_seq)
    journal = Journal.open(path)
    _pack_all(journal)
    journal.close()
    with Archive.open(path) as archive:
        report = verify(archive)
        pruned = [gap.last_seq for gap in archive.gaps if gap.reason is GapReason.PRUNED]
        others = {gap.reason for gap in archive.gaps} - {GapReason.PRUNED, GapReason.CRASH}
        kept = {each.seq for each in archive.entries() if each.reading == reading(each.seq)}
    lost += sum(seq not in kept for seq in range(max(pruned, default=0) + 1, durable + 1))
    lost += sum(max(0, last_seq - (durable - KEPT_ENTRIES)) for last_seq in pruned)
    return durable, lost, len(report.faults) + len(others) + (not pruned)


def _lost_by(kill: Kill, durable: int) -> int:
    return 0 if kill.opened_seq is None else max(0, durable - kill.opened_seq)


def _migration_kills(path: Path) -> Iterator[Figure]:
    lost = survive_migration(path, KILLS, seed=KILLS)
    yield Figure("migrate.kill.lost", lost, f"rows, {KILLS} times", "0", lost == 0)


def survive_migration(path: Path, kills: int, seed: int, rows: int = 50_000) -> int:
    """Kill a service while it opens a journal of version 1; returns how many rows were lost."""
    old, (_, _, payload) = path.with_name("version-1.db"), seal([Entry(rows, reading(rows))], {})
    with sqlite3.connect(old, isolation_level=None) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA synchronous = OFF")
        schema.migrate(connection, schema.load_steps()[:1])
        connection.execute("BEGIN")
        batches = ((seq, 1, payload) for seq in range(1, rows + 1))
        connection.executemany("INSERT INTO batch VALUES (?, ?, ?)", batches)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    chance, lost, longest_s = Random(seed), 0, 60.0
    for _ in range(kills + 1):
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        shutil.copy(old, path)
        kill = kill_one(path, chance.uniform(0, longest_s) if longest_s < 60 else 60, "open", 1)
        longest_s = min(longest_s, 1.5 * kill.open_s or 60)  # the first one is left alone
        journal = Journal.open(path)
        crashes = [gap for gap in journal.gaps if gap.reason is GapReason.CRASH]
        lost += abs(rows - journal.last_seq) + len(journal.gaps) - len(crashes)
        journal.close()
        lost += rows - _count(path, payload)
    return lost


def _count(path: Path, payload: bytes) -> int:
    with sqlite3.connect(path) as connection:
        sql = "SELECT count(*) FROM batch WHERE entries = 1 AND payload = ?"
        (count,) = connection.execute(sql, (payload,)).fetchone()
    connection.close()
    return int(count)


def _backup_kills(path: Path) -> Iterator[Figure]:
    entries, lost, faults = survive_backup(path, KILLS, seed=KILLS)
    yield Figure("backup.kill.lost", lost, f"of {entries} entries", "0", lost == 0)
    yield Figure("backup.kill.faults", faults, "faults", "0", faults == 0)


def survive_backup(path: Path, kills: int, seed: int) -> tuple[int, int, int]:
    """Kill backups of a house that writes, packs, and prunes what a whole backup has.

    Returns:
        Entries of the backup, how many of all are not in it in the end, and faults found when it
        is read after each kill.
    """
    chance, folder = Random(seed), path.with_name(path.name + ".backup")
    faults, kept, whole = 0, 0, 0
    for _ in range(kills):
        _live_on(path, chance, whole)
        whole = max(whole, kill_one(path, chance.uniform(0, 0.2), "backup", 1).durable_seq)
        if (folder / "journal.db").exists():
            shutil.copytree(folder, folder.with_name("proof"), dirs_exist_ok=True)
            with Archive.open(folder.with_name("proof") / "journal.db") as archive:
                report = verify(archive)
            faults += len(report.faults) + (report.entries < kept)
            kept = report.entries
            shutil.rmtree(folder.with_name("proof"))
    last_seq = back_up(path, folder).last_seq
    with Archive.open(folder / "journal.db") as archive:
        found = {each.seq for each in archive.entries() if each.reading == reading(each.seq)}
        faults += len(verify(archive).faults)
    return last_seq, last_seq - len(found), faults


def _live_on(path: Path, chance: Random, backed_up_seq: int) -> None:
    journal = Journal.open(path)
    for _ in range(chance.choice((1, 5, 20))):
        for _ in range(chance.choice((1, 10, 60))):
            journal.append(reading(journal.last_seq + 1))
        journal.commit()
    if chance.random() < 0.5:
        _pack_all(journal)
        journal.prune(1, min(backed_up_seq, journal.last_seq - KEPT_ENTRIES))
    journal.close()
