"""The device that `telewatt esphome generate` writes, compiled for this computer, reads two meters.

ESPHome's `host:` platform runs it natively; two simulated meters feed it in real wire timing, and
it is read back over its API, as Home Assistant does. Two limits of ESPHome show here: it gives the
data of a dataset without their horodate, except DATE, and its numbers are single precision, so that
indexes are texts.
"""

import asyncio
import fcntl
import hashlib
import math
import os
import re
import subprocess
import sys
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from aioesphomeapi import APIClient, APIConnectionError, EntityInfo

from bench.native_device import BUILDS, LOOPBACK
from telewatt.entities.discovery import slug
from telewatt.esphome.answers import DeviceAnswers, MeterAnswers, check, read_meter
from telewatt.esphome.boards import BOARDS
from telewatt.esphome.factory import files_of
from telewatt.esphome.labels import labels_sent
from telewatt.esphome.meter import entity_name
from telewatt.esphome.shown import Shown, shown
from telewatt.lines import Chunk, Pty, feed
from telewatt.simulator import Sent, Transmission, parse_settings, simulate
from telewatt.tic.values import Stge

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

METERS = {
    "house": "contract=tempo&phases=3&producer=yes&pv=3000&seed=3&injected=98765431&"
    "index=123456789,98765431,16777217,33554435,20000001,300000001&events=+0s peak pm=2",
    "solar": "mode=historic&contract=hc&seed=4&index=87654321,19999999",
}
WORDS = {"house": "standard tempo tri producer", "solar": "historic hc"}
START = datetime(2025, 1, 15, 20, 30, tzinfo=UTC)
RECENT_FRAMES = 40
LIVELY = {"house": "DATE", "solar": "PAPP"}
FLOAT32_EXACT = 2**24
"""Above this, a float32 no longer holds every whole number."""


class Device(NamedTuple):
    """A compiled device: its program and what it was generated from."""

    program: Path
    answers: DeviceAnswers
    counters: Any

    def meter(self, name: str) -> MeterAnswers:
        return next(meter for meter in self.answers.meters if meter.name == name)


def answers_of(name: str, place: Path) -> DeviceAnswers:
    meters = [read_meter(m, f"{WORDS[m]} port=/tmp/telewatt-{name}-{m}") for m in METERS]
    return check(
        DeviceAnswers(
            name="linky",
            board=BOARDS["host"],
            framework="host",
            meters=tuple(meters),
            network="none",
            ota=False,
            api_port=20_000 + int(name, 16) % 10_000,
            flags=(f"-include {place}/loopback.h",),
        )
    )


def build(esphome: Path) -> Device:
    """Compile the device unless the same one was compiled before."""
    version = (esphome.parent / "installed").read_text()
    files = files_of(answers_of("0", Path("/x")))
    name = hashlib.sha256(f"{version}{sorted(files.items())}".encode()).hexdigest()[:12]
    place = BUILDS / name
    answers = answers_of(name, place)
    files = files_of(answers)
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "built").exists():
            for path, text in {**files, "loopback.h": LOOPBACK}.items():
                (place / path).parent.mkdir(exist_ok=True)
                (place / path).write_text(text)
            compile_in(place, esphome)
            (place / "built").touch()
    program = place / ".esphome/build/linky/.pioenvs/linky/program"
    return Device(program, answers, yaml.safe_load(files["linky/home_assistant.yaml"]))


def compile_in(place: Path, esphome: Path) -> None:
    environment = {**os.environ, "PATH": f"{esphome}:{os.environ['PATH']}"}
    done = subprocess.run(
        [esphome / "esphome", "compile", "linky.yaml"],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]


@pytest.fixture(scope="module")
def compiled(esphome: Path) -> Device:
    return build(esphome)


