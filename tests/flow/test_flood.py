"""Hostile clients of the page of a real service: the meters are read as if nobody was there."""

import asyncio
import contextlib
import io
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from telewatt.cli.demo_past import write_meter_past
from telewatt.store.history import history_path
from tests.flow.conftest import HISTORIC, STANDARD

pytestmark = pytest.mark.slow
FLOOD_S = 8.0
EXTRA_MB = 20.0
HEAVY = "api/v1/series?who=solar&quantity=import_wh&quantity=apparent_va&step=minute&start={start}"
MIB = 1 << 20


def memory_mb(pid, name):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024


@pytest.mark.timeout(240)
def test_a_flood_disturbs_neither_meters_nor_memory(start, simulate, configuration, journal):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    write_meter_past(history_path(journal), "solar", f"{STANDARD}&producer=yes", now, 5)
    file = configuration(**paths)
    file.write_text(file.read_text().replace("[meters", "[web]\nport = 0\n[meters", 1))
    service = start("run", "--config", file)
    url = service.expect("web page: ").split("web page: ")[1].strip()
    statuses, numbers, lines, extra_mb = asyncio.run(flood(url, service.process.pid))
    assert not [status for status in statuses if status >= 500], statuses
    assert {200, 401, 403, 404} <= set(statuses)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    for line in lines:
        assert line["frames"]["complete"] >= 3
        assert sum(line["rejected"].values()) <= 2  # the first frame, cut by the opening
        assert line["openings"] <= 3
    assert extra_mb < EXTRA_MB
    assert service.end() == 0
    assert not [line for line in service.lines if "a bug" in line or "Traceback" in line]


async def flood(url, pid):
    """Statuses by number, the events a listener got, the lines, and the memory it took."""
    statuses = {}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as client:
        await until_both_speak(client, url)
        before_mb, end = memory_mb(pid, "VmRSS"), time.monotonic() + FLOOD_S
        heavy = HEAVY.format(start=int(time.time() - 4 * 86400))

        async def ask(path, method="GET", size=0, **more):
            while time.monotonic() < end:
                if size:
                    more["data"] = io.BytesIO(b"x" * size)
                with contextlib.suppress(aiohttp.ClientError):
                    async with client.request(method, url + path, **more) as answer:
                        await answer.read()
                        statuses[answer.status] = statuses.get(answer.status, 0) + 1

        json_kind = {"Content-Type": "application/json"}
        listening = asyncio.ensure_future(listen(client, url))
        await asyncio.gather(
            *(ask(heavy) for _ in range(4)),
            *(ask("api/v1/latest") for _ in range(5)),
            *(ask("api/v1/meters", headers={"Authorization": "Bearer wrong"}) for _ in range(3)),
            *(ask("api/v1/login", "POST", json={"password": "x" * 99}) for _ in range(3)),
            *(ask("api/v1/ports/listen", "POST", 10 * MIB, headers=json_kind) for _ in range(2)),
            ask("../../etc/passwd"),
            *(take_nothing(url, heavy, end) for _ in range(12)),
            *(take_nothing(url, "api/v1/stream", end) for _ in range(12)),
        )
        async with client.get(f"{url}api/v1/health") as answer:
            lines = (await answer.json())["lines"]
        numbers = await listening
    return statuses, numbers, lines, memory_mb(pid, "VmHWM") - before_mb


async def until_both_speak(client, url):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        async with client.get(f"{url}api/v1/latest") as answer:
            if len((await answer.json())["readings"]) == 2:
                return
        await asyncio.sleep(0.2)
    pytest.fail("not both meters were read")


async def listen(client, url):
    """The numbers of the readings during the flood."""
    numbers, kind, end = [], b"", time.monotonic() + FLOOD_S
    async with client.get(f"{url}api/v1/stream") as answer:
        async for line in answer.content:
            if line.startswith(b"event: "):
                kind = line[7:].strip()
            elif line.startswith(b"data: ") and kind == b"reading":
                numbers.append(json.loads(line[6:])["seq"])
            if time.monotonic() > end and len(numbers) > 3:
                return numbers
    return numbers


async def take_nothing(url, path, end):
    """Ask, and never read the answer."""
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, int(port), limit=1024)
            writer.write(f"GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            await asyncio.sleep(max(0.1, min(4.0, end - time.monotonic())))
            writer.transport.abort()
