"""What every source must do, run on every one of them with the real thing at the other end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path

import pytest

from telewatt.lines import Line, Pty, Tcp
from telewatt.sources import (
    SOURCES,
    AddressError,
    Chunk,
    LineState,
    Source,
    SourceError,
    source_for,
    stdin,
)
from tests.real.mosquitto import running as mosquitto
from tests.sources.espdevice import EspDevice, sensors, text
from tests.sources.meters import LINKY, make_frame
from tests.sources.portserver import PortServer
from tests.sources.publishing import publish

FRAMES = b"".join(make_frame(index_wh=n) for n in range(40))
TOLD = 60  # values that make as many bytes
OWN_BYTES = ("sim:", "esphome+values:", "mqtt:")


Act = Callable[[], Awaitable[object]]


async def nothing() -> None: ...


class Other:
    """The other end of a source: its address, how it sends, how it goes away."""

    def __init__(
        self,
        url: str,
        send: Act = nothing,
        leave: Act | None = None,
        absent: LineState | None = None,
    ) -> None:
        self.url, self.send, self.leave, self.absent = url, send, leave, absent


@asynccontextmanager
async def serial(path: Path) -> AsyncIterator[Other]:
    async with Pty(path / "tty") as pty:
        yield Other(pty.address, lambda: send_all(pty), pty.unplug, LineState.UNPLUGGED)


@asynccontextmanager
async def tcp(path: Path) -> AsyncIterator[Other]:
    async with Tcp("127.0.0.1", 0) as server:
        url = server.address

        async def leave() -> None:
            await server.ready()
            await server.unplug()

        yield Other(url, lambda: send_all(server), leave, LineState.UNREACHABLE)


async def send_all(line: Line) -> None:
    await line.ready()
    assert line.write(FRAMES, 9600) == len(FRAMES)


@asynccontextmanager
async def rfc2217(path: Path) -> AsyncIterator[Other]:
    with PortServer() as server:

        async def send() -> None:
            server.send(FRAMES)

        async def leave() -> None:
            server.close()

        yield Other(f"rfc2217://127.0.0.1:{server.port}", send, leave, LineState.UNREACHABLE)


@asynccontextmanager
async def esphome(path: Path) -> AsyncIterator[Other]:
    async with EspDevice("solar", "house") as device:
        url = f"esphome://127.0.0.1:{device.port}/house"
        yield Other(url, lambda: device.send(1, FRAMES), device.stop, LineState.UNREACHABLE)


@asynccontextmanager
async def esphome_values(path: Path) -> AsyncIterator[Other]:
    async with EspDevice(entities=sensors("ADSC", "EAST")) as device:

        async def send() -> None:
            for n in range(TOLD):
                await device.tell(text(1, LINKY), text(2, str(n)))
                await asyncio.sleep(0)

        url = f"esphome+values://127.0.0.1:{device.port}"
        yield Other(url, send, device.stop, LineState.UNREACHABLE)


@asynccontextmanager
async def mqtt(path: Path) -> AsyncIterator[Other]:
    with mosquitto(path) as broker:

        async def leave() -> None:
            broker.kill()

        async def send() -> None:
            messages = [json.dumps({"TIC": {"ADSC": LINKY, "EAST": n}}) for n in range(TOLD)]
            await publish(broker, "tele/linky/SENSOR", *messages)

        url = f"mqtt://127.0.0.1:{broker.port}/tele/linky/SENSOR"
        yield Other(url, send, leave, LineState.UNREACHABLE)


@asynccontextmanager
async def file(path: Path) -> AsyncIterator[Other]:
    (path / "x.tic").write_bytes(FRAMES)
    yield Other(f"file:{path}/x.tic", absent=LineState.UNUSABLE)


@asynccontextmanager
async def paced_file(path: Path) -> AsyncIterator[Other]:
    (path / "x.tic").write_bytes(FRAMES)
    yield Other(f"file:{path}/x.tic?pace=96000")


@asynccontextmanager
async def pipe(path: Path) -> AsyncIterator[Other]:
    ours, theirs = os.pipe()
    before, stdin.STDIN = stdin.STDIN, ours

    async def send() -> None:
        os.write(theirs, FRAMES)

    try:
        yield Other("-", send)
    finally:
        stdin.STDIN = before
        os.close(theirs)
        os.close(ours)


@asynccontextmanager
async def stdin_file(path: Path) -> AsyncIterator[Other]:
    (path / "x.tic").write_bytes(FRAMES)
    before = stdin.STDIN
    with (path / "x.tic").open("rb") as capture:
        stdin.STDIN = capture.fileno()
        try:
            yield Other("-")
        finally:
            stdin.STDIN = before


@asynccontextmanager
async def sim(path: Path) -> AsyncIterator[Other]:
    yield Other("sim:?mode=standard&speed=0&parity=yes&seed=5")


@asynccontextmanager
async def slow_sim(path: Path) -> AsyncIterator[Other]:
    """A frame takes longer than the test has patience."""
    yield Other("sim:?mode=standard&speed=20&seed=5&start=2025-01-15T18:00")


KINDS = {
    "serial": serial,
    "socket": tcp,
    "rfc2217": rfc2217,
    "file": file,
    "file, paced": paced_file,
    "stdin": pipe,
    "stdin, a file": stdin_file,
    "sim": sim,
    "esphome": esphome,
    "esphome+values": esphome_values,
    "mqtt": mqtt,
}
Kind = Callable[[Path], AbstractAsyncContextManager[Other]]
NEEDS = {"mqtt": [pytest.mark.real]}
every_kind = pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=name, marks=NEEDS.get(name, [])) for name, kind in KINDS.items()]
)
lost_kind = pytest.mark.parametrize(
    "kind", [serial, tcp, rfc2217, esphome, esphome_values, pytest.param(mqtt, marks=NEEDS["mqtt"])]
)


async def collect(source: Source, size: int) -> list[Chunk]:
    chunks: list[Chunk] = []
    async with aclosing(source.chunks()) as stream:
        async for chunk in stream:
            chunks.append(chunk)
            if sum(len(chunk.data) for chunk in chunks) >= size:
                break
    return chunks


def test_the_contract_is_run_on_every_source() -> None:
    through_tls = {"mqtts"}  # is mqtt otherwise; tests/sources/test_mqtt.py
    assert {name.partition(",")[0] for name in KINDS} == set(SOURCES) - through_tls


@every_kind
async def test_every_byte_arrives_in_order_with_its_time(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    async with kind(tmp_path) as other:
        source = source_for(other.url)
        await source.open(next(iter(source.speeds), None))
        await other.send()
        chunks = await collect(source, len(FRAMES))
        await source.close()
    data = b"".join(chunk.data for chunk in chunks)
    if not other.url.startswith(OWN_BYTES):
        assert data == FRAMES
    assert len(data) >= len(FRAMES)
    times = [chunk.received_at for chunk in chunks]
    assert times == sorted(times)
    assert all(time.utcoffset() is not None and not time.utcoffset() for time in times)


@every_kind
async def test_it_opens_again_after_it_was_closed(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    async with kind(tmp_path) as other:
        source = source_for(other.url)
        for _ in range(3):
            await source.open(next(iter(source.speeds), None))
            await source.close()
        await source.close()
        await source.open(next(iter(source.speeds), None))
        await other.send()
        assert await collect(source, 64)
        await source.close()


@every_kind
async def test_waiting_for_bytes_can_be_cancelled_and_blocks_nobody(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    async with kind(tmp_path) as other:
        source = source_for(other.url)
        await source.open(next(iter(source.speeds), None))
        task = asyncio.create_task(collect(source, 1 << 40))
        for _ in range(20):
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.wait([task], timeout=2)
        assert task.done()
        await source.close()


@pytest.mark.parametrize("kind", [file, pipe, stdin_file, sim])
async def test_another_task_gets_its_turn_before_each_chunk(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    turns = 0

    async def other_task() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with kind(tmp_path) as other:
        source = source_for(other.url)
        await source.open(None)
        await other.send()
        task, heard = asyncio.create_task(other_task()), 0
        async with aclosing(source.chunks()) as chunks:
            before = turns
            async for chunk in chunks:
                assert turns > before
                heard += len(chunk.data)
                if heard >= len(FRAMES):
                    break
                before = turns
        task.cancel()
        await asyncio.wait([task])
        await source.close()


@every_kind
async def test_whoever_stops_listening_leaves_no_generator_behind(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    left: list[object] = []
    hooks = sys.get_asyncgen_hooks()
    async with kind(tmp_path) as other:
        source = source_for(other.url)
        await source.open(next(iter(source.speeds), None))
        await other.send()
        sys.set_asyncgen_hooks(finalizer=left.append)
        try:
            assert await collect(source, 1)
            gc.collect()
        finally:
            sys.set_asyncgen_hooks(*hooks)
        await source.close()
    assert left == []


@lost_kind
async def test_a_lost_line_is_a_state_not_an_end(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    async with kind(tmp_path) as other:
        assert other.leave is not None
        source = source_for(other.url)
        await source.open(next(iter(source.speeds), None))
        await other.leave()
        with pytest.raises(SourceError) as error:
            await collect(source, 1 << 40)
        assert error.value.status.state is other.absent
        assert "end of file" not in error.value.status.remedy.fr
        await source.close()


@pytest.mark.parametrize(
    "kind",
    [
        *(serial, tcp, rfc2217, esphome, esphome_values, file),
        pytest.param(mqtt, marks=NEEDS["mqtt"]),
    ],
)
async def test_an_absent_other_end_is_a_state_with_a_remedy(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    async with kind(tmp_path) as other:
        pass
    (tmp_path / "x.tic").unlink(missing_ok=True)
    source = source_for(other.url)
    with pytest.raises(SourceError) as error:
        await source.open(next(iter(source.speeds), None))
    assert error.value.status.state is other.absent
    assert error.value.status.remedy.fr
    await source.close()


@pytest.mark.parametrize(
    "url",
    [
        "COM3",
        "tty:x",
        "socket://host",
        "socket://:1",
        "socket://h:99999",
        "rfc2217:h:1",
        "socket://a..b:33",
        f"rfc2217://{'x' * 64}.fr:33",
        "socket://user:secret@host:33",
        "rfc2217://user:secret@host",
        "http://user:secret@host:33",
        "socket://ho\0st:33",
        "socket://user:secret\n@host:33",
        "/dev/tty\0USB0",
        "file:x\x1b[2J.tic",
        "file:",
        "file:x?pace=0",
        "file:x?speed=9600",
        "stdin:x",
        "serial:ttyUSB0",
        "sim:?mode=morse",
        "esphome://host",
        "esphome://secret@host/port",
        "esphome://host/port?key=secret",
        "esphome+values://secret@host/house",
        "mqtt://host",
        "mqtt:host/topic",
        "mqtt://user:secret@host/topic",
        "mqtts://host/tele/#/x",
        "mqtt://host/a+/b",
        "mqtt://host/topic?password=secret",
    ],
)
def test_a_wrong_address_is_refused_before_anything_starts_with_a_remedy(url: str) -> None:
    with pytest.raises(AddressError, match=r"write|known|is one of|mode") as error:
        source_for(url)
    assert re.search(r"écrivez|connu|est parmi", error.value.text.fr)
    for words in error.value.text:
        assert "secret" not in words
        assert words.isprintable()


@pytest.mark.parametrize(
    "scheme", ["socket", "rfc2217", "esphome", "esphome+values", "mqtt", "mqtts"]
)
@pytest.mark.parametrize("trouble", [UnicodeError("a..b"), socket.gaierror(-2, "Name not known")])
async def test_a_name_the_resolver_refuses_is_unreachable(
    scheme: str, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    path = "" if scheme in ("socket", "rfc2217") else "/house"
    source = source_for(f"{scheme}://bridge.test:33{path}")
    with pytest.raises(SourceError) as error:
        await source.open(next(iter(source.speeds), None))
    assert error.value.status.state is LineState.UNREACHABLE


async def test_a_port_server_is_set_to_8n1_and_the_speed() -> None:
    with PortServer() as server:
        source = source_for(f"rfc2217://127.0.0.1:{server.port}")
        for speed in (1200, 9600):
            await source.open(speed)
            await source.close()
            port = server.serial
            assert (port.baudrate, port.bytesize, port.parity, port.stopbits) == (speed, 8, "N", 1)


async def test_a_server_that_does_not_speak_rfc_2217_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        source = source_for(f"rfc2217://127.0.0.1:{server.getsockname()[1]}")
        task = asyncio.ensure_future(source.open(9600))
        loop = asyncio.get_running_loop()
        client, _ = await loop.sock_accept(server)
        with client:
            await loop.sock_sendall(client, bytes((255, 254, 44)))
            with pytest.raises(SourceError, match="it refuses") as error:
                await task
            assert "il refuse RFC 2217 ; essayez socket://" in error.value.status.remedy.fr
        await source.close()


@pytest.mark.parametrize("kind", [file, paced_file, stdin_file, pipe, slow_sim])
async def test_cancelled_and_opened_again_nothing_is_missing(
    kind: Kind, tmp_path: Path, descriptors_stay: None
) -> None:
    async with kind(tmp_path) as other:
        whole = source_for(other.url.replace("speed=20", "speed=0"))
        source, data = source_for(other.url), b""
        await other.send()
        while len(data) < len(FRAMES):
            await source.open(None)
            async with aclosing(source.chunks()) as chunks:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.01):
                        async for chunk in chunks:
                            data += chunk.data
                            if len(data) >= len(FRAMES):
                                break
            await source.close()
        expected = FRAMES
        if other.url.startswith("sim:"):
            await whole.open(None)
            expected = b"".join(chunk.data for chunk in await collect(whole, len(data)))
            await whole.close()
    assert data == expected


async def test_only_a_regular_file_is_a_capture_and_nothing_else_is_waited_for(
    tmp_path: Path, descriptors_stay: None
) -> None:
    os.mkfifo(tmp_path / "fifo")
    async with Pty(tmp_path / "tty") as pty:
        for path in (tmp_path / "fifo", pty.path, Path("/dev/zero"), tmp_path):
            source = source_for(f"file:{path}")
            with pytest.raises(SourceError, match=r"write its path without file:.* write -"):
                await source.open(None)
            await source.close()


async def test_a_capture_opened_again_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "x.tic").write_bytes(b"a" * 65536 + b"b" * 10)
    source = source_for(f"file:{tmp_path}/x.tic")
    await source.open(None)
    assert (await collect(source, 1))[0].data == b"a" * 65536
    await source.close()
    await source.open(None)
    assert (await collect(source, 1))[0].data == b"b" * 10
    await source.close()


async def test_a_paced_capture_takes_the_time_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.tic").write_bytes(bytes(480))
    source = source_for(f"file:{tmp_path}/x.tic?pace=9600")
    loop = asyncio.get_running_loop()
    before = loop.time()  # the clock of the line begins when it is opened
    await source.open(None)
    await collect(source, 480)
    assert 0.5 <= loop.time() - before < 10
    await source.close()