@pytest.fixture
def device(compiled: Device) -> Iterator[Device]:
    """The device, and no other test runs it: its ports are compiled in."""
    with (compiled.program.parents[4] / "running").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield compiled


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

    def __init__(self, device: Device) -> None:
        self.device = device
        self.rows = {
            entity_name(device.answers, meter, row.name.en): (meter.name, row)
            for meter in device.answers.meters
            for row in (shown(meter, label) for label in labels_sent(meter))
        }
        self.sent: set[tuple[str, str]] = set()
        self.recent: dict[str, deque[dict[str, str]]] = {
            meter: deque(maxlen=RECENT_FRAMES) for meter in METERS
        }
        self.heard: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.decoded: dict[str, object] = {}
        self.wrong: list[tuple[str, str, object]] = []
        self.news = asyncio.Event()

    def chunks(self, meter: str) -> Iterator[Chunk]:
        for sent in simulate(parse_settings(METERS[meter]), START):
            self.recent[meter].append(truth_of(sent))
            self.sent.update((meter, dataset.label) for dataset in sent.datasets)
            yield Chunk(sent.time, sent.line, sent.baud)

    def hear(self, name: str, said: object) -> None:
        if name not in self.rows:
            self.decoded[name] = said
            self.news.set()
            return
        if isinstance(said, float) and math.isnan(said):
            return  # not heard for a while: a machine under load
        meter, row = self.rows[name]
        text = str(int(said)) if isinstance(said, float) else str(said)
        if all(said_of(row, frame.get(row.label)) != text for frame in self.recent[meter]):
            self.wrong.append((meter, row.label, said))
        if text not in self.heard[meter, row.label][-1:]:
            self.heard[meter, row.label].append(text)
        self.news.set()

    def missing(self) -> list[tuple[str, str]]:
        """Labels sent and shown but not heard yet; lively ones with less than three values."""
        wanted = {(meter, row.label) for meter, row in self.rows.values()} & self.sent
        return [
            (meter, label)
            for meter, label in wanted
            if len(self.heard[meter, label]) < (3 if label == LIVELY[meter] else 1)
        ]

    async def until(self, done: Any) -> None:
        while not done() and not self.wrong:
            self.news.clear()
            await self.news.wait()


def said_of(row: Shown, data: str | None) -> str | None:
    """The data of a dataset as the device says them."""
    return data if data is None or not (row.exact or row.number) else str(int(data))


def truth_of(sent: Transmission) -> dict[str, str]:
    return {dataset.label: data_of(dataset) for dataset in sent.datasets}


def data_of(dataset: Sent) -> str:
    return str(dataset.horodate) if dataset.label == "DATE" else dataset.data


@asynccontextmanager
async def read_back(device: Device, hear: Any) -> AsyncIterator[list[EntityInfo]]:
    """The entities of the running device; ``hear`` gets the name and state of each change."""
    client = APIClient("127.0.0.1", device.answers.api_port, None)
    await asyncio.wait_for(connected(client), 60)
    entities, _ = await client.list_entities_services()
    names = {entity.key: entity.name for entity in entities}
    client.subscribe_states(
        lambda state: None if state.missing_state else hear(names[state.key], state.state)
    )
    try:
        yield list(entities)
    finally:
        await client.disconnect()


async def connected(client: APIClient) -> None:
    while True:  # until the program listens
        try:
            await client.connect(login=True)
        except APIConnectionError:
            await asyncio.sleep(0.1)
        else:
            return


@asynccontextmanager
async def played(device: Device, witness: Witness, home: Path) -> AsyncIterator[list[EntityInfo]]:
    """The device at work between two simulated meters and the reader of its API."""
    async with (
        Pty(Path(str(device.meter("house").port))) as house,
        Pty(Path(str(device.meter("solar").port))) as solar,
        running(device, home),
    ):
        feeding = [
            asyncio.create_task(feed(witness.chunks("house"), house)),
            asyncio.create_task(feed(witness.chunks("solar"), solar)),
        ]
        try:
            async with read_back(device, witness.hear) as entities:
                yield entities
        finally:
            for task in feeding:
                task.cancel()
            await asyncio.gather(*feeding, return_exceptions=True)


async def test_every_value_of_two_meters_reads_as_it_was_sent(device: Device, tmp_path: Path):
    witness = Witness(device)
    async with played(device, witness, tmp_path) as entities:
        try:
            async with asyncio.timeout(90):
                await witness.until(lambda: not witness.missing())
        except TimeoutError:
            pytest.fail(f"never heard: {witness.missing()}")
    assert witness.wrong == []
    indexes = [
        int(values[-1])
        for (meter, label), values in witness.heard.items()
        if any(row.exact and (m, row.label) == (meter, label) for m, row in witness.rows.values())
    ]
    assert sum(index > FLOAT32_EXACT for index in indexes) >= 8
    assert any(float32(index) != index for index in indexes)  # what a sensor would have shown
    assert_as_home_assistant_wants(device, entities)


