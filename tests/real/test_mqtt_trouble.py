"""Every trouble with a broker, against a real Mosquitto: each is said with its remedy."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
import trustme

from telewatt.config.model import MqttConfig
from telewatt.service.secrets import secret_of
from telewatt.sinks import House, SinkError
from telewatt.sinks.mqtt import remedies
from telewatt.sinks.mqtt.sink import MqttSink
from tests.real.mosquitto import Mosquitto, free_port, running
from tests.real.test_mqtt import HISTORIC, PATIENCE_S, attend, subscribed, until

pytestmark = pytest.mark.real

METER = HISTORIC[0].reading.meter
SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brokers that hang are found out sooner."""
    monkeypatch.setattr("telewatt.sinks.mqtt.connection.ANSWER_S", 3.0)
    monkeypatch.setattr("telewatt.sinks.mqtt.sink.AGAIN_S", 0.0)


def house(folder: Path) -> House:
    return House(
        folder, "en", list, lambda file, variable: secret_of(file, variable, folder=folder)
    )


@asynccontextmanager
async def sink(folder: Path, port: int, **keys: Any) -> AsyncIterator[MqttSink]:
    section = MqttConfig(**({"host": "127.0.0.1", "port": port} | keys))
    made = MqttSink.of(section, house(folder))
    try:
        yield made
    finally:
        await made.close()


async def trouble_of(folder: Path, port: int, **keys: Any) -> str:
    """What is said when nothing can be shown; each is said in both languages."""
    async with sink(folder, port, **keys) as made:
        with pytest.raises(SinkError) as caught:
            await made.show(HISTORIC[0])
        with pytest.raises(SinkError):
            await made.write(HISTORIC[:2])
    text = caught.value.text
    assert text.fr != text.en
    assert "{" not in text.en + text.fr
    assert SECRET not in text.en + text.fr
    return text.en


