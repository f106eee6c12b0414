"""A real InfluxDB 1.x, one for all tests of a session, each test with a database of its own."""

from __future__ import annotations

import asyncio
import atexit
import itertools
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.sinks.receivers import Receiver, Total
from tests.sinks.receivers.gate import Gate

PATIENCE_S = 60.0
_CONFIGURATION = """
reporting-enabled = false
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
auth-enabled = {auth}
log-enabled = false
"""
_numbers = itertools.count(1)


class InfluxServer:
    """A process of ``influxd``; what it has stays in ``folder``."""

    def __init__(self, folder: Path, *, auth: bool = False) -> None:
        self._program = shutil.which("influxd")
        if self._program is None:
            pytest.skip("influxd is not installed: type scripts/setup-debian")
        self._folder, self._auth = folder, str(auth).lower()
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, on the port of before if there was one."""
        for _ in range(5):  # somebody else may have taken the port meanwhile
            port, rpc = self.port or free_port(), free_port()
            words = {"folder": self._folder, "port": port, "rpc": rpc, "auth": self._auth}
            settings = self._folder / "influxdb.conf"
            settings.write_text(_CONFIGURATION.format(**words))
            command = [str(self._program), "-config", str(settings)]
            with (self._folder / "log").open("ab") as log:
                self.process = subprocess.Popen(command, stdout=log, stderr=log)
            if self._answers(port):
                self.port = port
                return
        pytest.fail((self._folder / "log").read_text()[-2000:])

    def _answers(self, port: int) -> bool:
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self.process.poll() is None
        self.kill()
        return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ask(self, question: str, database: str = "", user: str = "", password: str = "") -> Any:
        """The series that answer."""
        asked = {"q": question, "db": database, "epoch": "ms", "u": user, "p": password}
        words = urllib.parse.urlencode({key: value for key, value in asked.items() if value})
        url = f"http://127.0.0.1:{self.port}/query?{words}"
        with urllib.request.urlopen(url, b"", timeout=PATIENCE_S) as answer:
            found = json.load(answer)
        assert "error" not in found["results"][0], found
        return found["results"][0].get("series", [])

    def new_database(self) -> str:
        name = f"test{next(_numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def writes(self) -> int:
        """How many requests to write it has had since it was started."""
        [counters] = self.ask("SHOW STATS FOR 'httpd'")
        return int(counters["values"][0][counters["columns"].index("writeReq")])

    def totals(self, database: str) -> list[Total]:
        series = self.ask('SELECT import_wh FROM telewatt GROUP BY "line"', database)
        return sorted(
            Total(each["tags"]["line"], at_ms // 1000, wh)
            for each in series
            for at_ms, wh in each["values"]
        )


_shared: list[InfluxServer] = []


def shared_influxd() -> InfluxServer:
    """The one of this session; it ends with it."""
    if not _shared:
        folder = Path(tempfile.mkdtemp(prefix="influxd-"))
        server = InfluxServer(folder)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(server.kill)
        server.start()
        _shared.append(server)
    return _shared[0]


class Influx(Receiver):
    async def start(self) -> str:
        self._server = await asyncio.to_thread(shared_influxd)
        self._database = await asyncio.to_thread(self._server.new_database)
        self._gate = Gate(self._server.port)
        await self._gate.open()
        url = f"http://127.0.0.1:{self._gate.port}"
        return f'url = "{url}"\ndatabase = "{self._database}"\ninterval_s = 0'

    async def totals(self) -> list[Total]:
        return await asyncio.to_thread(self._server.totals, self._database)

    async def go_away(self) -> None:
        await self._gate.shut()

    async def come_back(self) -> None:
        await self._gate.open()

    async def hang(self) -> None:
        self._gate.hang()

    async def stop(self) -> None:
        await self._gate.shut()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
