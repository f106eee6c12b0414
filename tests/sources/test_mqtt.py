"""A meter that comes by MQTT, from a real Mosquitto."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
import trustme

from telewatt.sources import Access, LineState, SourceError, mqtt, source_for
from telewatt.tic import Status
from tests.real.mosquitto import Mosquitto
from tests.real.mosquitto import running as mosquitto
from tests.sources.publishing import publish
from tests.sources.test_line import running

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("descriptors_stay")]
LINKY, OTHER = "021861348497", "021861348498"


@pytest.fixture(scope="module", autouse=True)
def library_loaded() -> None:
    import aiomqtt  # noqa: F401


@pytest.fixture
def broker(tmp_path: Path, descriptors_stay: None) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path) as broker:
        yield broker


def url(broker: Mosquitto, topic: str, user: str = "") -> str:
    return f"mqtt://{user}127.0.0.1:{broker.port}/{topic}"


def tic(meter: str = LINKY, power: int = 750) -> str:
    return json.dumps({"TIC": {"ADCO": meter, "BASE": 12345678, "PAPP": power}})


async def test_every_message_is_a_frame_of_its_meter(broker: Mosquitto) -> None:
    async with running(url(broker, "tele/tasmota/SENSOR")) as watched:
        await watched.until_state(LineState.PROBING)
        await publish(broker, "tele/tasmota/SENSOR", *[tic(power=n) for n in range(50)])
        await watched.until(lambda: len(watched.readings) >= 50)
    powers = [r.frame.get("PAPP") for r in watched.readings]
    assert [p and p.value for p in powers] == list(range(50))
    assert {r.meter for r in watched.readings} == {LINKY}
    assert {r.frame.status for r in watched.readings} == {Status.RELAYED}
    assert watched.line.counters.frames == {Status.RELAYED: 50}


async def test_a_kept_message_only_tells_which_meter_it_is(broker: Mosquitto) -> None:
    await publish(broker, "teleinfo/linky", tic(power=1), retain=True)
    async with running(url(broker, "teleinfo/linky")) as watched:
        await watched.until_state(LineState.PROBING)
        await publish(broker, "teleinfo/linky", '{"TIC": {"PAPP": 2}}')
        await watched.until(lambda: watched.readings)
    (reading,) = watched.readings
    assert reading.meter == LINKY
    assert reading.frame.get("BASE") is None


async def test_single_values_below_a_topic_are_gathered_as_esphome_publishes_them(
    broker: Mosquitto,
) -> None:
    kept = {"house_adsc": LINKY, "house_ltarf": "BASE", "solar_adsc": OTHER}
    for name, value in kept.items():
        await publish(broker, f"linky/sensor/{name}/state", value, retain=True)
    async with running(url(broker, "linky?prefix=house")) as watched:
        await watched.until_state(LineState.PROBING)
        for n in range(3):
            told = {"house_east": f"{17_000_000 + n:09}", "house_sinsts": "750", "solar_east": "1"}
            for name, value in told.items():
                await publish(broker, f"linky/sensor/{name}/state", value)
            await watched.until(lambda n=n: _told(watched.readings, "EAST") >= n + 1)
    first = {d.label: d.data for d in watched.readings[0].frame.datasets}
    assert first["ADSC"] == LINKY
    assert first["LTARF"] == "BASE            "
    assert {r.meter for r in watched.readings} == {LINKY}


def _told(readings: list[object], label: str) -> int:
    return sum(reading.frame.get(label) is not None for reading in readings)  # type: ignore[attr-defined]


async def test_a_broker_that_comes_back_is_read_again(broker: Mosquitto) -> None:
    async with running(url(broker, "tele/#")) as watched:
        for n in range(3):
            await watched.until(lambda: watched.line.status.state is not LineState.UNREACHABLE)
            while len(watched.readings) < n + 1:
                await publish(broker, "tele/x/SENSOR", tic(power=n))
            broker.kill()
            await watched.until_state(LineState.UNREACHABLE)
            broker.start()
    assert {r.meter for r in watched.readings} == {LINKY}


async def test_two_meters_in_one_topic_are_named(broker: Mosquitto) -> None:
    async with running(url(broker, "tele/#")) as watched:
        await watched.until_state(LineState.PROBING)
        await publish(broker, "tele/x/SENSOR", tic(LINKY), tic(OTHER), tic(LINKY))
        await watched.until_state(LineState.UNUSABLE)
        assert f"({LINKY}, {OTHER})" in watched.line.status.remedy.en
    assert {r.meter for r in watched.readings} == {LINKY}
    async with running(url(broker, "tele/#"), access=Access(identity=OTHER)) as watched:
        while not watched.readings:
            await publish(broker, "tele/x/SENSOR", tic(LINKY), tic(OTHER), tic(LINKY))
    assert {r.meter for r in watched.readings} == {OTHER}


async def test_messages_that_are_no_meters_are_told(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "STRANGE_MAX", 3)
    async with running(url(broker, "zigbee2mqtt/kitchen")) as watched:
        while watched.line.status.state is not LineState.NOISE:
            strange = ('{"temperature": 21.5}', "online", "\0", "{", "[" * 5000, "x" * 70_000)
            await publish(broker, "zigbee2mqtt/kitchen", *strange)
        assert "the last one in zigbee2mqtt/kitchen" in watched.line.status.remedy.en
        while not watched.readings:
            await publish(broker, "zigbee2mqtt/kitchen", tic())
        await watched.until_state(LineState.READING)


async def test_wrong_and_missing_passwords_are_explained_and_the_right_one_lets_in(
    tmp_path: Path,
) -> None:
    lines = ("allow_anonymous false", f"password_file {tmp_path / 'passwords'}")
    Mosquitto(tmp_path, lines).add_password("anne", "right")
    with mosquitto(tmp_path, lines) as broker:
        for user, secret in (("anne@", "wrong"), ("anne@", None), ("", None), ("eve@", "right")):
            source = source_for(url(broker, "x", user))
            source.access = Access(lambda secret=secret: secret)
            with pytest.raises(SourceError, match="refuses user or password") as error:
                await source.open(None)
            assert error.value.status.state is LineState.PERMISSION_DENIED
            assert secret is None or secret not in str(error.value)
            await source.close()
        source = source_for(url(broker, "x", "anne@"))
        source.access = Access(lambda: "right")
        await source.open(None)
        await source.close()


async def test_a_certificate_of_ones_own_is_trusted_if_it_is_named(tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    pem = tmp_path / "server.pem"
    lines = ("allow_anonymous true", f"certfile {pem}", f"keyfile {pem}")
    with mosquitto(tmp_path, lines) as broker:
        address = url(broker, "x").replace("mqtt:", "mqtts:")
        for file in (None, tmp_path / "other.pem", tmp_path / "missing.pem"):
            source = source_for(address)
            source.access = Access(ca_file=file)
            with pytest.raises(SourceError) as error:
                await source.open(None)
            assert error.value.status.state is LineState.UNUSABLE
            await source.close()
        source = source_for(address)
        source.access = Access(ca_file=tmp_path / "ca.pem")
        await source.open(None)
        await source.close()


async def test_a_bug_while_messages_are_heard_is_loud(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*told: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(mqtt, "Told", broken)
    source = source_for(url(broker, "teleinfo/linky"))
    await source.open(None)
    try:
        await publish(broker, "teleinfo/linky", tic())
        async with asyncio.timeout(60), aclosing(source.chunks()) as chunks:
            with pytest.raises(RuntimeError, match="a bug"):
                await anext(chunks)
    finally:
        await source.close()


def test_messages_that_wait_are_bounded_and_the_oldest_go_first() -> None:
    source = source_for("mqtt://127.0.0.1/tele/#")
    assert isinstance(source, mqtt.MqttSource)
    for number in range(200):
        source._hear(f"tele/{number}", bytes(60_000), False)
    assert sum(len(told.payload) for told in source._told) <= mqtt.WAITING_BYTES
    assert source._told[-1].topic == "tele/199"
    for number in range(mqtt.WAITING_MAX + 1000):
        source._hear(f"tele/{number}", b"1", False)
    assert len(source._told) == mqtt.WAITING_MAX
    assert source._told[-1].topic == f"tele/{mqtt.WAITING_MAX + 999}"
