"""``telewatt run`` with two meters and one output: what it costs beyond the service without any.

Five services run at the same time for a minute, each with the same two simulated meters at the
speed of their lines; this process is the other end of all and counts the requests. Then two more,
of meters fifty times as fast: one without an output, one whose InfluxDB is away.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientSession, web

from bench.figure import Figure

KINDS = ("influxdb", "webhook", "jsonl", "prometheus")
NAMES = (
    *(f"sinks.{kind}.cpu" for kind in KINDS),
    *(f"sinks.{kind}.memory" for kind in KINDS),
    *("sinks.influxdb.requests", "sinks.webhook.requests", "sinks.away.memory"),
)
METERS = {
    "historic": "sim:?mode=historic&contract=hc&parity=yes&seed=1",
    "standard": "sim:?mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2",
}
FASTER = 50
SETTLE_S, MEASURED_S, PATIENCE_S = 15.0, 60.0, 60.0
TELEWATT = (sys.executable, "-m", "telewatt", "--lang", "en")


class Used(NamedTuple):
    """Processor time as a part of one core, and the largest resident memory."""

    cpu: float
    memory_mb: float


def figures() -> Iterator[Figure]:
    """Measure for about three minutes."""
    with tempfile.TemporaryDirectory() as directory:
        used, requests = asyncio.run(_each(Path(directory)))
    for kind in KINDS:
        cpu = (used[kind].cpu - used["none"].cpu) * 100
        yield Figure(f"sinks.{kind}.cpu", cpu, "% of a core", "<= 0.4", cpu <= 0.4)
        more_mb = used[kind].memory_mb - used["none"].memory_mb
        yield Figure(f"sinks.{kind}.memory", more_mb, "MB more", "<= 20", more_mb <= 20)
    for kind, most in (("influxdb", 780), ("webhook", 240)):
        count = requests[kind] * 3600 / MEASURED_S
        yield Figure(f"sinks.{kind}.requests", count, "an hour", f"<= {most}", count <= most)
    with tempfile.TemporaryDirectory() as directory:
        away = asyncio.run(_away(Path(directory)))
    more_mb = away["influxdb"].memory_mb - away["none"].memory_mb
    yield Figure("sinks.away.memory", more_mb, "MB more", "< 20", more_mb < 20)


async def _each(folder: Path) -> tuple[Mapping[str, Used], Counter[str]]:
    """Each output in a service of its own."""
    requests: Counter[str] = Counter()
    ports = {kind: _free_port() for kind in ("none", *KINDS)}
    async with _receiver(requests) as url:
        sections = {
            "none": "",
            "influxdb": f'[influxdb]\nurl = "{url}"\n',
            "webhook": f'[webhook]\nurl = "{url}/hook"\n',
            "jsonl": '[jsonl]\npath = "readings.jsonl"\n',
            "prometheus": "[prometheus]\n",
        }
        with contextlib.ExitStack() as running:
            services = {
                kind: running.enter_context(_service(folder / kind, section, ports[kind]))
                for kind, section in sections.items()
            }
            asking = asyncio.create_task(_scrape(ports["prometheus"]))
            try:
                used = await _measure(services, requests)
            finally:
                asking.cancel()
    return used, requests


async def _away(folder: Path) -> Mapping[str, Used]:
    """Fast meters, and a database that is not there."""
    section = f'[influxdb]\nurl = "http://127.0.0.1:{_free_port()}"\n'
    sections = {"none": "", "influxdb": section}
    with contextlib.ExitStack() as running:
        services = {
            kind: running.enter_context(_service(folder / kind, text, _free_port(), FASTER))
            for kind, text in sections.items()
        }
        return await _measure(services, Counter())


async def _measure(
    services: Mapping[str, subprocess.Popen[str]], requests: Counter[str]
) -> Mapping[str, Used]:
    await asyncio.sleep(SETTLE_S)
    requests.clear()
    before = {kind: _cpu_s(service.pid) for kind, service in services.items()}
    began = time.monotonic()
    await asyncio.sleep(MEASURED_S)
    took_s, counted = time.monotonic() - began, requests.copy()
    used = {
        kind: Used((_cpu_s(service.pid) - before[kind]) / took_s, _peak_memory_mb(service.pid))
        for kind, service in services.items()
    }
    requests.clear()
    requests.update(counted)
    return used


@contextlib.asynccontextmanager
async def _receiver(requests: Counter[str]) -> AsyncIterator[str]:
    """Takes everything and counts it; its address."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        requests["webhook" if request.path == "/hook" else "influxdb"] += 1
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/{place}", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _scrape(port: int) -> None:
    """As Prometheus does by default in many houses: every 15 s."""
    async with ClientSession() as session:
        while True:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                answer.raise_for_status()
                await answer.read()
            await asyncio.sleep(15)


@contextlib.contextmanager
def _service(
    folder: Path, section: str, port: int, speed: int = 1
) -> Iterator[subprocess.Popen[str]]:
    folder.mkdir()
    lines = ["[journal]", f'path = "{folder / "journal.db"}"', "[web]", f"port = {port}", section]
    for name, source in METERS.items():
        lines += [f"[meters.{name}]", f'source = "{source}&speed={speed}"']
    configuration = folder / "telewatt.toml"
    configuration.write_text("\n".join(lines) + "\n")
    command = (*TELEWATT, "run", "--config", str(configuration))
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert service.stderr is not None
        while "web page" not in (line := service.stderr.readline()):
            if not line:
                raise RuntimeError("the service ended while it started")
        yield service
    finally:
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_memory_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kib) * 1024 / 1e6
