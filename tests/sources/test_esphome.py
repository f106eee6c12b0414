"""Ports of an ESPHome device: who is let in, what is wrong otherwise, and what is read."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from telewatt.sources import Access, LineState, SourceError, esphome_device, source_for
from telewatt.tic import Mode, Status
from tests.sources.espdevice import EspDevice, key_of
from tests.sources.meters import LINKY, make_frame
from tests.sources.test_line import running

pytestmark = pytest.mark.usefixtures("descriptors_stay")
KEY, OTHER_KEY = key_of(b"one"), key_of(b"two")


@pytest.fixture(scope="module", autouse=True)
def library_loaded() -> None:
    """The library opens what it needs once; that is no leak of a test."""
    import aioesphomeapi._frame_helper.noise
    import aioesphomeapi.client  # noqa: F401


def access(secret: str | None) -> Access:
    return Access(lambda: secret)


async def refusal(device: EspDevice, port: str, secret: str | None) -> SourceError:
    source = source_for(f"esphome://127.0.0.1:{device.port}/{port}")
    source.access = access(secret)
    with pytest.raises(SourceError) as error:
        await source.open(9600)
    await source.close()
    return error.value


@pytest.mark.parametrize(
    ("own", "given", "said", "dit"),
    [
        (KEY, OTHER_KEY, "refuses this key", "refuse cette clé"),
        (KEY, "not a key", "refuses this key", "refuse cette clé"),
        (KEY, None, "speaks encrypted only", "ne parle que chiffré"),
        (None, KEY, "does not speak encrypted", "ne parle pas chiffré"),
    ],
)
async def test_a_wrong_key_is_explained(
    own: str | None, given: str | None, said: str, dit: str
) -> None:
    async with EspDevice("house", key=own) as device:
        status = (await refusal(device, "house", given)).status
    assert status.state is LineState.PERMISSION_DENIED
    assert said in status.remedy.en
    assert dit in status.remedy.fr
    assert not given or given not in str(status)


async def test_a_port_that_is_not_there_is_named_with_those_that_are() -> None:
    async with EspDevice("house", "solar") as device:
        error = await refusal(device, "garage", None)
        assert "it has: house, solar" in str(error)
        assert "il a : house, solar" in error.status.remedy.fr
        assert "has no serial_proxy of this name" in str(await refusal(device, "2", None))
    async with EspDevice() as device:
        assert "esphome+values:" in str(await refusal(device, "house", None))


async def test_a_port_which_another_client_reads_is_busy() -> None:
    async with EspDevice("house") as device:
        source = source_for(f"esphome://127.0.0.1:{device.port}/house")
        await source.open(9600)
        error = await refusal(device, "house", None)
        assert error.status.state is LineState.BUSY
        assert "Home Assistant" in str(error)
        await source.close()


async def test_a_secret_that_cannot_be_read_is_a_state() -> None:
    source = source_for("esphome://127.0.0.1:1/house")

    def secret() -> str:
        raise FileNotFoundError(2, "No such file or directory")

    source.access = Access(secret)
    with pytest.raises(SourceError, match="No such file") as error:
        await source.open(9600)
    assert error.value.status.state is LineState.PERMISSION_DENIED


async def test_nobody_there_is_said_in_a_few_words() -> None:
    async with EspDevice("house") as device:
        pass
    error = await refusal(device, "house", None)
    assert error.status.state is LineState.UNREACHABLE
    assert "(Connection refused)" in str(error)


async def test_an_encrypted_port_is_read_as_a_serial_one() -> None:
    async with EspDevice("solar", "house", key=KEY) as device:
        url = f"esphome://127.0.0.1:{device.port}/House"
        async with running(url, access=access(KEY)) as watched:
            await device.send(1, b"".join(make_frame(index_wh=n) for n in range(20)))
            await watched.until(lambda: len(watched.readings) >= 20)
    assert [r.frame.datasets[1].value for r in watched.readings] == list(range(20))
    assert {r.meter for r in watched.readings} == {LINKY}
    assert max(watched.readings[0].frame.raw) > 0x7F  # the parity bit has come along


async def test_the_speed_is_found_as_on_a_serial_port() -> None:
    async with EspDevice("house") as device:

        async def meter() -> None:
            for frame in frames():
                await device.until(lambda: 0 in device.subscribers and 0 in device.speeds)
                right = device.speeds[0] == 1200
                await device.send(0, frame if right else bytes(b ^ 0xE5 for b in frame))
                await asyncio.sleep(0.02)

        sending = asyncio.create_task(meter())
        async with running(f"esphome://127.0.0.1:{device.port}/0") as watched:
            await watched.until(lambda: len(watched.complete()) >= 3)
            assert watched.line.speed == 1200
            assert watched.line.mode is Mode.HISTORIC
        sending.cancel()
        await asyncio.wait([sending])


async def test_a_device_that_comes_back_is_read_again() -> None:
    async with EspDevice("house", key=KEY) as device:
        url = f"esphome://127.0.0.1:{device.port}/house"
        async with running(url, access=access(KEY)) as watched:
            for n in range(3):
                await device.send(0, make_frame(index_wh=n) * 2)
                await watched.until(lambda n=n: len(watched.complete()) >= 2 * (n + 1))
                await device.stop()
                await watched.until_state(LineState.UNREACHABLE)
                await device.start()
    assert {r.frame.status for r in watched.readings} == {Status.COMPLETE}
    assert watched.line.counters.openings >= 3


async def test_a_device_that_goes_in_the_middle_of_its_words_is_missed_at_once() -> None:
    async with EspDevice("house") as device:
        url = f"esphome://127.0.0.1:{device.port}/house"
        async with running(url) as watched:
            await device.send(0, make_frame() + make_frame()[:20])
            await device.subscribers[0].writer.drain()
            await device.stop()
            await watched.until_state(LineState.UNREACHABLE, 8)  # before silence would tell


async def test_a_device_that_lost_its_power_is_missed_before_its_silence_is_the_meters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(esphome_device, "ASK_S", 0.2)
    async with EspDevice("house") as device:
        url = f"esphome://127.0.0.1:{device.port}/house"
        async with running(url) as watched:
            await device.send(0, make_frame() * 2)
            await watched.until_state(LineState.READING)
            device.freeze()
            await watched.until(lambda: LineState.UNREACHABLE in watched.states)
            (gone, *_) = [s for s in watched.statuses if s.state is LineState.UNREACHABLE]
            assert "(no answer)" in gone.remedy.en
            assert LineState.SILENT not in watched.states


def frames() -> Iterator[bytes]:
    return (make_frame(Mode.HISTORIC, index_wh=n) for n in range(2000))


@pytest.mark.parametrize(
    "url",
    [
        "esphome://host",
        "esphome://host/",
        "esphome:///port",
        "esphome://host:99999/port",
        "esphome://host:0/port",
        "esphome://key@host/port",
        "esphome://host/port?key=x",
    ],
)
def test_an_address_without_device_or_port_or_with_a_key_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="write "):
        source_for(url)
