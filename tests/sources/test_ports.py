"""Listening on a port whose speed nobody knows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from serial.tools import list_ports as serial_ports
from serial.tools.list_ports_common import ListPortInfo
from typer.testing import CliRunner

from telewatt.cli.app import app
from telewatt.lines import Pty, feed
from telewatt.sources import LineState
from telewatt.sources.ports import Hearing, Port, list_ports, probe
from telewatt.tic import Mode
from tests.sources.meters import BAUD, LINKY, make_frame, wire


async def hear(path: Path, frames: list[bytes], mode: Mode) -> Hearing:
    async with Pty(path / "tty", strict_speed=True) as pty:
        sender = asyncio.create_task(feed(wire(frames, mode), pty))
        heard = await probe(pty.address)
        sender.cancel()
        await asyncio.wait([sender])
    return heard


@pytest.mark.parametrize("mode", [Mode.HISTORIC, Mode.STANDARD])
@pytest.mark.usefixtures("descriptors_stay")
async def test_speed_mode_parity_and_meter_are_heard(mode: Mode, tmp_path: Path) -> None:
    heard = await hear(tmp_path, [make_frame(mode)] * 400, mode)
    assert heard.status.state is LineState.READING
    assert heard[1:] == (BAUD[mode], mode, True, LINKY)


@pytest.mark.slow
async def test_a_meter_without_address_is_heard_all_the_same(tmp_path: Path) -> None:
    heard = await hear(tmp_path, [make_frame(Mode.STANDARD, None)] * 400, Mode.STANDARD)
    assert heard[1:] == (9600, Mode.STANDARD, True, None)


@pytest.mark.slow
async def test_a_silent_port_is_silent(tmp_path: Path) -> None:
    async with Pty(tmp_path / "tty") as pty:
        assert (await probe(pty.address)).status.state is LineState.SILENT


@pytest.mark.slow
async def test_noise_alone_is_noise(tmp_path: Path) -> None:
    heard = await hear(tmp_path, [b"\nPAPP 00750 Z\r" * 20] * 100, Mode.STANDARD)
    assert heard.status.state is LineState.NOISE


async def test_an_absent_port_says_what_to_do(tmp_path: Path) -> None:
    heard = await probe(str(tmp_path / "ttyUSB0"))
    assert heard.status.state is LineState.UNPLUGGED
    assert "plug the adapter in" in heard.status.remedy.en


@pytest.mark.parametrize(
    ("language", "remedy"), [("en", "write the whole path"), ("fr", "écrivez le chemin complet")]
)
def test_the_command_refuses_what_is_no_path_with_the_remedy(language: str, remedy: str) -> None:
    said = CliRunner().invoke(app, ["--lang", language, "ports", "/dev/ttyS0", "ttyS9"])
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith("ttyS9")
    assert remedy in said.stderr


def test_ports_are_listed_with_their_stable_names(
    tmp_path: Path, by_id: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path / "ttyUSB0"
    device.touch()
    (by_id / "usb-FTDI_A1").symlink_to(device)
    info = ListPortInfo(str(device))
    info.description = "FT232R USB UART"
    monkeypatch.setattr(serial_ports, "comports", lambda: [info])
    assert list_ports() == [Port(str(device), str(by_id / "usb-FTDI_A1"), "FT232R USB UART")]


def test_the_ports_of_this_machine_can_be_listed() -> None:
    assert all(port.device.startswith("/dev/") for port in list_ports())
