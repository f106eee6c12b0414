"""ESPHome's teleinfo component reads two simulated meters at once, in real wire timing.

A device of its `host:` platform is compiled and run, and its states are read back as Home
Assistant does. Indexes are read as text: its numbers are single precision. Two of its limits show
here: it gives the data of a dataset without their horodate, except DATE, and its UARTs want the
7-bit bytes of a port opened 7E1.
"""

import asyncio
import fcntl
import hashlib
import os
import subprocess
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aioesphomeapi import APIClient, APIConnectionError, TextSensorInfo

from telewatt.lines import Chunk, Pty, feed
from telewatt.simulator import Sent, Transmission, parse_settings, simulate

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

BUILDS = Path(__file__).resolve().parents[2] / ".cache" / "peers" / "esphome-devices"
METERS = {
    "standard": "contract=tempo&producer=yes&pv=3000",
    "historic": "mode=historic&contract=hc",
}
BAUD = {"standard": 9600, "historic": 1200}
START = datetime(2025, 6, 15, 10, tzinfo=UTC)
RECENT_FRAMES = 8
LIVELY = {"standard": "DATE", "historic": "PAPP"}
# INADDR_ANY is what ESPHome listens on; a test listens on loopback only.
LOOPBACK = """
#include <netinet/in.h>
#undef INADDR_ANY
#define INADDR_ANY htonl(INADDR_LOOPBACK)
"""


class Device(NamedTuple):
    """A compiled device: its program, the port of its API and the names of its two UARTs."""

    program: Path
    port: int
    uarts: dict[str, Path]


@cache
def labels_of(meter: str) -> list[str]:
    frames = islice(simulate(parse_settings(METERS[meter]), START), 3)
    return list({dataset.label: None for frame in frames for dataset in frame.datasets})


def configuration(place: str, port: int, uarts: dict[str, Path]) -> str:
    lines = [
        "esphome:",
        "  name: telewatt-peer",
        f'  build_flags: ["-include {place}/loopback.h"]',
        "host:",
        "logger: {level: WARN}",
        f"api: {{port: {port}, reboot_timeout: 0s}}",
        "uart:",
        *(
            f"  - {{id: {meter}_uart, port: {uarts[meter]}, baud_rate: {BAUD[meter]}, "
            "data_bits: 7, parity: EVEN, stop_bits: 1}"
            for meter in METERS
        ),
        "teleinfo:",
        *(
            f"  - {{id: {meter}, uart_id: {meter}_uart, update_interval: 200ms, "
            f"historical_mode: {'true' if meter == 'historic' else 'false'}}}"
            for meter in METERS
        ),
        "text_sensor:",
        *(
            f'  - {{platform: teleinfo, teleinfo_id: {meter}, tag_name: "{label}", '
            f'name: "{meter} {label}"}}'
            for meter in METERS
            for label in labels_of(meter)
        ),
    ]
    return "\n".join(lines) + "\n"


def build(esphome: Path) -> Device:
    """Compile the device unless the same one was compiled before."""
    version = (esphome.parent / "installed").read_text()
    key = hashlib.sha256(f"{version}{configuration(str(BUILDS), 0, uarts_of('x'))}".encode())
    name = key.hexdigest()[:12]
    place, uarts = BUILDS / name, uarts_of(name)
    port = 20_000 + int(name, 16) % 10_000
    program = place / ".esphome/build/telewatt-peer/.pioenvs/telewatt-peer/program"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "built").exists():
            (place / "loopback.h").write_text(LOOPBACK)
            (place / "device.yaml").write_text(configuration(str(place), port, uarts))
            environment = {**os.environ, "PATH": f"{esphome}:{os.environ['PATH']}"}
            done = subprocess.run(
                [esphome / "esphome", "compile", "device.yaml"],
                cwd=place,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-5000:]
            (place / "built").touch()
    return Device(program, port, uarts)


def uarts_of(name: str) -> dict[str, Path]:
    # ESPHome takes device names of two parts only, such as /dev/ttyUSB0.
    return {meter: Path(f"/tmp/telewatt-{name}-{meter}") for meter in METERS}


@pytest.fixture(scope="module")
def device(esphome: Path) -> Device:
    return build(esphome)


@asynccontextmanager
async def running(device: Device, home: Path) -> AsyncIterator[None]:
    with (home / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            device.program, cwd=home, env={"HOME": str(home)}, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            process.terminate()
            await process.wait()


class Witness:
    """What was sent of late, and what of it the device said."""

    def __init__(self) -> None:
        self.recent: dict[str, deque[dict[str, str]]] = {
            meter: deque(maxlen=RECENT_FRAMES) for meter in METERS
        }
        self.heard: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.wrong: list[tuple[str, str, str]] = []
        self.news = asyncio.Event()

    def chunks(self, meter: str) -> Iterator[Chunk]:
        for sent in simulate(parse_settings(METERS[meter]), START):
            self.recent[meter].append(truth_of(sent))
            yield Chunk(sent.time, sent.line, sent.baud)

    def hear(self, meter: str, label: str, said: str) -> None:
        if all(frame.get(label) != said for frame in self.recent[meter]):
            self.wrong.append((meter, label, said))
        if said not in self.heard[meter, label][-1:]:
            self.heard[meter, label].append(said)
        self.news.set()

    def missing(self) -> list[tuple[str, str]]:
        """Labels not heard yet, and lively ones heard with fewer than three values."""
        labels = [(meter, label) for meter in METERS for label in labels_of(meter)]
        return [
            (meter, label)
            for meter, label in labels
            if len(self.heard[meter, label]) < (3 if label == LIVELY[meter] else 1)
        ]

    async def satisfied(self) -> None:
        while self.missing() and not self.wrong:
            self.news.clear()
            await self.news.wait()


def truth_of(sent: Transmission) -> dict[str, str]:
    return {dataset.label: data_of(dataset) for dataset in sent.datasets}


def data_of(dataset: Sent) -> str:
    return str(dataset.horodate) if dataset.label == "DATE" else dataset.data


async def connected(client: APIClient) -> None:
    while True:  # until the program listens
        try:
            await client.connect(login=True)
        except APIConnectionError:
            await asyncio.sleep(0.1)
        else:
            return


async def test_every_label_of_two_meters_reads_as_it_was_sent(device: Device, tmp_path: Path):
    witness = Witness()
    async with (
        Pty(device.uarts["standard"]) as standard,
        Pty(device.uarts["historic"]) as historic,
        running(device, tmp_path),
    ):
        feeding = [
            asyncio.create_task(feed(witness.chunks("standard"), standard)),
            asyncio.create_task(feed(witness.chunks("historic"), historic)),
        ]
        client = APIClient("127.0.0.1", device.port, None)
        await asyncio.wait_for(connected(client), 30)
        entities, _ = await client.list_entities_services()
        names = {
            e.key: tuple(e.name.split(" ", 1)) for e in entities if isinstance(e, TextSensorInfo)
        }

        def hear(state: Any) -> None:
            if state.key in names and not state.missing_state:
                witness.hear(*names[state.key], state.state)

        client.subscribe_states(hear)
        try:
            async with asyncio.timeout(60):
                await witness.satisfied()
        except TimeoutError:
            pytest.fail(f"never heard: {witness.missing()}")
        finally:
            await client.disconnect()
            for task in feeding:
                task.cancel()
            await asyncio.gather(*feeding, return_exceptions=True)
    assert witness.wrong == []
    assert set(names.values()) == witness.heard.keys()
