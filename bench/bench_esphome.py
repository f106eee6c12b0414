"""Two ports of an ESP32 that is killed a hundred times: what is lost, how soon it is read again.

The ESP32 is an ESPHome device with two `serial_proxy` ports, compiled and run natively; two
simulated meters, one in each mode, speak on pseudo-terminals. What the device's ports heard is
written down byte by byte, and compared with what two lines of telewatt read.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench.figure import Figure
from bench.native_device import BUILDS, Device, build, head
from telewatt.lines import Chunk, Pty, feed
from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.sources import LineState, LineStatus
from telewatt.sources.line import Line

NAMES = (
    "esphome.kills.garbled",
    "esphome.kills.lost",
    "esphome.kills.inflight",
    "esphome.return",
    "esphome.return.median",
)
KILLS = 100
PATIENCE_S = 60.0
SETTLED_S = 0.5  # after the start of a device: it sets its ports
IN_FLIGHT_S = 0.3  # before its end: what it had not sent yet
METERS = {
    "historic": "mode=historic&contract=hc&parity=yes&seed=1",
    "standard": "contract=tempo&producer=yes&pv=3000&parity=yes&seed=2",
}
ETX = b"\x03"


def configuration(place: str, port: int, uarts: Mapping[str, Path]) -> str:
    """A device that forwards the bytes of two UARTs."""
    uart = "data_bits: 8, parity: NONE, stop_bits: 1, rx_buffer_size: 2048}"
    lines = [
        *head(place, port),
        "uart:",
        *(f"  - {{id: {n}_uart, port: {uarts[n]}, baud_rate: 9600, {uart}" for n in METERS),
        "serial_proxy:",
        *(f"  - {{id: {n}, uart_id: {n}_uart, name: {n}, port_type: TTL}}" for n in METERS),
    ]
    return "\n".join(lines) + "\n"


class Heard(Pty):
    """A pseudo-terminal that remembers what its reader was given, and when, since `forget`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.forget()

    def forget(self) -> None:
        """Another life of the reader begins."""
        self.bytes = bytearray()
        self.ends: list[int] = []
        self.times: list[float] = []

    def write(self, data: bytes, baud: int) -> int:
        """See `Pty`."""
        taken = super().write(data, baud)
        if taken:
            self.bytes += data[:taken]
            self.ends.append(len(self.bytes))
            self.times.append(time.monotonic())
        return taken

    def frames(self, since: float, until: float) -> Iterator[tuple[int, int]]:
        """Where the frames are that began after ``since`` and ended before ``until``."""
        start = self.bytes.find(b"\x02")
        while 0 <= start < (end := self.bytes.find(ETX, start) + 1):
            if self._time(start) >= since and self._time(end - 1) <= until:
                yield start, end
            start = self.bytes.find(b"\x02", end)

    def _time(self, place: int) -> float:
        return self.times[bisect_right(self.ends, place)]


class Reader:
    """One line of telewatt: the bytes of each of its openings, and when it was reading."""

    def __init__(self, url: str) -> None:
        self.runs: list[bytearray] = []
        self.reading_at: float | None = None
        self.frames = 0
        self._end = -1
        self.line = Line(url, "bench", self._note, on_state=self._show)

    def forget(self) -> None:
        """The device is about to be killed: what comes now is of its next life."""
        self.runs, self.reading_at, self.frames, self._end = [], None, 0, -1

    def _note(self, reading: Reading) -> None:
        frame = reading.frame
        if frame.offset != self._end:
            self.runs.append(bytearray())
        self.runs[-1] += frame.raw
        self.frames += 1
        self._end = frame.offset + len(frame.raw)

    def _show(self, status: LineStatus) -> None:
        if status.state is LineState.READING:
            self.reading_at = time.monotonic()


class Tally:
    """What all lives of the device add up to."""

    def __init__(self) -> None:
        self.garbled = self.lost = self.inflight = 0
        self.returns_s: list[float] = []

    def judge(self, heard: Heard, reader: Reader, born: float, killed: float) -> None:
        """Compare what a port heard in one life with what was read of it."""
        covered: list[tuple[int, int]] = []
        place = 0
        for run in reader.runs:
            found = heard.bytes.find(run, place)
            if found < 0:
                self.garbled += 1
                continue
            place = found + len(run)
            covered.append((found, place))
        for start, end in heard.frames(born + SETTLED_S, killed - IN_FLIGHT_S):
            if not any(first <= start and end <= last for first, last in covered):
                self.lost += 1
        self.inflight = max(self.inflight, len(heard.bytes) - place)


def figures() -> Iterator[Figure]:
    """Measure for some minutes; nothing where ESPHome is not installed."""
    esphome = BUILDS.parent / "esphome"
    if not (esphome / "installed").is_file():
        print("esphome is not installed: type scripts/setup-peer esphome", file=sys.stderr)
        return
    device = build(esphome / "bin", tuple(METERS), configuration)
    with device.alone(), tempfile.TemporaryDirectory() as home:
        tally = asyncio.run(_kill_often(device, Path(home)))
    yield Figure("esphome.kills.garbled", tally.garbled, "openings", "= 0", tally.garbled == 0)
    yield Figure("esphome.kills.lost", tally.lost, "frames", "= 0", tally.lost == 0)
    few = tally.inflight <= 512
    yield Figure("esphome.kills.inflight", tally.inflight, "bytes at most", "<= 512", few)
    longest = max(tally.returns_s)
    yield Figure("esphome.return", longest, "s at most", "< 5", longest < 5)
    usual = median(tally.returns_s)
    yield Figure("esphome.return.median", usual, "s", "< 2", usual < 2)


async def _kill_often(device: Device, home: Path) -> Tally:
    tally, rng = Tally(), Random(5)
    ports = {name: Heard(device.uarts[name]) for name in METERS}
    readers = {name: Reader(f"esphome://127.0.0.1:{device.port}/{name}") for name in METERS}
    async with _at_work(ports, readers):
        for _ in range(KILLS):
            born = time.monotonic()
            process = device.start(home)
            try:
                await _until(lambda: all(reader.frames >= 2 for reader in readers.values()))
                await asyncio.sleep(rng.uniform(0, 2))
                latest = max(reader.reading_at or 0.0 for reader in readers.values())
                tally.returns_s.append(latest - born)
            finally:
                killed = time.monotonic()
                _kill(process)
            await _until(lambda: all(not _is_read(reader) for reader in readers.values()))
            for name, port in ports.items():
                tally.judge(port, readers[name], born, killed)
                readers[name].forget()
            await asyncio.sleep(rng.choice((0, 0.2, 2)))
            for port in ports.values():
                port.forget()
    return tally


def _is_read(reader: Reader) -> bool:
    return reader.line.status.state is LineState.READING


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, 9)
    process.wait()


@contextlib.asynccontextmanager
async def _at_work(
    ports: Mapping[str, Heard], readers: Mapping[str, Reader]
) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as plugged:
        for port in ports.values():
            await plugged.enter_async_context(port)
        work: list[Coroutine[Any, Any, object]] = [
            feed(_chunks(name), port) for name, port in ports.items()
        ]
        work += [reader.line.run() for reader in readers.values()]
        tasks = [asyncio.ensure_future(each) for each in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _chunks(name: str) -> Iterator[Chunk]:
    for sent in simulate(parse_settings(METERS[name]), datetime(2025, 6, 15, 10, tzinfo=UTC)):
        yield Chunk(sent.time, sent.line, sent.baud)


async def _until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - two lines and a device, whatever they do
            await asyncio.sleep(0.01)