def float32(number: int) -> float:
    import struct

    return float(struct.unpack("f", struct.pack("f", number))[0])


def assert_as_home_assistant_wants(device: Device, entities: list[EntityInfo]) -> None:
    """Units and classes as the table says; every counter of the package finds its source."""
    by_name = {entity.name: entity for entity in entities}
    for meter in device.answers.meters:
        for row in (shown(meter, label) for label in labels_sent(meter)):
            entity: Any = by_name[entity_name(device.answers, meter, row.name.en)]
            assert entity.disabled_by_default == row.hidden
            if row.number:
                told = (entity.unit_of_measurement, entity.device_class, entity.accuracy_decimals)
                assert told == (row.entity.unit, row.entity.device_class, 0)
    ids = {f"sensor.linky_{slug(entity.name)}" for entity in entities}
    sensors = device.counters["template"][0]["sensor"]
    sources = [re.findall(r"states\('([^']+)'\)", sensor["state"])[0] for sensor in sensors]
    assert len(sources) == len(set(sources)) == 8 + 2  # EAST, EAIT, six of Tempo; HC, HP
    assert set(sources) <= ids
    for sensor in sensors:
        assert (sensor["unit_of_measurement"], sensor["device_class"]) == ("Wh", "energy")
        assert sensor["state_class"] == "total_increasing"


def status_of(meter: str) -> Stge:
    frame = next(iter(simulate(parse_settings(METERS[meter]), START)))
    return Stge(int(truth_of(frame)["STGE"], 16))


async def test_what_the_status_means_is_decoded_on_the_chip(device: Device, tmp_path: Path):
    """Tempo's colours, the period, a meter that is heard: as the simulator means it."""
    stge = status_of("house")
    assert stge.tempo_tomorrow == "red"
    expected = {
        "House Tempo today": str(stge.tempo_today).capitalize(),
        "House Tempo tomorrow": str(stge.tempo_tomorrow).capitalize(),
        "House Meter link": True,
        "House Over subscribed power": stge.over_reference_power,
        "House Breaker open": stge.breaker != "closed",
        "House Dry contact closed": stge.dry_contact == "closed",
        "House Tariff period": "Tempo blue peak",
        "Solar Tariff period": "Peak hours",
        "Solar Meter link": True,
    }
    witness = Witness(device)

    def agrees() -> bool:
        return all(witness.decoded.get(name) == value for name, value in expected.items())

    async with played(device, witness, tmp_path):
        try:
            async with asyncio.timeout(90):
                await witness.until(agrees)
        except TimeoutError:
            pass  # the comparison says what is missing
    assert {name: witness.decoded.get(name) for name in expected} == expected


def tells_indexes(text: str) -> bool:
    return all(re.search(f"{meter}: .* Wh", text) for meter in METERS)


async def test_telewatt_reads_the_device_it_has_written(device: Device, tmp_path: Path):
    """By the names of the sensors: `esphome+values://host/TITLE` is each meter, indexes exact."""
    witness, said = Witness(device), tmp_path / "said"
    address = f"esphome+values://127.0.0.1:{device.answers.api_port}"
    telewatt = Path(sys.executable).with_name("telewatt")
    arguments = [f"--meter={meter}={address}/{meter.capitalize()}" for meter in METERS]
    async with played(device, witness, tmp_path):
        with said.open("wb") as output:
            reading = await asyncio.create_subprocess_exec(
                telewatt, "live", *arguments, stdout=output, stderr=output
            )
        try:
            async with asyncio.timeout(90):
                await witness.until(lambda: tells_indexes(said.read_text()))
        except TimeoutError:
            pytest.fail(said.read_text())
        finally:
            reading.terminate()
            await reading.wait()
    shown = re.findall(r"solar: .*?([\d ]+) Wh", said.read_text().replace("\u202f", " "))
    frames = [(int(frame["HCHC"]), int(frame["HCHP"])) for frame in witness.recent["solar"]]
    assert shown
    assert {int(text.replace(" ", "")) for text in shown} <= {
        index for low, high in frames for index in (low, high, low + high)
    }
