# ruff: noqa: ASYNC110 - the loop of a test has nothing else to do

import asyncio
import contextlib
import socket
from datetime import UTC, datetime
from itertools import repeat

import pytest
import serial

from telewatt.lines import Chunk, LineError, Tcp, feed
from telewatt.lines import tcp as tcp_module

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


async def connect(line: Tcp) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    before = line.clients
    host, port = line.address.removeprefix("socket://").rsplit(":", 1)
    streams = await asyncio.open_connection(host, int(port))
    while line.clients == before:
        await asyncio.sleep(0)
    return streams


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.9"])
async def test_every_client_gets_the_bytes_from_its_connection_on(
    host: str, descriptors_stay: None
):
    async with Tcp(host, 0) as line:
        assert line.write(b"nobody", 9600) == 0
        first, first_writer = await connect(line)
        assert line.write(b"one", 9600) == 3
        second, second_writer = await connect(line)
        line.write(b"two", 9600)
        assert await first.readexactly(6) == b"onetwo"
        assert await second.readexactly(3) == b"two"
        await hang_up(first_writer)
        await hang_up(second_writer)


async def test_pyserial_reads_the_address_it_gives():
    async with Tcp("127.0.0.1", 0) as line:
        port = await asyncio.to_thread(serial.serial_for_url, line.address, timeout=5)
        while not line.clients:
            await asyncio.sleep(0)
        line.write(b"\x02\nADCO", 1200)
        assert await asyncio.to_thread(port.read, 6) == b"\x02\nADCO"
        port.close()


async def test_a_client_that_never_reads_is_cut_off_and_the_others_go_on():
    async with Tcp("127.0.0.1", 0) as line:
        good, good_writer = await connect(line)
        _, stuck_writer = await connect(line)
        stuck_writer.transport.pause_reading()
        piece = bytes(30_000)
        while line.clients == 2:
            line.write(piece, 9600)
            await good.readexactly(len(piece))
        assert line.write(b"go on", 9600) == 5
        assert await good.readexactly(5) == b"go on"
        stuck_writer.transport.abort()
        await hang_up(good_writer)


async def test_at_full_speed_every_client_gets_all_and_a_stalled_one_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(tcp_module, "_STALLED_S", 0.3)
    async with Tcp("127.0.0.1", 0) as line:
        good, good_writer = await connect(line)
        _, stuck_writer = await connect(line)
        stuck_writer.transport.pause_reading()
        chunks = repeat(Chunk(START, bytes(100_000), 9600), 200)
        task = asyncio.create_task(feed(chunks, line, speed=0))
        assert await good.readexactly(20_000_000) == bytes(20_000_000)
        assert (await task).dropped == 0
        assert line.clients == 1
        stuck_writer.transport.abort()
        await hang_up(good_writer)


async def test_what_a_client_sends_is_ignored_and_its_leaving_is_noticed():
    async with Tcp("127.0.0.1", 0) as line:
        reader, writer = await connect(line)
        writer.write(b"hello" * 1000)
        await writer.drain()
        line.write(b"x", 9600)
        assert await reader.readexactly(1) == b"x"
        await hang_up(writer)
        while line.clients:
            await asyncio.sleep(0)
        assert line.write(b"x", 9600) == 0


async def test_unplug_ends_the_clients_and_plug_takes_the_same_port(descriptors_stay: None):
    line = Tcp("127.0.0.1", 0)
    await line.plug()
    address = line.address
    reader, writer = await connect(line)
    line.write(b"last", 9600)
    await line.unplug()
    assert await reader.read() == b"last"
    await hang_up(writer)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", int(address.rsplit(":", 1)[1]))
    await line.plug()
    assert line.address == address
    _, writer = await connect(line)
    await hang_up(writer)
    await line.unplug()


@pytest.mark.parametrize("turns", range(6))
async def test_a_client_on_its_way_in_while_the_line_is_unplugged_is_sent_away(
    turns: int, descriptors_stay: None
):
    line = Tcp("127.0.0.1", 0)
    await line.plug()
    host, port = line.address.removeprefix("socket://").rsplit(":", 1)
    with socket.socket() as client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, (host, int(port)))
        for _ in range(turns):
            await asyncio.sleep(0)
        await line.unplug()
        await line.plug()
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                assert await loop.sock_recv(client, 1) == b""
        assert line.clients == 0
    await line.unplug()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "example.org"])
def test_an_address_others_reach_needs_a_word(host: str):
    with pytest.raises(LineError, match="--anywhere"):
        Tcp(host, 0)
    Tcp(host, 0, anywhere=True)


async def test_a_port_in_use_is_said():
    async with Tcp("127.0.0.1", 0) as line:
        port = int(line.address.rsplit(":", 1)[1])
        with pytest.raises(LineError, match=f"{port}: cannot listen"):
            await Tcp("127.0.0.1", port).plug()