async def works(made: MqttSink) -> None:
    """Try until it works, as the framework does."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await made.show(HISTORIC[0])
            except SinkError:
                await asyncio.sleep(0.05)
            else:
                return


def said(text: remedies.Text, port: int, **values: object) -> str:
    return text.fill(broker=f"127.0.0.1:{port}", host="127.0.0.1", **values).en


async def test_nobody_listens_at_the_port(tmp_path: Path) -> None:
    port = free_port()
    assert await trouble_of(tmp_path, port) == said(remedies.REFUSED, port)


async def test_the_port_is_of_something_else(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert await trouble_of(tmp_path, port) == said(remedies.SILENT, port)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_wrong_password_is_said_and_a_corrected_one_needs_no_restart(
    tmp_path: Path, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    settings = ["allow_anonymous false", f"password_file {tmp_path / 'passwords'}"]
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    keys = {"user": "telewatt", "password_file": "secret", "protocol": protocol}
    broker = Mosquitto(tmp_path, settings)
    broker.add_password("telewatt", SECRET)
    try:
        broker.start()
        found = await trouble_of(tmp_path, broker.port, **keys)
        assert found == said(remedies.DENIED, broker.port)
        async with sink(tmp_path, broker.port, **keys) as made:
            with pytest.raises(SinkError):
                await made.show(HISTORIC[0])
            secret.write_text(f"{SECRET}\n")
            await works(made)
        assert SECRET not in broker.log.read_text() + caplog.text
    finally:
        broker.stop()


async def test_a_password_file_that_is_missing_is_named(tmp_path: Path) -> None:
    async with sink(tmp_path, free_port(), user="me", password_file="nowhere") as made:
        with pytest.raises(OSError, match="nowhere") as caught:
            await made.show(HISTORIC[0])
    assert caught.value.text.fr  # type: ignore[attr-defined]


async def test_a_broker_that_refuses_the_topics_says_so(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic readwrite other/#\n")
    rules.chmod(0o600)
    with running(tmp_path, [f"acl_file {rules}"]) as broker:
        found = await trouble_of(tmp_path, broker.port)
        assert "correct its access list, or prefix" in found
        async with sink(tmp_path, broker.port, prefix="other") as made:
            await made.show(HISTORIC[0])


async def test_two_clients_of_one_name_are_found_out(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with (
        sink(tmp_path, mosquitto.port, client_id="same") as one,
        sink(tmp_path, mosquitto.port, client_id="same") as other,
    ):
        await one.show(HISTORIC[0])
        attending = asyncio.create_task(attend(one))
        await other.show(HISTORIC[0])
        with pytest.raises(SinkError, match="another client has the same client_id"):
            await attending


# -- what a broker takes ----------------------------------------------------------------------


async def test_a_broker_that_takes_one_message_at_a_time_gets_them_all(tmp_path: Path) -> None:
    with running(tmp_path, ["max_inflight_messages 1"]) as broker:
        async with sink(tmp_path, broker.port, qos=2) as made, asyncio.TaskGroup() as parts:
            parts.create_task(made.write(HISTORIC[:40]))
            for each in HISTORIC[:40]:
                await made.show(each)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_message_too_large_for_a_broker_is_said_and_leaves_nothing_behind(
    tmp_path: Path, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    with running(tmp_path, ["max_packet_size 2000"]) as broker:
        async with sink(tmp_path, broker.port, protocol=protocol) as made:
            for _ in range(3):
                with pytest.raises(SinkError) as caught:
                    for each in HISTORIC[:30]:
                        await made.show(each)
    topic = f"homeassistant/device/telewatt_{METER}/config"
    said_of = {"5": f"takes messages of 2000 bytes at most, and {topic} needs", "3.1.1": "its log"}
    assert said_of[protocol] in caught.value.text.en
    assert not caplog.records, "the wire that the broker has closed is used no more"


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [("retain_available false", remedies.KEEPS_NOTHING), ("max_qos 0", remedies.OTHER_QOS)],
)
async def test_what_a_broker_does_not_do_is_said(
    tmp_path: Path, setting: str, remedy: remedies.Text
) -> None:
    with running(tmp_path, [setting]) as broker:
        assert await trouble_of(tmp_path, broker.port) == said(remedy, broker.port)


async def test_a_message_larger_than_any_for_us_stays_at_the_broker(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with (
        subscribed(mosquitto, "telewatt/service") as heard,
        sink(tmp_path, mosquitto.port, interval_s=1.0) as made,
    ):
        await made.show(HISTORIC[0])
        attending = asyncio.create_task(attend(made))
        async with aiomqtt.Client(mosquitto.host, mosquitto.port) as other:
            await other.publish("telewatt/command/huge", b"x" * (1 << 20), 1)
            await other.publish("telewatt/command/small", b"", 1)
        await until(lambda: '"unknown":1' in (heard.last("telewatt/service") or ""))
        attending.cancel()


# -- TLS -------------------------------------------------------------------------------------


class Authority:
    """An authority, and the files of the certificates it has signed."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._ca = trustme.CA(organization_name=name)
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(self.file)

    def sign(self, name: str, expired_days: int | None = None) -> tuple[Path, Path]:
        """Certificate and key for this name."""
        ends = None
        if expired_days is not None:
            ends = datetime.now(UTC) - timedelta(days=expired_days)
        starts = ends and ends - timedelta(days=30)
        signed = self._ca.issue_cert(name, not_before=starts, not_after=ends)
        certificate = self._folder / f"{self._name}-{name}.crt"
        key = certificate.with_suffix(".key")
        signed.cert_chain_pems[0].write_to_path(certificate)
        signed.private_key_pem.write_to_path(key)
        return certificate, key


def tls_settings(pair: tuple[Path, Path], clients: Authority | None = None) -> list[str]:
    lines = [f"certfile {pair[0]}", f"keyfile {pair[1]}"]
    if clients is not None:
        lines += [f"cafile {clients.file}", "require_certificate true"]
    return lines


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "house")


