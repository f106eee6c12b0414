"""A real Mosquitto, for one test: own configuration, free loopback port, ended by its pid."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PATIENCE_S = 30.0


def program(name: str) -> str:
    """Where a program of the packages mosquitto and mosquitto-clients is; skips without it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        pytest.skip(f"{name} is not installed: type scripts/setup-debian")
    return found


def free_port() -> int:
    """One that stays free between two starts of a server: below those the system gives away."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


class Mosquitto:
    """A broker on 127.0.0.1.

    Args:
        folder: for its files; a broker that is started again there finds what it had stored.
        settings: lines of its configuration besides the listener; anybody may connect unless
            they say otherwise.
        persistent: whether it writes what it keeps to the disk, at each change.

    Attributes:
        port: of its listener, the same for ever.
    """

    host = "127.0.0.1"

    def __init__(
        self, folder: Path, settings: Sequence[str] = (), *, persistent: bool = False
    ) -> None:
        self._program = program("mosquitto")
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.log = folder / "mosquitto.log"
        lines = [f"listener {self.port} {self.host}", "set_tcp_nodelay true", *settings]
        if not any(line.startswith("allow_anonymous") for line in settings):
            lines.append("allow_anonymous true")
        if persistent:
            lines += [
                "persistence true",
                f"persistence_location {folder}/",
                "autosave_on_changes true",
                "autosave_interval 1",
            ]
        if os.geteuid() == 0:
            lines.append("user root")  # it would give up its rights, and not read our files
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text("\n".join(lines) + "\n")

    def add_password(self, user: str, password: str) -> None:
        """Let this user in; the settings name ``password_file``, which is ``passwords``."""
        path = self._folder / "passwords"
        path.touch(mode=0o600)
        subprocess.run(
            [program("mosquitto_passwd"), "-b", path, user, password],
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        """Start it, and return once it listens."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", self._configuration],
                stdout=log,
                stderr=log,
                restore_signals=False,  # for `fill_disk`: an error, not its end
            )
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port)):
                return
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.02)
        pytest.fail(f"the broker does not listen: {self.log.read_text()}")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal: SIGSTOP freezes it, SIGCONT lets it go on."""
        assert self._process is not None
        self._process.send_signal(number)

    def fill_disk(self, size: int) -> None:
        """From now on no file of it can grow beyond so many bytes: as on a full disk."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, size))

    def kill(self) -> None:
        """As ``kill -9``: nothing is written, nobody is told."""
        self.signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        """End it in good order; nothing if it does not run."""
        if self._process is not None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self._wait()

    def _wait(self) -> None:
        assert self._process is not None
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextlib.contextmanager
def running(
    folder: Path, settings: Sequence[str] = (), *, persistent: bool = False
) -> Iterator[Mosquitto]:
    """A broker that runs, and is ended in the end."""
    broker = Mosquitto(folder, settings, persistent=persistent)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
