"""The web page's server within ``telewatt run``: memory, answers, live values, fifty listeners.

Two meters, historic and standard, on pseudo-terminals at their true speeds, with a year of history
behind them. For the latency a feeder notes when it writes each ETX (`bench.bench_live`), a client
here when the reading of that frame arrives as an event. What a browser makes of it is measured by
`bench_page`. WEB_LISTEN_S changes how long fifty listeners listen.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import aiohttp

from bench.figure import Figure
from telewatt.cli.demo_past import write_past
from telewatt.store.history import history_path

NAMES = (
    "web.demo",
    "web.memory",
    "web.first",
    "web.year",
    "web.live",
    "web.listeners.wrong",
    "web.listeners.memory",
    "web.listeners.cpu",
    "web.listeners.late",
)
METERS = {
    "house": "mode=historic&contract=hc&kva=6&parity=yes&seed=1",
    "solar": "mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2",
}
LISTENERS = 50
LISTEN_S = float(os.environ.get("WEB_LISTEN_S", "120"))
LATENCY_S = 90.0
RUNS = 15
PATIENCE_S = 60.0
TELEWATT = (sys.executable, "-m", "telewatt", "--lang", "en")


def figures() -> Iterator[Figure]:
    """Measure for about six minutes."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        began = time.monotonic()
        write_past(history_path(folder / "journal.db"), METERS, 365)
        demo_s = time.monotonic() - began
        yield Figure("web.demo", demo_s, "s", "< 60", demo_s < 60)
        yield from asyncio.run(_two_meters(folder))
    with tempfile.TemporaryDirectory() as directory:
        p95_ms = asyncio.run(_latency_ms(Path(directory)))
    yield Figure("web.live", p95_ms, "ms ETX to client, p95", "<= 50", p95_ms <= 50)


async def _two_meters(folder: Path) -> list[Figure]:
    arguments = ["simulate", "--speed", "1", "--strict-speed"]
    for name, settings in METERS.items():
        arguments += ["--meter", settings, "--to", f"pty:{folder / name}"]
    with _process(*TELEWATT, *arguments) as simulator:
        assert simulator.stderr is not None
        for _ in METERS:
            simulator.stderr.readline()  # where each meter is: it is there now
        sources = {name: str(folder / name) for name in METERS}
        with _service(folder, sources) as (service, url):
            async with aiohttp.ClientSession() as client:
                await _until_both_speak(client, url)
                first_ms = await _median_ms(client, f"{url}api/v1/latest")
                year_ms = await _median_ms(client, f"{url}api/v1/series?{_YEAR}")
                await asyncio.sleep(30)
                memory_mb = _peak_mb(service.pid)
                heard = await _listen(service, url)
    return [
        Figure("web.memory", memory_mb, "MB", "<= 80", memory_mb <= 80),
        Figure("web.first", first_ms, "ms", "<= 20", first_ms <= 20),
        Figure("web.year", year_ms, "ms", "<= 150", year_ms <= 150),
        Figure("web.listeners.wrong", heard.wrong, "events", "0", heard.wrong == 0),
        Figure("web.listeners.memory", heard.memory_mb, "MB", "<= 80", heard.memory_mb <= 80),
        Figure("web.listeners.cpu", heard.cpu * 100, "% of a core", "<= 20", heard.cpu <= 0.2),
        Figure("web.listeners.late", heard.late_ms, "ms, p95", "<= 150", heard.late_ms <= 150),
    ]


_YEAR = "who=house&step=day&" + "&".join(
    f"quantity={name}" for name in ("import_1_wh", "import_2_wh", "apparent_va")
)


async def _until_both_speak(client: aiohttp.ClientSession, url: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        async with client.get(f"{url}api/v1/latest") as answer:
            if len((await answer.json())["readings"]) == len(METERS):
                return
        await asyncio.sleep(0.2)
    raise TimeoutError("not both meters were read")


async def _median_ms(client: aiohttp.ClientSession, url: str) -> float:
    """From the question to the last byte of its answer."""
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        async with client.get(url) as answer:
            await answer.read()
            assert answer.status == 200
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.05)
    return median(took)


