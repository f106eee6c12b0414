"""`telewatt run` with five meters: two ESP32s with two meters each, and a port of this machine.

Both ESP32s are ESPHome devices, compiled and run natively: one forwards the bytes of its UARTs
(`serial_proxy`), the other decodes them on its chip. The lines of the first are noisy and carry
parity. Both are killed and come back; all of it goes into one journal.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from bench import bench_esphome
from bench.native_device import Device, build
from telewatt.reading import Reading
from telewatt.simulator import Transmission, parse_settings, simulate
from telewatt.sources import Access, LineState, SourceError, source_for
from telewatt.store import Journal
from telewatt.tic import Status
from tests.flow.conftest import Process, feed_of
from tests.real import test_esphome
from tests.sources.espdevice import key_of

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600)]

START = "start=2025-06-15T10:00"
NOISE = "parity=yes&noise=flip"  # of so many bytes one bit
METERS = {
    "bridge_historic": f"mode=historic&contract=hc&index=17000000,18300635&{NOISE}:0.01&seed=11",
    "bridge_standard": f"contract=tempo&producer=yes&pv=3000&{NOISE}:0.004&seed=12",
    "chip_historic": "mode=historic&contract=hc&index=17000000,18300635&seed=13",
    "chip_standard": "contract=tempo&producer=yes&pv=3000&seed=14",
    "local": "mode=historic&contract=base&parity=yes&seed=15",
}
BRIDGED = ("bridge_historic", "bridge_standard")
ON_CHIP = ("chip_historic", "chip_standard")
KILLS = 3


@pytest.fixture
def bridge(esphome: Path) -> Iterator[Device]:
    built = build(esphome, tuple(bench_esphome.METERS), bench_esphome.configuration)
    with built.alone():
        yield built


@pytest.fixture
def chip(esphome: Path) -> Iterator[Device]:
    """The device of `tests.real.test_esphome`: all labels of both meters are its text sensors."""
    built = build(esphome, tuple(test_esphome.METERS), test_esphome.configuration)
    with built.alone():
        yield built


class Powered:
    """A device that is on."""

    def __init__(self, device: Device, home: Path) -> None:
        self._device, self._home = device, home
        home.mkdir()
        self._process = device.start(home)

    def restart(self) -> None:
        """As after a power cut: nobody says goodbye."""
        self.kill()
        self._process = self._device.start(self._home)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Watch:
    """What the service says, until what a test waits for was said."""

    def __init__(self, events: Iterator[dict[str, object]]) -> None:
        self._events = events

    def until_read(
        self, *names: str, statuses: tuple[str, ...] = ("complete", "partial", "relayed")
    ) -> None:
        """Return when a whole frame of each of these meters has come from now on."""
        missing, end = set(names), time.monotonic() + 90
        for event in self._events:
            if "datasets" in event and event["status"] in statuses:
                missing.discard(str(event["line"]))
            if not missing:
                return
            assert time.monotonic() < end, f"no frame of {missing}"
        pytest.fail("the feed ended")

    def until_gone(self, *names: str) -> None:
        """Return when the sources of all these meters are known to be away."""
        missing = set(names)
        for event in self._events:
            if event.get("state") == "unreachable":
                missing.discard(str(event["line"]))
            if not missing:
                return


def test_five_meters_one_journal_and_devices_that_are_killed(
    bridge: Device, chip: Device, tmp_path: Path
) -> None:
    journal, file = tmp_path / "journal.db", tmp_path / "telewatt.toml"
    outputs = {
        "bridge_historic": bridge.uarts["historic"],
        "bridge_standard": bridge.uarts["standard"],
        "chip_historic": chip.uarts["historic"],
        "chip_standard": chip.uarts["standard"],
        "local": tmp_path / "local",
    }
    sources = {
        "bridge_historic": f"esphome://127.0.0.1:{bridge.port}/historic",
        "bridge_standard": f"esphome://127.0.0.1:{bridge.port}/1",
        "chip_historic": f"esphome+values://127.0.0.1:{chip.port}/historic",
        "chip_standard": f"esphome+values://127.0.0.1:{chip.port}/Standard",
        "local": str(outputs["local"]),
    }
    sections = "".join(f'[meters.{name}]\nsource = "{url}"\n' for name, url in sources.items())
    file.write_text(f'[journal]\npath = "{journal}"\ncommit_interval_s = 0.5\n{sections}')
    arguments: list[object] = ["simulate", "--speed", "1"]
    for name, settings in METERS.items():
        arguments += ["--meter", f"{settings}&{START}", "--to", f"pty:{outputs[name]}"]
    simulator = Process(*arguments)
    powered: list[Powered] = []
    try:
        for _ in METERS:
            simulator.expect("meter")
        powered += [Powered(bridge, tmp_path / "bridge"), Powered(chip, tmp_path / "chip")]
        service = Process("run", "--config", file)
        try:
            service.expect("reading 5 meter(s)")
            with feed_of(journal) as events:
                watch = Watch(events)
                watch.until_read(*METERS)
                for _ in range(KILLS):
                    powered[0].kill()
                    watch.until_gone(*BRIDGED)
                    powered[0].restart()
                    watch.until_read(*BRIDGED)
                powered[1].kill()
                watch.until_gone(*ON_CHIP)
                powered[1].restart()
                watch.until_read(*ON_CHIP, "local")
        finally:
            assert service.end() == 0
    finally:
        for device in powered:
            device.kill()
        simulator.end()
    readings = read(journal)
    assert readings.keys() == METERS.keys()
    for name in METERS:
        assert len({reading.meter for reading in readings[name]}) == 1
    for name in BRIDGED:
        judge_bridged(name, readings[name])
    for name in ON_CHIP:
        judge_on_chip(name, readings[name])
    local = readings["local"]
    statuses = [reading.frame.status for reading in local]
    assert set(statuses[1:-1]) == {Status.COMPLETE}  # nothing of all this disturbed it
    runs = runs_of(local)
    assert len(runs) == 1
    assert runs[0] in sent_by("local", local)


def read(journal: Path) -> dict[str, list[Reading]]:
    opened = Journal.open(journal)
    try:
        assert opened.gaps == []
        readings = defaultdict(list)
        for entry in opened.read(0, 1_000_000):
            readings[entry.reading.source].append(entry.reading)
        return readings
    finally:
        opened.close()


def sent_during(name: str, readings: list[Reading]) -> list[Transmission]:
    """What the simulated meter sent until the last reading, and some more."""
    settings = parse_settings(f"{METERS[name]}&{START}")
    assert settings.start is not None
    seconds = (readings[-1].received_at - readings[0].received_at).total_seconds() + 120
    stream = simulate(settings, settings.start)
    return list(takewhile(lambda t: (t.time - settings.start).total_seconds() < seconds, stream))


def sent_by(name: str, readings: list[Reading]) -> bytes:
    return b"".join(sent.line for sent in sent_during(name, readings))


def runs_of(readings: list[Reading]) -> list[bytes]:
    """The bytes of each opening of a line."""
    runs: list[bytes] = []
    end = -1
    for reading in readings:
        if reading.frame.offset != end:
            runs.append(b"")
        runs[-1] += reading.frame.raw
        end = reading.frame.offset + len(reading.frame.raw)
    return runs


def judge_bridged(name: str, readings: list[Reading]) -> None:
    """Every byte of every opening came, in order, with its parity; the parity repairs."""
    line, place = sent_by(name, readings), 0
    runs = runs_of(readings)
    assert len(runs) >= KILLS + 1
    for run in runs:
        found = line.find(run, place)
        assert found >= 0, f"{name}: {len(run)} bytes are not as they were sent"
        place = found + len(run)
    assert max(map(max, runs)) > 0x7F
    datasets = [dataset for reading in readings for dataset in reading.frame.datasets]
    assert any(dataset.repaired for dataset in datasets)
    truth = {(d.label, d.data) for sent in sent_during(name, readings) for d in sent.datasets}
    assert {(d.label, d.data) for d in datasets} <= truth


def judge_on_chip(name: str, readings: list[Reading]) -> None:
    """Every value is one that was sent, exact above 16.777 MWh too; nothing calls it damaged."""
    assert {reading.frame.status for reading in readings} == {Status.RELAYED}
    assert [each for reading in readings for each in reading.frame.rejected] == []
    truth = {
        (d.label, d.horodate if d.label == "DATE" else d.data)
        for sent in sent_during(name, readings)
        for d in sent.datasets
    }
    told = {
        (d.label, d.horodate if d.label == "DATE" else d.data)
        for reading in readings
        for d in reading.frame.datasets
    }
    assert told <= truth
    labels = {label for label, _ in told}
    assert labels >= ({"ADCO", "HCHP", "PAPP"} if "historic" in name else {"ADSC", "EAST", "DATE"})
    if "historic" in name:
        assert all(int(data) > 16_777_216 for label, data in told if label == "HCHP")


async def test_a_real_device_refuses_a_key_it_has_not_a_port_it_has_not_and_a_second_reader(
    bridge: Device, tmp_path: Path
) -> None:
    async def said(port: str, secret: str | None) -> str:
        source = source_for(f"esphome://127.0.0.1:{bridge.port}/{port}")
        source.access = Access(lambda: secret)
        async with asyncio.timeout(60):
            while True:
                with pytest.raises(SourceError) as error:
                    await source.open(9600)
                await source.close()
                if error.value.status.state is not LineState.UNREACHABLE:  # it has started
                    return str(error.value)
                await asyncio.sleep(0.1)

    device = Powered(bridge, tmp_path / "bridge")
    try:
        assert "does not speak encrypted" in await said("standard", key_of(b"key"))
        assert "it has: historic, standard" in await said("garage", None)
        first = source_for(f"esphome://127.0.0.1:{bridge.port}/standard")
        await first.open(9600)
        assert "in use by another client" in await said("standard", None)
        await first.close()
    finally:
        device.kill()
