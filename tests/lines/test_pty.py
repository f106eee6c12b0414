# ruff: noqa: ASYNC240 - the loop of a test has nothing else to do

import asyncio
import os
import select
import termios
import time
import tty
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path

import pytest
import serial

from telewatt.lines import Chunk, LineError, Pty, Tally, feed
from telewatt.tic import Mode, add_parity, encode_dataset, encode_frame

FRAME = encode_frame(
    [
        encode_dataset(Mode.HISTORIC, "ADCO", "021861348497"),
        encode_dataset(Mode.HISTORIC, "PTEC", "HP.."),
    ]
)
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


@contextmanager
def reader(name: Path, speed: int | None = None):
    descriptor = os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        if speed is not None:
            settings = termios.tcgetattr(descriptor)
            settings[4] = settings[5] = speed
            termios.tcsetattr(descriptor, termios.TCSANOW, settings)
        yield descriptor
    finally:
        os.close(descriptor)


def read(descriptor: int, size: int) -> bytes:
    got = b""
    while len(got) < size and select.select([descriptor], [], [], 5)[0]:
        got += os.read(descriptor, size - len(got))
    return got


def left(descriptor: int) -> bytes:
    # What the terminal still holds; the kernel hands it over in a moment, if there is any.
    return os.read(descriptor, 65536) if select.select([descriptor], [], [], 0.05)[0] else b""


async def test_bytes_arrive_as_they_were_sent_parity_included(name: Path, descriptors_stay: None):
    every = bytes(range(256)) + add_parity(FRAME)
    async with Pty(name) as line:
        with reader(name) as port:
            assert line.write(every, 9600) == len(every)
            assert read(port, len(every)) == every


async def test_without_a_reader_bytes_are_lost_and_never_come_late(name: Path):
    async with Pty(name) as line:
        assert line.write(b"early", 9600) == 0
        with reader(name) as port:
            line.write(b"now", 9600)
            assert read(port, 3) == b"now"
            assert left(port) == b""


async def test_a_second_reader_gets_nothing_the_first_left(name: Path):
    async with Pty(name) as line:
        with reader(name):
            line.write(b"unread", 9600)
        assert line.write(b"nobody", 9600) == 0
        with reader(name) as port:
            assert left(port) == b""
            line.write(b"new", 9600)
            assert read(port, 3) == b"new"


async def test_a_reader_that_does_not_read_never_blocks_the_line(name: Path):
    async with Pty(name) as line:
        with reader(name):
            began = time.monotonic()
            taken = sum(line.write(bytes(1000), 9600) for _ in range(1000))
            assert time.monotonic() - began < 2
            assert taken < 200_000
            assert not line.takes()


async def test_what_a_reader_sends_goes_nowhere_and_never_blocks_it(name: Path):
    async with Pty(name) as line:
        with reader(name) as port:
            for _ in range(200):
                assert os.write(port, b"AT+HELLO\r\n" * 10) == 100
                line.write(b".", 9600)
            assert read(port, 200) == b"." * 200


async def test_a_reader_that_echoes_and_cooks_does_not_disturb_the_line(name: Path):
    async with Pty(name) as line:
        with reader(name) as port:
            tty.setcbreak(port)
            settings = termios.tcgetattr(port)
            settings[3] |= termios.ECHO
            termios.tcsetattr(port, termios.TCSANOW, settings)
            for _ in range(2000):
                line.write(FRAME, 1200)
                left_over = os.read(port, 4096) if select.select([port], [], [], 0)[0] else b""
            assert left_over or left(port)
        line.write(b"x", 1200)
        with reader(name) as port:
            line.write(b"\x04\x11\r\n", 1200)
            assert read(port, 4) == b"\x04\x11\r\n"


async def test_7e1_can_be_opened_again_and_again(name: Path):
    async with Pty(name) as line:
        for _ in range(5):
            port = serial.Serial(str(name), 1200, bytesize=7, parity="E", timeout=5)
            line.write(FRAME, 1200)
            assert port.read(len(FRAME)) == FRAME
            port.close()