# -- fifty listeners ---------------------------------------------------------------------------


class Heard(NamedTuple):
    """Events that were lost or doubled, and what the service needed meanwhile."""

    wrong: int
    memory_mb: float
    cpu: float
    late_ms: float


async def _listen(service: subprocess.Popen[str], url: str) -> Heard:
    numbers: list[list[int]] = [[] for _ in range(LISTENERS)]
    late: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)
    before, began = _cpu_s(service.pid), time.monotonic()
    async with aiohttp.ClientSession(connector=connector) as client:
        tasks = [
            asyncio.create_task(_note(client, url, mine, late if n == 0 else []))
            for n, mine in enumerate(numbers)
        ]
        await asyncio.sleep(LISTEN_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    cpu = (_cpu_s(service.pid) - before) / (time.monotonic() - began)
    first, last = max(each[0] for each in numbers), min(each[-1] for each in numbers)
    wanted = list(range(first, last + 1))
    wrong = sum(
        abs(len(wanted) - len(mine)) + (sorted(set(mine)) != wanted)
        for each in numbers
        if (mine := [number for number in each if first <= number <= last]) != wanted
    )
    return Heard(wrong, _peak_mb(service.pid), cpu, sorted(late)[int(len(late) * 0.95)])


async def _note(
    client: aiohttp.ClientSession, url: str, numbers: list[int], late_ms: list[float]
) -> None:
    timeout = aiohttp.ClientTimeout(total=None)
    async with client.get(f"{url}api/v1/stream", timeout=timeout) as answer:
        async for data in _readings(answer):
            numbers.append(int(str(data["seq"])))
            received = datetime.fromisoformat(str(data["received_at"]))
            late_ms.append((datetime.now(UTC) - received).total_seconds() * 1000)


async def _readings(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, object]]:
    kind = b""
    async for line in answer.content:
        if line.startswith(b"event: "):
            kind = line[7:].strip()
        elif line.startswith(b"data: ") and kind == b"reading":
            yield json.loads(line[6:])


# -- latency -------------------------------------------------------------------------------------


async def _latency_ms(folder: Path) -> float:
    """From the writing of ETX to a client, 95th percentile."""
    link, log = folder / "meter", folder / "etx"
    arrived: list[float] = []
    feeder = [sys.executable, "-m", "bench.bench_live", "feed", str(link), str(log), "0"]
    with _process(*feeder):
        while not link.is_symlink():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        with _service(folder, {"house": str(link)}) as (_, url):
            async with aiohttp.ClientSession() as client:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LATENCY_S):
                        await _note_arrivals(client, url, arrived)
    whole = log.read_text().rpartition("\n")[0]
    written = [float(line) for line in whole.splitlines()]
    latencies = sorted(at - written[bisect_right(written, at) - 1] for at in arrived[5:-1])
    return latencies[int(len(latencies) * 0.95)] * 1000


async def _note_arrivals(client: aiohttp.ClientSession, url: str, arrived: list[float]) -> None:
    timeout = aiohttp.ClientTimeout(total=None)
    async with client.get(f"{url}api/v1/stream", timeout=timeout) as answer:
        async for _ in _readings(answer):
            arrived.append(time.monotonic())


# -- processes -----------------------------------------------------------------------------------


@contextlib.contextmanager
def _service(folder: Path, sources: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The service, and the address of its page."""
    sections = "".join(f'[meters.{name}]\nsource = "{path}"\n' for name, path in sources.items())
    file = folder / "telewatt.toml"
    file.write_text(f'[journal]\npath = "{folder}/journal.db"\n[web]\nport = 0\n{sections}')
    with _process(*TELEWATT, "run", "--config", str(file)) as service:
        assert service.stderr is not None
        for line in service.stderr:
            if "web page: " in line:
                yield service, line.split("web page: ")[1].strip()
                return
        raise RuntimeError("no web page")


@contextlib.contextmanager
def _process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    """The largest resident memory so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("VmHWM")
