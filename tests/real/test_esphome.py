"""ESPHome's teleinfo component reads two simulated meters at once, in real wire timing.

A device of its `host:` platform is compiled and run, and its states are read back as Home
Assistant does. Indexes are read as text: its numbers are single precision. Two of its limits show
here: it gives the data of a dataset without their horodate, except DATE, and its UARTs want the
7-bit bytes of a port opened 7E1.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from aioesphomeapi import APIClient, APIConnectionError, TextSensorInfo

from bench.native_device import Device, build, head
from telewatt.lines import Chunk, Pty, feed
from telewatt.simulator import Sent, Transmission, parse_settings, simulate

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

METERS = {
    "standard": "contract=tempo&producer=yes&pv=3000",
    "historic": "mode=historic&contract=hc",
}
BAUD = {"standard": 9600, "historic": 1200}
START = datetime(2025, 6, 15, 10, tzinfo=UTC)
RECENT_FRAMES = 8
LIVELY = {"standard": "DATE", "historic": "PAPP"}


@cache
def labels_of(meter: str) -> list[str]:
    frames = islice(simulate(parse_settings(METERS[meter]), START), 3)
    return list({dataset.label: None for frame in frames for dataset in frame.datasets})


def configuration(place: str, port: int, uarts: dict[str, Path]) -> str:
    lines = [
        *head(place, port),
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


@pytest.fixture
def device(esphome: Path) -> Iterator[Device]:
    built = build(esphome, tuple(METERS), configuration)
    with built.alone():
        yield built


@asynccontextmanager
async def running(device: Device, home: Path) -> AsyncIterator[None]:
    process = device.start(home)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


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
