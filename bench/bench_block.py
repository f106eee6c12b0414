"""Blocks: bytes a frame, bit for bit over a month, speed, memory.

Frames come at the rate of the wire. Their time of arrival is to the millisecond, 0 to 2 ms after
their last bit. Blocks are as large as packing makes them.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import ne
from pathlib import Path
from random import Random

from bench.block_packer import grow_kib
from bench.figure import Figure
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.store.batch import Entry, seal, unseal
from telewatt.store.packing import BLOCK_ENTRIES
from telewatt.tic import Decoder

NAMES = (
    "block.bytes",
    "block.bytes.three_phase",
    "block.bytes.historic",
    "block.bytes.noisy",
    "block.bytes.capture",
    "block.commit",
    "block.commit.historic",
    "block.seal",
    "block.unseal",
    "block.part",
    "block.memory",
    "block.month.lost",
    "block.month",
)
START = datetime(2026, 1, 15, 17, tzinfo=UTC)
STANDARD = "sim:?mode=standard&contract=hc&parity=yes&seed=7"
THREE_PHASE = "sim:?mode=standard&contract=tempo&phases=3&producer=yes&pv=3000&parity=yes&seed=8"
HISTORIC = "sim:?mode=historic&contract=hc&parity=yes&seed=7"
NOISY = f"{STANDARD}&noise=flip:0.0001"
BLOCKS = (
    ("block.bytes", STANDARD, 2),
    ("block.bytes.three_phase", THREE_PHASE, 4),
    ("block.bytes.historic", HISTORIC, 2),
    ("block.bytes.noisy", NOISY, 4),
)
COMMITS = (("block.commit", STANDARD, 12), ("block.commit.historic", HISTORIC, 12))
COMMIT_S, HOUR_S, DAYS = 30, 3600, 30
JITTER_MS = 2.0
CAPTURE = Path(__file__).resolve().parents[2] / "shared" / "captures" / "h_nokyyz_hc_3.tic"


def figures() -> Iterator[Figure]:
    """Yield the figures of blocks."""
    hours = {settings: _hour(settings) for settings in (STANDARD, THREE_PHASE, HISTORIC, NOISY)}
    for name, settings, goal in BLOCKS:
        yield _size_figure(name, _size(hours[settings]), goal)
    yield from _capture()
    for name, settings, goal in COMMITS:
        yield _size_figure(name, _commit_size(hours[settings]), goal)
    yield from _speed(hours[STANDARD])
    grown_mb = _memory_mb(hours[STANDARD])
    yield Figure("block.memory", grown_mb, "MB", "<= 6", grown_mb <= 6)
    del hours
    yield from _month()


def _size_figure(name: str, size: float, goal: int) -> Figure:
    return Figure(name, size, "bytes a frame", f"<= {goal}", size <= goal)


def _readings(settings: str) -> Iterator[Reading]:
    decoder, chance = Decoder(), Random(settings)
    for sent in simulate(parse_settings(settings), START):
        late = timedelta(seconds=sent.duration_s, milliseconds=chance.uniform(0, JITTER_MS))
        arrived = sent.time + late
        arrived = arrived.replace(microsecond=arrived.microsecond // 1000 * 1000)
        for frame in decoder.feed(sent.line):
            yield Reading(frame.meter, "house", arrived, frame)


def _hour(settings: str) -> list[Entry]:
    return list(_entries(_readings(settings), HOUR_S))


def _entries(readings: Iterable[Reading], seconds: float) -> Iterator[Entry]:
    end = START + timedelta(seconds=seconds)
    for seq, reading in enumerate(readings, start=1):
        if reading.received_at >= end:
            return
        yield Entry(seq, reading)


def _blocks(entries: list[Entry]) -> Iterator[bytes]:
    for first in range(0, len(entries), BLOCK_ENTRIES):
        yield seal(entries[first : first + BLOCK_ENTRIES], {"mqtt": 1}).payload


def _size(entries: list[Entry]) -> float:
    return sum(map(len, _blocks(entries))) / len(entries)


def _commit_size(entries: list[Entry]) -> float:
    """Of commits of half a minute each."""
    count = len(entries) * COMMIT_S // HOUR_S
    commits = [entries[first : first + count] for first in range(0, len(entries), count)]
    sizes = [len(seal(commit, {"mqtt": commit[0].seq - 1}).payload) for commit in commits]
    return sum(sizes) / len(entries)


def _capture() -> Iterator[Figure]:
    """The longest capture of a real meter there is: 200 frames, four minutes."""
    if not CAPTURE.exists():
        return
    decoder, chance, at_s = Decoder(), Random(1), 0.0
    entries: list[Entry] = []
    for frame in decoder.feed(CAPTURE.read_bytes()):
        at_s += len(frame.raw) / 120 + chance.uniform(0.017, 0.033)
        milliseconds = int(at_s * 1000 + chance.uniform(0, JITTER_MS))
        arrived = START + timedelta(milliseconds=milliseconds)
        entries.append(Entry(len(entries) + 1, Reading(frame.meter, "house", arrived, frame)))
    yield _size_figure("block.bytes.capture", _size(entries), 4)


def _speed(entries: list[Entry]) -> Iterator[Figure]:
    blocks = list(_blocks(entries))
    plain_s = _best_s(lambda: _compress(entries))
    sealed_s = _best_s(lambda: list(_blocks(entries)))
    read_s = _best_s(lambda: [unseal(block) for block in blocks])
    part_s = _best_s(lambda: [unseal(block, limit=1) for block in blocks])
    speed = plain_s / sealed_s
    yield Figure("block.seal", speed, "of zlib alone", ">= 0.1", speed >= 0.1)
    speed = plain_s / read_s
    yield Figure("block.unseal", speed, "of zlib alone", ">= 0.1", speed >= 0.1)
    share = part_s / read_s
    yield Figure("block.part", share, "of the whole", "<= 0.2", share <= 0.2)


def _compress(entries: list[Entry]) -> None:
    for first in range(0, len(entries), 32):
        zlib.compress(b"".join(each.reading.frame.raw for each in entries[first : first + 32]))


def _best_s(work: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def _memory_mb(entries: list[Entry]) -> float:
    """Of a process that packs an hour of commits."""
    commits = [
        seal(entries[first : first + 32], {}).payload for first in range(0, len(entries), 32)
    ]
    return grow_kib(commits) / 1024


def _month() -> Iterator[Figure]:
    """Thirty days, frame by frame: what a block gives back is what was put in."""
    lost, frames, size = 0, 0, 0
    entries = _entries(_readings(STANDARD), DAYS * 86_400)
    while block := list(islice(entries, BLOCK_ENTRIES)):
        payload = seal(block, {"mqtt": 1}).payload
        found = unseal(payload)
        lost += sum(map(ne, found, block)) + abs(len(found) - len(block))
        frames += len(block)
        size += len(payload)
        day = (block[-1].reading.received_at - START).days
        print(f"\rblock.month: day {day + 1} of {DAYS}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    yield Figure("block.month.lost", lost, f"of {frames} frames", "0", lost == 0)
    yield _size_figure("block.month", size / frames, 2)
