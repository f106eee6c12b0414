"""``telewatt run`` with two meters on pseudo-terminals at their true speeds: memory and start.

One meter is historic (1200 Bd), one standard (9600 Bd); a reader at the wrong speed hears garbage,
so finding the speed is part of the start. Each start follows a ``kill -9`` of the one before.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import IO, NamedTuple

from bench.figure import Figure

NAMES = ("run.start.historic", "run.start.standard", "run.restart", "run.memory", "run.memory.full")
METERS = {
    "historic": "mode=historic&contract=hc&parity=yes&seed=1",
    "standard": "mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2",
}
STARTS = 5
MEMORY_S = 60.0
PATIENCE_S = 60.0
TELEWATT = (sys.executable, "-m", "telewatt", "--lang", "en")


class Start(NamedTuple):
    """One start of the service: seconds until it was ready, and until each meter's first frame."""

    ready_s: float
    first_frame_s: Mapping[str, float]


def figures() -> Iterator[Figure]:
    """Measure for about three minutes."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        with _simulator(folder):
            starts = []
            for _ in range(STARTS - 1):
                with _service(folder) as (service, start):
                    starts.append(start)
                    service.send_signal(signal.SIGKILL)
            with _service(folder) as (service, start):
                starts.append(start)
                cycles_s = _cycles_s(folder)
                memory_mb = _peak_memory_mb(service.pid)
        full_mb = _full_memory_mb(folder)
    for name in METERS:
        first_s = median(start.first_frame_s[name] for start in starts)
        beyond_s = first_s - cycles_s[name]
        yield Figure(f"run.start.{name}", beyond_s, "s", "< 2, and one frame", beyond_s < 2)
    restart_s = max(start.ready_s for start in starts[1:])
    yield Figure("run.restart", restart_s, "s", "< 3", restart_s < 3)
    yield Figure("run.memory", memory_mb, "MB", "<= 45", memory_mb <= 45)
    yield Figure("run.memory.full", full_mb, "MB", "<= 45", full_mb <= 45)


@contextlib.contextmanager
def _simulator(folder: Path) -> Iterator[None]:
    arguments = ["simulate", "--speed", "1", "--strict-speed"]
    for name, settings in METERS.items():
        arguments += ["--meter", settings, "--to", f"pty:{folder / name}"]
    with _process(arguments) as simulator:
        assert simulator.stderr is not None
        for _ in METERS:
            simulator.stderr.readline()  # where each meter is: it is there now
        yield


@contextlib.contextmanager
def _service(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Start]]:
    meters = [f"--meter={name}={folder / name}" for name in METERS]
    begin_s = time.monotonic()
    with _process(["run", f"--journal={folder / 'journal.db'}", *meters]) as service:
        assert service.stderr is not None
        yield service, _follow_start(service.stderr, begin_s)


@contextlib.contextmanager
def _process(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([*TELEWATT, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def _follow_start(log: IO[str], begin_s: float) -> Start:
    ready_s, first_frame_s = 0.0, dict.fromkeys(METERS, 0.0)
    while not ready_s or not all(first_frame_s.values()):
        line = log.readline()
        if not line:
            raise RuntimeError("the service ended while it started")
        if "reading 2 meter(s)" in line:
            ready_s = time.monotonic() - begin_s
        for name in METERS:
            if f"{name}: meter " in line:
                first_frame_s[name] = time.monotonic() - begin_s
    return Start(ready_s, first_frame_s)


def _cycles_s(folder: Path) -> dict[str, float]:
    """The mean time from frame to frame of each meter, by the arrivals of a dozen each."""
    arrivals: dict[str, list[datetime]] = {name: [] for name in METERS}
    with socket.socket(socket.AF_UNIX) as feed:
        feed.settimeout(PATIENCE_S)
        feed.connect(str(folder / "journal.db.sock"))
        with feed.makefile() as lines:
            for event in map(json.loads, lines):
                if "datasets" in event:
                    arrivals[event["line"]].append(datetime.fromisoformat(event["received_at"]))
                if all(len(times) > 12 for times in arrivals.values()):
                    break
    return {
        name: mean((later - earlier).total_seconds() for earlier, later in pairwise(times))
        for name, times in arrivals.items()
    }


def _full_memory_mb(folder: Path) -> float:
    """The same two meters, as fast as they can be read: the tail and all memos are full then.

    Without the page, whose memory `bench.bench_web` measures.
    """
    configuration = folder / "full.toml"
    lines = ["[journal]", f'path = "{folder / "full.db"}"', "[web]", "enabled = false"]
    for name, settings in METERS.items():
        lines += [f"[meters.{name}]", f'source = "sim:?{settings}&speed=0"']
    configuration.write_text("\n".join(lines) + "\n")
    with _process(["run", f"--config={configuration}"]) as service:
        return _peak_memory_mb(service.pid)


def _peak_memory_mb(process: int) -> float:
    """After a minute."""
    time.sleep(MEMORY_S)
    status = Path(f"/proc/{process}/status").read_text()
    (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kib) * 1024 / 1e6
