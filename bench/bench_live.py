"""One standard meter on a pseudo-terminal at true 9600 Bd: processor time, latency, wake-ups.

Three processes: this one, a feeder which writes every byte when it would have left the line, and
a reader (``telewatt.sources.line`` and nothing else), whose processor time is what counts. Feeder
and reader share the monotonic clock, so an ETX is timed from its write to the reader's callback.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import termios
import time
import tty
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from bench.figure import Figure
from telewatt.reading import Reading
from telewatt.simulator.settings import parse_settings
from telewatt.simulator.stream import simulate
from telewatt.sources.line import Line
from telewatt.tic import Status

NAMES = (
    "live.cpu",
    "live.latency",
    "live.wakeups",
    "live.start",
    "live.gaps.cpu",
    "live.gaps.latency",
    "live.gaps.wakeups",
)
MEASURED_S = 60.0
LONGEST_GAP_S = 0.0334  # between two datasets (54E 5.3.6)
METER = "parity=yes&contract=tempo&producer=yes&seed=3"
ETX, LF = 0x03, 0x0A


class Run(NamedTuple):
    """What one run of feeder and reader gave."""

    cpu: float  # of one core, 0 to 1
    latencies_s: list[float]  # ETX written to callback, ascending
    wakeups: float  # per frame
    start_s: float  # process start to first complete frame
    frame_s: float  # mean cycle of the meter


def figures() -> Iterator[Figure]:
    """Measure a line without and one with gaps between its datasets."""
    run = _measure(gaps=False)
    yield from _judge("live", run)
    over_s = run.start_s - run.frame_s
    yield Figure("live.start", over_s, "s beyond one frame", "< 2", over_s < 2)
    yield from _judge("live.gaps", _measure(gaps=True))


def _judge(name: str, run: Run) -> Iterator[Figure]:
    cpu, p95_ms = run.cpu * 100, run.latencies_s[int(len(run.latencies_s) * 0.95)] * 1000
    yield Figure(f"{name}.cpu", cpu, "% of a core", "<= 0.3", cpu <= 0.3)
    yield Figure(f"{name}.latency", p95_ms, "ms ETX to reader, p95", "<= 5", p95_ms <= 5)
    yield Figure(f"{name}.wakeups", run.wakeups, "per frame", "<= 12", run.wakeups <= 12)


def _measure(*, gaps: bool) -> Run:
    with tempfile.TemporaryDirectory() as directory:
        link, log = Path(directory) / "meter", Path(directory) / "etx"
        feeder = _start("feed", str(link), str(log), str(int(gaps)))
        try:
            while not link.is_symlink():
                time.sleep(0.05)
            time.sleep(0.4)  # the reader shall come in the middle of a frame
            _forget_unread(link)
            started = time.monotonic()
            reader = _start("read", str(link), str(MEASURED_S), stdout=subprocess.PIPE)
            said, _ = reader.communicate(timeout=MEASURED_S + 60)
        finally:
            feeder.terminate()
            feeder.wait()
        whole = log.read_text().rpartition("\n")[0]
        written = [float(line) for line in whole.splitlines()]
    return _evaluate(json.loads(said), written, started)


def _forget_unread(link: Path) -> None:
    """A port which nobody has open keeps nothing; a pseudo-terminal would."""
    descriptor = os.open(link, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    termios.tcflush(descriptor, termios.TCIFLUSH)
    os.close(descriptor)


def _evaluate(heard: dict[str, Any], written: list[float], started: float) -> Run:
    frames: list[float] = heard["frames"]
    latencies = sorted(at - written[bisect_right(written, at) - 1] for at in frames[1:])
    frame_s = (frames[-1] - frames[0]) / (len(frames) - 1)
    wakeups = heard["switches"] / (len(frames) - 1)
    return Run(heard["cpu"], latencies, wakeups, frames[0] - started, frame_s)


def _start(*arguments: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.bench_live", *arguments], stdout=stdout)


# -- the feeder ------------------------------------------------------------------------------


def feed(link: str, log: str, gaps: bool) -> None:
    """Be the meter until terminated; note when each ETX was written."""
    master, slave = os.openpty()
    tty.setraw(slave)
    Path(link).symlink_to(os.ttyname(slave))
    rng = Random(7)
    start = time.monotonic()
    late_s = 0.0  # what the gaps between datasets have added
    with Path(log).open("w", buffering=1) as times:
        begin = None
        for sent in simulate(parse_settings(METER), datetime(2025, 1, 15, 17, tzinfo=UTC)):
            begin = begin or sent.time
            due = start + (sent.time - begin).total_seconds() + late_s
            for byte in sent.line:
                due += 10 / sent.baud
                if gaps and byte & 0x7F == LF:
                    gap_s = rng.uniform(0, LONGEST_GAP_S)
                    late_s, due = late_s + gap_s, due + gap_s
                time.sleep(max(0.0, due - time.monotonic()))
                now = time.monotonic()
                os.write(master, bytes((byte,)))
                if byte & 0x7F == ETX:
                    print(now, file=times)


# -- the reader ------------------------------------------------------------------------------


async def read(link: str, seconds: float) -> None:
    """Read for so long from the first frame on; print what it took as JSON."""
    loop = asyncio.get_running_loop()
    frames: list[float] = []
    begun: asyncio.Future[resource.struct_rusage] = loop.create_future()

    def note(reading: Reading) -> None:
        if reading.frame.status is Status.COMPLETE:
            frames.append(time.monotonic())
            if not begun.done():
                begun.set_result(resource.getrusage(resource.RUSAGE_SELF))

    task = asyncio.create_task(Line(link, "bench", note).run())
    before = await begun
    await asyncio.sleep(seconds)
    after = resource.getrusage(resource.RUSAGE_SELF)
    elapsed = time.monotonic() - frames[0]
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    switches = after.ru_nvcsw - before.ru_nvcsw
    print(json.dumps({"cpu": used / elapsed, "frames": frames, "switches": switches}))


if __name__ == "__main__":
    if sys.argv[1] == "feed":
        feed(sys.argv[2], sys.argv[3], sys.argv[4] == "1")
    else:
        asyncio.run(read(sys.argv[2], float(sys.argv[3])))
