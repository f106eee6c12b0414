"""Devices of ESPHome's `host:` platform, compiled and run natively; each is compiled once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

BUILDS = Path(__file__).resolve().parents[1] / ".cache" / "peers" / "esphome-devices"
NAME = "telewatt-peer"
# INADDR_ANY is what ESPHome listens on; a test listens on loopback only.
LOOPBACK = """
#include <netinet/in.h>
#undef INADDR_ANY
#define INADDR_ANY htonl(INADDR_LOOPBACK)
"""


class Device(NamedTuple):
    """A compiled device: its program, the port of its API and the names of its UARTs."""

    program: Path
    port: int
    uarts: dict[str, Path]

    def start(self, home: Path) -> subprocess.Popen[bytes]:
        """Run it; what it says goes into ``home``."""
        with (home / "device.log").open("ab") as log:
            return subprocess.Popen(
                [self.program], cwd=home, env={"HOME": str(home)}, stdout=log, stderr=log
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this lasts, no other test runs the same device: its ports are compiled in."""
        with (self.program.parents[4] / "running").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def head(place: str, port: int) -> list[str]:
    """The lines a configuration begins with."""
    return [
        "esphome:",
        f"  name: {NAME}",
        f'  build_flags: ["-include {place}/loopback.h"]',
        "host:",
        "logger: {level: WARN}",
        f"api: {{port: {port}, reboot_timeout: 0s}}",
    ]


def build(
    esphome: Path, names: Sequence[str], configure: Callable[[str, int, dict[str, Path]], str]
) -> Device:
    """Compile a device unless the same one was compiled before.

    Args:
        names: of its UARTs.
        configure: gives the configuration for a folder, an API port and the paths of the UARTs.
    """
    version = (esphome.parent / "installed").read_text()
    same = configure(str(BUILDS), 0, _uarts("x", names))
    name = hashlib.sha256(f"{version}{same}".encode()).hexdigest()[:12]
    place, uarts, port = BUILDS / name, _uarts(name, names), 20_000 + int(name, 16) % 10_000
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "built").exists():
            (place / "loopback.h").write_text(LOOPBACK)
            (place / "device.yaml").write_text(configure(str(place), port, uarts))
            done = subprocess.run(
                [esphome / "esphome", "compile", "device.yaml"],
                cwd=place,
                env={**os.environ, "PATH": f"{esphome}:{os.environ['PATH']}"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-5000:]
            (place / "built").touch()
    program = place / f".esphome/build/{NAME}/.pioenvs/{NAME}/program"
    return Device(program, port, uarts)


def _uarts(device: str, names: Sequence[str]) -> dict[str, Path]:
    # ESPHome takes device names of two parts only, such as /dev/ttyUSB0.
    return {name: Path(f"/tmp/telewatt-{device}-{name}") for name in names}
