"""``telewatt run`` with two meters and a real Mosquitto: processor time, memory, latency, history.

One meter is historic (1200 Bd), one standard (9600 Bd), both on pseudo-terminals at their true
speeds. For the latency a feeder notes when it writes each ETX (`bench.bench_live`), a subscriber
here when the state of that frame arrives: what the broker does and the way back are counted too.
For the history the broker is away while a journal fills; then it is there, and the rate counts at
which the missed frames arrive, in times of that at which they were measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import aiomqtt

from bench.figure import Figure
from bench.past import fill, readings_of
from telewatt.store import Journal

NAMES = ("mqtt.cpu", "mqtt.memory", "mqtt.latency", "mqtt.history", "mqtt.history.live")
METERS = {
    "historic": "mode=historic&contract=hc&parity=yes&seed=1",
    "standard": "mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2",
}
SETTLE_S, MEASURED_S, PATIENCE_S = 20.0, 60.0, 60.0
LATENCY_S = 120.0
PRIORITY = 5
MISSED_H = 2.0
TELEWATT = (sys.executable, "-m", "telewatt", "--lang", "en")


def figures() -> Iterator[Figure]:
    """Measure for about four minutes."""
    if shutil.which("mosquitto", path=f"{os.environ.get('PATH')}:/usr/sbin") is None:
        return
    with tempfile.TemporaryDirectory() as directory:
        used = asyncio.run(_two_meters(Path(directory)))
    cpu = used.cpu * 100 / len(METERS)
    yield Figure("mqtt.cpu", cpu, "% of a core a meter", "<= 0.4", cpu <= 0.4)
    yield Figure("mqtt.memory", used.memory_mb, "MB", "<= 60", used.memory_mb <= 60)
    with tempfile.TemporaryDirectory() as directory, _priority():
        p95_ms = asyncio.run(_latency_ms(Path(directory)))
    yield Figure("mqtt.latency", p95_ms, "ms ETX to subscriber, p95", "<= 5", p95_ms <= 5)
    with tempfile.TemporaryDirectory() as directory:
        past = asyncio.run(_history(Path(directory)))
    yield Figure("mqtt.history", past.speed, "x real time", ">= 50", past.speed >= 50)
    yield Figure("mqtt.history.live", past.live_s, "s, longest", "< 5", past.live_s < 5)


# -- two meters ------------------------------------------------------------------------------


class Used(NamedTuple):
    """Processor time as a part of one core, and the largest resident memory."""

    cpu: float
    memory_mb: float


async def _two_meters(folder: Path) -> Used:
    with _broker(folder) as port:
        arguments = ["simulate", "--speed", "1", "--strict-speed"]
        for name, settings in METERS.items():
            arguments += ["--meter", settings, "--to", f"pty:{folder / name}"]
        with _process(*TELEWATT, *arguments) as simulator:
            assert simulator.stderr is not None
            for _ in METERS:
                simulator.stderr.readline()  # where each meter is: it is there now
            sources = {name: str(folder / name) for name in METERS}
            with _service(folder, port, sources) as service:
                async with _subscribed(port, "telewatt/+/state") as client:
                    heard = set()
                    async for message in client.messages:
                        heard.add(str(message.topic))
                        if len(heard) == len(METERS):
                            break
                await asyncio.sleep(SETTLE_S)
                before, began = _cpu_s(service.pid), time.monotonic()
                await asyncio.sleep(MEASURED_S)
                used_s = _cpu_s(service.pid) - before
                return Used(used_s / (time.monotonic() - began), _peak_memory_mb(service.pid))


# -- latency ---------------------------------------------------------------------------------


async def _latency_ms(folder: Path) -> float:
    """From the writing of ETX to the subscriber, 95th percentile."""
    link, log = folder / "meter", folder / "etx"
    arrived: list[float] = []
    with _broker(folder) as port:
        feeder = [sys.executable, "-m", "bench.bench_live", "feed", str(link), str(log), "0"]
        with _process(*feeder):
            while not link.is_symlink():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            with _service(folder, port, {"house": str(link)}):
                async with _subscribed(port, "telewatt/+/state") as client:
                    end = None
                    async for _ in client.messages:
                        arrived.append(time.monotonic())
                        end = end or arrived[0] + LATENCY_S
                        if arrived[-1] > end:
                            break
    whole = log.read_text().rpartition("\n")[0]
    written = [float(line) for line in whole.splitlines()]
    latencies = sorted(at - written[bisect_right(written, at) - 1] for at in arrived[5:-1])
    return latencies[int(len(latencies) * 0.95)] * 1000


# -- history ---------------------------------------------------------------------------------


class Past(NamedTuple):
    """How many times faster than it was measured the past came, and how late live values were."""

    speed: float
    live_s: float


async def _history(folder: Path) -> Past:
    """Two meters over hours, at the rate of the wire, which the broker has missed."""
    missed = sorted(
        readings_of("historic", METERS["historic"], MISSED_H)
        + readings_of("standard", METERS["standard"], MISSED_H),
        key=lambda reading: reading.received_at,
    )
    with closing(Journal.open(folder / "journal.db")) as journal:
        fill(journal, missed[:1])
        journal.confirm("mqtt", 1)
        fill(journal, missed[1:])
    late: list[float] = []
    times: list[float] = []
    with _broker(folder) as port, _service(folder, port, {"live": f"sim:?{METERS['historic']}"}):
        async with _subscribed(port, "telewatt/+/#") as client:
            async for message in client.messages:
                topic = str(message.topic)
                if topic.endswith("/history"):
                    times.append(time.monotonic())
                elif topic.endswith("/state") and times and isinstance(message.payload, bytes):
                    said = json.loads(message.payload)
                    at = datetime.fromisoformat(said["received_at"])
                    late.append(datetime.now(at.tzinfo).timestamp() - at.timestamp())
                if len(times) >= len(missed) - 1:
                    break
    speed = MISSED_H * 3600 / (times[-1] - times[0])
    return Past(speed, max(late, default=0.0))


@contextlib.contextmanager
def _priority() -> Iterator[None]:
    """Before whatever else this machine does, where that is allowed: it is no part of a latency."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


# -- processes -------------------------------------------------------------------------------


@contextlib.contextmanager
def _broker(folder: Path) -> Iterator[int]:
    """A broker on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        "max_queued_messages 0\n"
    )
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH')}:/usr/sbin")
    with _process(str(program), "-c", str(configuration)):
        yield port


@contextlib.contextmanager
def _service(folder: Path, port: int, sources: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    lines = ["[journal]", f'path = "{folder / "journal.db"}"', "[web]", "enabled = false"]
    lines += ["[mqtt]", 'host = "127.0.0.1"', f"port = {port}"]
    for name, source in sources.items():
        lines += [f"[meters.{name}]", f'source = "{source}"']
    configuration = folder / "telewatt.toml"
    configuration.write_text("\n".join(lines) + "\n")
    with _process(*TELEWATT, "run", "--config", str(configuration)) as service:
        yield service


@contextlib.contextmanager
def _process(*command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


@contextlib.asynccontextmanager
async def _subscribed(port: int, topic: str) -> AsyncIterator[aiomqtt.Client]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        client = aiomqtt.Client("127.0.0.1", port)
        try:
            await client.__aenter__()
            break
        except aiomqtt.MqttError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
    try:
        await client.subscribe(topic, 1)
        yield client
    finally:
        await client.__aexit__(None, None, None)


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_memory_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kib) * 1024 / 1e6