async def test_tls_with_an_authority_of_ones_own(tmp_path: Path, authority: Authority) -> None:
    with running(tmp_path, tls_settings(authority.sign("127.0.0.1"))) as broker:
        async with sink(tmp_path, broker.port, ca_file=authority.file.name) as made:
            await made.show(HISTORIC[0])
            await made.write(HISTORIC[:40])
        unknown = Authority(tmp_path, "stranger").file.name
        assert await trouble_of(tmp_path, broker.port, ca_file=unknown) == said(
            remedies.UNKNOWN_CA, broker.port
        )
        assert await trouble_of(tmp_path, broker.port, tls=True) == said(
            remedies.UNKNOWN_CA, broker.port
        )
        assert await trouble_of(tmp_path, broker.port) == said(remedies.SILENT, broker.port)
        missing = await trouble_of(tmp_path, broker.port, ca_file="missing.pem")
        assert "missing.pem" in missing


async def test_an_expired_certificate_is_said_and_a_renewed_one_works(
    tmp_path: Path, authority: Authority
) -> None:
    broker = Mosquitto(tmp_path, tls_settings(authority.sign("127.0.0.1", expired_days=1)))
    try:
        broker.start()
        keys = {"ca_file": str(authority.file)}
        found = await trouble_of(tmp_path, broker.port, **keys)
        assert found == said(remedies.EXPIRED, broker.port)
        async with sink(tmp_path, broker.port, **keys) as made:
            with pytest.raises(SinkError):
                await made.show(HISTORIC[0])
            authority.sign("127.0.0.1")
            broker.stop()
            broker.start()
            await works(made)
    finally:
        broker.stop()


async def test_a_certificate_for_another_name_is_said(tmp_path: Path, authority: Authority) -> None:
    with running(tmp_path, tls_settings(authority.sign("broker.example"))) as broker:
        found = await trouble_of(tmp_path, broker.port, ca_file=str(authority.file))
        assert found == said(remedies.OTHER_NAME, broker.port)


async def test_a_client_certificate(tmp_path: Path, authority: Authority) -> None:
    settings = tls_settings(authority.sign("127.0.0.1"), clients=authority)
    with running(tmp_path, settings) as broker:
        certificate, key = authority.sign("client")
        ours = {"certificate_file": str(certificate), "key_file": str(key)}
        async with sink(tmp_path, broker.port, ca_file=str(authority.file), **ours) as made:
            await made.show(HISTORIC[0])
        without = await trouble_of(tmp_path, broker.port, ca_file=str(authority.file))
        assert "certificate" in without
        wrong = {"certificate_file": str(certificate), "key_file": str(authority.sign("other")[1])}
        found = await trouble_of(tmp_path, broker.port, ca_file=str(authority.file), **wrong)
        assert "other.key" in found


async def test_tls_where_none_is_spoken(tmp_path: Path, mosquitto: Mosquitto) -> None:
    found = await trouble_of(tmp_path, mosquitto.port, tls=True)
    assert "does not speak TLS" in found


# -- brokers that go, hang and come back -----------------------------------------------------


