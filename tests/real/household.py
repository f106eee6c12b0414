"""A real ``telewatt run`` with its page: two simulated meters, and what they told for a day."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.past import make, readings_of
from telewatt.reading import Reading

PATIENCE_S = 60.0
METERS = {
    "house": "mode=historic&contract=hc&kva=6&seed=1",
    "solar": "mode=standard&contract=tempo&producer=yes&pv=3000&seed=2",
}
_REGISTERS = {
    "house": ("HCHC", "HCHP"),
    "solar": tuple(f"EASF{number:02}" for number in range(1, 11)),
}
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


class Household:
    """The service; it keeps its port when it is started again.

    Args:
        folder: for its files.
        hours: how long ago its history begins.

    Attributes:
        url: of the page.
        access: the file of the page's password.
    """

    def __init__(self, folder: Path, hours: float) -> None:
        self._folder, self._process = folder, None
        self._config = folder / "telewatt.toml"
        self._log = folder / "telewatt.log"
        self._port = 0
        self.access = folder / "web-access.json"
        start = datetime.now(UTC) - timedelta(hours=hours)
        past = {name: _past(name, hours, start) for name in METERS}
        both = sorted((each for readings in past.values() for each in readings), key=_arrival)
        make(folder / "journal.db", both)
        self._sources = {name: _source(name, readings[-1]) for name, readings in past.items()}

    _process: subprocess.Popen[bytes] | None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

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
        parts.append(f"[web]\nport = {self._port}\n")
        self._config.write_text("\n".join(parts))


def _past(name: str, hours: float, start: datetime) -> list[Reading]:
    return readings_of(name, f"sim:?{METERS[name]}&every=50s&step=50s", hours, start)


def _arrival(reading: Reading) -> datetime:
    return reading.received_at


def _source(name: str, last: Reading) -> str:
    """The same meter, which goes on where its past ended."""
    sent = {dataset.label: dataset.data for dataset in last.frame.datasets}
    indexes = ",".join(str(int(sent[label])) for label in _REGISTERS[name])
    injected = f"&injected={int(sent['EAIT'])}" if "EAIT" in sent else ""
    return f"sim:?{METERS[name]}&parity=yes&index={indexes}{injected}"


@contextlib.contextmanager
def running(folder: Path, hours: float = 27.0) -> Iterator[Household]:
    """A household whose page is there."""
    household = Household(folder, hours)
    try:
        household.start()
        yield household
    finally:
        household.stop()