async def test_a_reader_that_wanted_to_be_alone_does_not_lock_the_line_for_ever(name: Path):
    import fcntl

    async with Pty(name) as line:
        with reader(name) as port:
            fcntl.ioctl(port, termios.TIOCEXCL)
            line.write(b"x", 9600)
        line.write(b"nobody", 9600)
        with reader(name) as port:
            line.write(b"new", 9600)
            assert read(port, 3) == b"new"


async def test_unplug_hangs_up_and_plug_gives_the_same_name_back(
    name: Path, descriptors_stay: None
):
    line = Pty(name)
    await line.plug()
    with reader(name) as port:
        line.write(b"x", 9600)
        assert read(port, 1) == b"x"
        await line.unplug()
        assert not name.is_symlink()
        with pytest.raises(OSError, match="Input/output"):
            os.write(port, b"y")
    assert line.write(b"lost", 9600) == 0
    await line.plug()
    with reader(name) as port:
        line.write(b"back", 9600)
        assert read(port, 4) == b"back"
    await line.unplug()


async def test_it_can_come_back_under_another_name(name: Path):
    line = Pty(name)
    await line.plug()
    await line.unplug()
    line.path = name.with_name("other")
    async with line:
        assert line.address == str(name.with_name("other"))
        with reader(line.path) as port:
            line.write(b"x", 9600)
            assert read(port, 1) == b"x"


async def test_a_thousand_re_plugs_leak_no_descriptor(name: Path, descriptors_stay: None):
    line = Pty(name)
    for _ in range(1000):
        await line.plug()
        await line.unplug()


async def test_feeding_goes_on_while_the_line_is_unplugged(name: Path):
    async with Pty(name) as line:
        tally = Tally()
        task = asyncio.create_task(feed(repeat(Chunk(START, FRAME, 9600)), line, tally=tally))
        for _ in range(3):
            with reader(name) as port:
                assert FRAME in await asyncio.to_thread(read, port, 3 * len(FRAME))
            await line.unplug()
            dropped = tally.dropped
            while tally.dropped == dropped:  # noqa: ASYNC110 - fed on, into nothing
                await asyncio.sleep(0)
            await line.plug()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_at_full_speed_it_waits_for_its_reader_and_loses_nothing(name: Path):
    frames = 3000
    async with Pty(name) as line:
        task = asyncio.create_task(feed(repeat(Chunk(START, FRAME, 9600), frames), line, speed=0))
        with reader(name) as port:
            got = await asyncio.to_thread(read, port, frames * len(FRAME))
        tally = await task
    assert got == FRAME * frames
    assert tally.dropped == 0


@pytest.mark.parametrize("speed", [termios.B1200, termios.B4800, termios.B38400])
async def test_strict_speed_gives_garbage_at_the_wrong_speed(name: Path, speed: int):
    async with Pty(name, strict_speed=True) as line:
        with reader(name, speed) as port:
            for _ in range(10):
                line.write(FRAME, 9600)
            heard = left(port)
            assert heard
            assert b"ADCO" not in heard


async def test_strict_speed_gives_the_bytes_at_the_right_speed(name: Path):
    async with Pty(name, strict_speed=True) as line:
        with reader(name, termios.B1200) as port:
            line.write(FRAME, 9600)
            left(port)
            with reader(name, termios.B9600):
                line.write(FRAME, 9600)
                assert read(port, len(FRAME)) == FRAME


async def test_a_stale_link_is_replaced_and_anything_else_is_left_alone(name: Path):
    name.symlink_to("/dev/pts/12345")
    async with Pty(name):
        assert name.exists()
    name.write_text("precious")
    with pytest.raises(LineError, match=r"exists and is no link.*remove it"):
        await Pty(name).plug()
    assert name.read_text() == "precious"
    other = name.with_name("other")
    other.symlink_to(name)
    with pytest.raises(LineError, match="is no link to a pseudo-terminal"):
        await Pty(other).plug()
    with pytest.raises(LineError, match="directory you may write to"):
        await Pty(name.parent / "nowhere" / "linky").plug()


async def test_a_link_another_simulator_took_over_stays(name: Path):
    first, second = Pty(name), Pty(name)
    await first.plug()
    await second.plug()
    await first.unplug()
    assert name.is_symlink()
    await second.unplug()
    assert not name.is_symlink()
