"""Local ports: what is particular to them, on real pseudo-terminals."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pwd
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from telewatt.lines import Pty
from telewatt.sources import LineState, SourceError, device
from telewatt.sources.serialport import SerialSource
from tests.sources.meters import make_frame

HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDONLY | os.O_NOCTTY)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
OPEN_AS_NOBODY = """
import asyncio, json, os, sys
from telewatt.sources import SourceError, device, serialport
source = serialport.SerialSource(sys.argv[1])
async def main():
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(65534)
    try:
        await source.open(9600)
    except SourceError as error:
        state, cause, facts = error.status
        print(json.dumps({"state": state, "cause": cause, **dict(facts)}))
asyncio.run(main())
"""
NOBODY, DIALOUT, NO_GROUP = 65534, 20, 65533  # 20: everywhere in Debian


async def hold(path: str) -> asyncio.subprocess.Process:
    """Another process which keeps the port until its standard input ends."""
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-c", HOLD, path]
    holder = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    return holder


async def first_bytes(source: SerialSource) -> bytes:
    async with aclosing(source.chunks()) as chunks:
        async for chunk in chunks:
            return chunk.data
    return b""


async def test_it_is_opened_raw_at_8n1_and_the_speed_for_us_alone(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty") as pty:
        source = SerialSource(pty.address)
        await source.open(1200)
        other = os.open(pty.address, os.O_RDONLY | os.O_NOCTTY)
        iflag, oflag, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(other)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)
        await source.close()
    assert (iflag, oflag, lflag) == (0, 0, 0)
    assert cflag & termios.CSIZE == termios.CS8
    assert not cflag & (termios.PARENB | termios.CSTOPB | termios.HUPCL)
    assert ispeed == ospeed == termios.B1200


async def test_every_byte_value_passes_unchanged(tmp_path: Path) -> None:
    line = bytes(range(256))
    async with Pty(tmp_path / "tty") as pty:
        source = SerialSource(pty.address)
        await source.open(9600)
        assert pty.write(line, 9600) == 256
        assert await first_bytes(source) == line
        await source.close()


async def test_a_port_another_program_keeps_is_busy_and_the_program_is_named(
    tmp_path: Path,
) -> None:
    async with Pty(tmp_path / "tty") as pty:
        holder = await hold(pty.address)
        with pytest.raises(SourceError) as error:
            await SerialSource(pty.address).open(9600)
        await holder.communicate(b"")
        assert error.value.status.state is LineState.BUSY
        assert f"(pid {holder.pid})" in str(error.value)
        source = SerialSource(pty.address)
        await source.open(9600)
        await source.close()


async def test_who_holds_a_port_is_not_looked_for_on_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_in: list[int] = []
    look = device.holders

    def holders(path: str) -> list[str]:
        looked_in.append(threading.get_ident())
        return look(path)

    monkeypatch.setattr(device, "holders", holders)
    async with Pty(tmp_path / "tty") as pty:
        source = SerialSource(pty.address)
        await source.open(9600)
        assert await source.rivals() == []
        await source.close()
        holder = await hold(pty.address)
        with pytest.raises(SourceError):
            await source.open(9600)
        await holder.communicate(b"")
    assert len(looked_in) == 2
    assert threading.get_ident() not in looked_in


async def test_a_second_reader_of_ours_is_refused(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty") as pty:
        first, second = SerialSource(pty.address), SerialSource(pty.address)
        await first.open(9600)
        with pytest.raises(SourceError) as error:
            await second.open(9600)
        assert error.value.status.state is LineState.BUSY
        assert "by another meter of this configuration" in str(error.value)
        await first.close()
        await second.open(9600)
        await second.close()


def test_the_login_console_has_a_remedy_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "holders", lambda _: ["agetty (pid 7)"])
    error = device.busy("/dev/ttyAMA0")
    assert "serial-getty@ttyAMA0" in str(error)


@pytest.fixture
def denied(tmp_path: Path) -> Iterator[Path]:
    """A pseudo-terminal only its owner and group may open, in a directory all may enter."""
    master, slave = os.openpty()
    path = Path(os.ttyname(slave))
    yield path
    os.close(master)
    os.close(slave)


def open_as_nobody(path: Path, group: int = NOBODY) -> dict[str, str]:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    command = [sys.executable, "-c", OPEN_AS_NOBODY, str(path), str(group)]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(said.stdout)
    return found


def test_permission_denied_names_the_group_of_the_device(denied: Path) -> None:
    os.chown(denied, 0, DIALOUT)
    denied.chmod(0o660)
    assert open_as_nobody(denied) == {
        "state": "permission_denied",
        "cause": "",
        "port": str(denied),
        "user": "nobody",
        "group": "dialout",
    }


def test_a_member_who_has_not_logged_in_again_is_told_so(denied: Path) -> None:
    os.chown(denied, 0, pwd.getpwnam("nobody").pw_gid)
    denied.chmod(0o660)
    assert open_as_nobody(denied, group=NO_GROUP)["cause"] == "login"


def test_a_device_no_group_may_read_needs_a_group(denied: Path) -> None:
    os.chown(denied, 0, DIALOUT)
    denied.chmod(0o600)
    found = open_as_nobody(denied)
    assert (found["cause"], found["owner"]) == ("owner", "root")


def test_a_forbidden_file_is_no_port_and_no_group_is_advised() -> None:
    with tempfile.NamedTemporaryFile() as secret:
        Path(secret.name).chmod(0o640)
        found = open_as_nobody(Path(secret.name))
    assert found == {"state": "unusable", "cause": "terminal", "port": secret.name}


async def test_a_file_is_no_port_and_the_remedy_says_file(tmp_path: Path) -> None:
    capture = tmp_path / "x.tic"
    capture.write_bytes(b"")
    with pytest.raises(SourceError, match=f"file:{capture}"):
        await SerialSource(str(capture)).open(9600)


def test_a_holder_nobody_can_see_is_another_program_in_each_language(tmp_path: Path) -> None:
    remedy = device.busy(str(tmp_path / "ttyUSB0")).status.remedy
    assert "in use by another program" in remedy.en
    assert "utilisé par un autre programme" in remedy.fr


async def test_an_impossible_speed_is_named(tmp_path: Path, descriptors_stay: None) -> None:
    async with Pty(tmp_path / "tty") as pty:
        with pytest.raises(SourceError, match="no port runs at 1234 Bd") as error:
            await SerialSource(pty.address).open(1234)
    assert "aucun port ne fonctionne à 1234 Bd" in error.value.status.remedy.fr


async def test_an_adapter_re_plugged_under_another_name_is_found_again(
    tmp_path: Path, by_id: Path
) -> None:
    adapter = by_id / "usb-FTDI_FT232R_A1-if00-port0"
    async with Pty(tmp_path / "pts1") as before, Pty(tmp_path / "pts2") as after:
        port = tmp_path / "ttyUSB0"
        port.symlink_to(before.path.readlink())
        adapter.symlink_to(before.path.readlink())
        source = SerialSource(str(port))
        await source.open(9600)
        await source.close()
        port.unlink()
        adapter.unlink()
        with pytest.raises(SourceError):
            await source.open(9600)
        adapter.symlink_to(after.path.readlink())  # now ttyUSB1
        await source.open(9600)
        after.write(make_frame(), 9600)
        assert await first_bytes(source) == make_frame()
        await source.close()


async def test_an_adapter_replaced_by_another_one_is_read_under_its_configured_name(
    tmp_path: Path, by_id: Path
) -> None:
    async with Pty(tmp_path / "pts1") as before, Pty(tmp_path / "pts2") as after:
        port = tmp_path / "ttyUSB0"
        port.symlink_to(before.path.readlink())
        (by_id / "usb-old").symlink_to(before.path.readlink())
        source = SerialSource(str(port))
        await source.open(9600)
        await source.close()
        port.unlink()
        (by_id / "usb-old").unlink()
        port.symlink_to(after.path.readlink())
        (by_id / "usb-new").symlink_to(after.path.readlink())
        await source.open(9600)
        after.write(make_frame(), 9600)
        assert await first_bytes(source) == make_frame()
        await source.close()