async def test_a_broker_that_is_killed_gets_everything_again(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with sink(tmp_path, mosquitto.port) as made:
        for each in HISTORIC[:8]:
            await made.show(each)
        mosquitto.kill()
        with pytest.raises(SinkError):
            for each in HISTORIC[8:20]:
                await made.show(each)
        mosquitto.start()  # it remembers nothing
        await works(made)
        async with subscribed(mosquitto) as heard:
            await until(lambda: heard.last(f"telewatt/{METER}/label/HCHC"))
            await until(lambda: heard.last("telewatt/status") == "online")
            await until(lambda: heard.last(f"telewatt/{METER}/state"))


async def test_after_each_loss_there_is_another_connection(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with sink(tmp_path, mosquitto.port) as made:
        assert made.connection is None
        await made.show(HISTORIC[0])
        before = made.connection
        await made.show(HISTORIC[1])
        assert made.connection is before is not None
        mosquitto.kill()
        await until(lambda: made.connection is None)  # at once, though nothing is shown
        mosquitto.start()
        await works(made)
        assert made.connection is not None
        assert made.connection is not before


async def test_a_broker_that_hangs_is_said_and_costs_no_memory(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with sink(tmp_path, mosquitto.port) as made:
        await made.show(HISTORIC[0])
        mosquitto.signal(signal.SIGSTOP)
        with pytest.raises(SinkError, match="takes no messages any more"):
            await made.write(HISTORIC * 3)
        with pytest.raises(SinkError, match="does not answer as an MQTT broker"):
            await made.show(HISTORIC[1])
        mosquitto.signal(signal.SIGCONT)
        await works(made)


async def test_a_broker_that_goes_in_the_moment_it_was_given_up_is_no_bug(
    tmp_path: Path, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async with sink(tmp_path, mosquitto.port) as made:
        await made.show(HISTORIC[0])
        mosquitto.signal(signal.SIGSTOP)
        writing = asyncio.create_task(made.write(HISTORIC[:2]))
        connection = made._connection
        assert connection is not None
        await until(lambda: connection._waiting)
        loop = asyncio.get_running_loop()
        next(iter(connection._waiting)).reschedule(loop.time())  # given up in the next turn,
        loop.call_soon(connection._lose, remedies.LOST)  # in which it goes
        with pytest.raises(SinkError, match="the connection to"):
            await writing
        mosquitto.signal(signal.SIGCONT)
    assert not caplog.records


async def test_a_consumer_that_does_not_read_holds_nobody_up(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    reader, writer = await asyncio.open_connection(mosquitto.host, mosquitto.port, limit=16)
    connect = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04slow"
    writer.write(connect + b"\x82\x0f\x00\x01\x00\x0atelewatt/#\x01")
    await reader.readexactly(4)  # and from now on nothing
    try:
        async with sink(tmp_path, mosquitto.port) as made:
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(40):
                    await made.write(HISTORIC[:50])
                await made.show(HISTORIC[0])
    finally:
        writer.transport.abort()


async def test_a_broker_whose_disk_is_full_gets_what_it_cannot_keep_again(tmp_path: Path) -> None:
    """It serves from memory; what it has lost with its next start is told anew."""
    with running(tmp_path, persistent=True) as broker:
        async with sink(tmp_path, broker.port) as made:
            await made.show(HISTORIC[0])
            broker.fill_disk(512)
            for each in HISTORIC[1:30]:
                await made.show(each)
            kept = tmp_path / "mosquitto.db"
            await until(lambda: kept.exists() and kept.stat().st_size == 512)
            await made.show(HISTORIC[30])
            broker.kill()
            kept.unlink()  # half of it is worth nothing: it is removed when there is room again
            broker.start()
            await works(made)
            async with subscribed(broker) as heard:
                await until(lambda: heard.last(f"telewatt/{METER}/label/HCHC"))


async def test_a_last_will_says_that_the_service_is_gone(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with subscribed(mosquitto) as heard, sink(tmp_path, mosquitto.port) as made:
        await made.show(HISTORIC[0])
        await until(lambda: heard.last("telewatt/status") == "online")
        connection = made._connection
        assert connection is not None
        connection._client._client.socket().shutdown(2)  # as a machine that loses its power
        await until(lambda: heard.last("telewatt/status") == "offline")


async def test_a_reading_again_is_the_same(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with subscribed(mosquitto) as heard, sink(tmp_path, mosquitto.port) as made:
        await made.write(HISTORIC[:5])
        await made.write(HISTORIC[:5])
        topic = f"telewatt/{METER}/history"
        await until(lambda: len(heard.all(topic)) == 10)
        assert heard.all(topic)[:5] == heard.all(topic)[5:]
