"""A real ``telewatt run`` with its page: two simulated meters, and what they told before."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from telewatt.cli.demo_past import write_past
from telewatt.simulator import MeterSettings
from telewatt.store.history import history_path

PATIENCE_S = 60.0
METERS = {
    "house": "mode=historic&contract=hc&kva=6&seed=1",
    "solar": "mode=standard&contract=tempo&producer=yes&pv=3000&seed=2",
}
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


class Household:
    """The service; it keeps its port when it is started again.

    Args:
        folder: for its files.
        days: how long ago its history begins; 0: now.
        path: under which the page is.

    Attributes:
        url: of the page.
        access: the file of the page's password.
    """

    def __init__(self, folder: Path, days: int, path: str = "/") -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._config, self._log = folder / "telewatt.toml", folder / "telewatt.log"
        self._port, self._path = 0, path
        self.access = folder / "web-access.json"
        meters = write_past(history_path(folder / "journal.db"), METERS, days)
        self._sources = {name: _source(name, then) for name, then in meters.items()}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}{self._path}"

    def start(self) -> None:
        """Start it and wait for its page."""
        self._write_config()
        with self._log.open("ab") as log:
            begin = log.tell()
            command = [sys.executable, "-m", "telewatt", "run", "--config", str(self._config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            told = self._log.read_bytes()[begin:].decode(errors="replace")
            if found := _ADDRESS.search(told):
                self._port = int(found[1])
                return
            assert self._process.poll() is None, told
            time.sleep(0.05)
        raise AssertionError(f"no web page: {self._log.read_text()}")

    def stop(self) -> None:
        """End it, as systemd does."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()

    def _write_config(self) -> None:
        parts = [f'[journal]\npath = "{self._folder / "journal.db"}"\n']
        parts += [
            f'[meters.{name}]\nsource = "{source}"\n' for name, source in self._sources.items()
        ]
        parts.append(f'[web]\nport = {self._port}\npath = "{self._path}"\n')
        self._config.write_text("\n".join(parts))


def _source(name: str, then: MeterSettings) -> str:
    """The same meter, which goes on where its past ended."""
    source = f"sim:?{METERS[name]}&parity=yes&injected={then.injected_wh}"
    if then.index_wh:
        source += f"&index={','.join(map(str, then.index_wh))}"
    return source


@contextlib.contextmanager
def running(folder: Path, days: int = 9, path: str = "/") -> Iterator[Household]:
    """A household whose page is there."""
    household = Household(folder, days, path)
    try:
        household.start()
        yield household
    finally:
        household.stop()
