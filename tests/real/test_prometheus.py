"""A real Prometheus asks a real service, is killed, and asks again."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from telewatt.store import Journal
from tests.flow.conftest import Process
from tests.sinks.judging import judged
from tests.sinks.receivers import totals_of
from tests.sinks.receivers.influx import free_port

pytestmark = [pytest.mark.real, pytest.mark.slow]

PATIENCE_S = 60.0
_SCRAPE = """
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: telewatt
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""


class PrometheusServer:
    """A process of ``prometheus`` that asks this port; what it has stays in ``folder``."""

    def __init__(self, folder: Path, asked: int) -> None:
        self._program = shutil.which("prometheus")
        if self._program is None:
            pytest.skip("prometheus is not installed: type scripts/setup-debian")
        self._folder = folder
        folder.mkdir()
        (folder / "prometheus.yml").write_text(_SCRAPE.format(port=asked))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.port = free_port()
        command = [
            str(self._program),
            f"--config.file={self._folder}/prometheus.yml",
            f"--storage.tsdb.path={self._folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, question: str) -> list[dict[str, Any]]:
        """The samples that answer; none while it does not."""
        words = urllib.parse.urlencode({"query": question})
        url = f"http://127.0.0.1:{self.port}/api/v1/query?{words}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]["result"]
        except OSError:
            return []

    def value(self, question: str) -> int | None:
        samples = self.ask(question)
        return int(float(samples[0]["value"][1])) if samples else None


def until(condition: Callable[[], object], what: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end_s:
            pytest.fail(what)
        time.sleep(0.1)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(tmp_path: Path, port: int) -> Iterator[PrometheusServer]:
    server = PrometheusServer(tmp_path / "prometheus", port)
    server.start()
    yield server
    server.kill()


def run(tmp_path: Path, port: int) -> Process:
    file = tmp_path / "telewatt.toml"
    file.write_text(f"""
[journal]
path = "{tmp_path}/journal.db"
commit_interval_s = 0.5
[web]
port = {port}
[prometheus]
[meters.house]
source = "sim:?mode=standard&contract=tempo&seed=3&every=1s"
""")
    service = Process("run", "--config", file)
    service.expect("reading 1 meter(s)")
    return service


TOTAL = 'telewatt_import_wh_total{line="house"}'
POWER = 'telewatt_apparent_va{line="house"}'


def test_it_is_asked_and_both_may_be_killed(
    server: PrometheusServer, tmp_path: Path, port: int
) -> None:
    service = run(tmp_path, port)
    try:
        until(lambda: server.value(POWER), "no power")
        until(lambda: server.value(TOTAL), "no total")
        first = server.value(TOTAL)
        assert server.value('telewatt_meter_up{line="house"}') == 1
        assert server.value('telewatt_sink_up{sink="prometheus"}') == 1
        assert server.value('sum(telewatt_line_frames_total{status="complete"})') > 0
        server.kill()
        killed_s = time.time()  # what it asked before is there again as well
        server.start()
        asked_s = f"timestamp({TOTAL})"
        until(lambda: (server.value(asked_s) or 0) > killed_s, "it does not ask again")
        service.end(signal.SIGKILL)
        until(lambda: server.value("up") == 0, "it does not notice")
        until(lambda: not server.ask(POWER), "a power of nobody")
        service = run(tmp_path, port)
        until(lambda: server.value(POWER), "no power after the kill")
        until(lambda: (server.value(TOTAL) or 0) >= first, "no total after the kill")
        last = server.value(TOTAL)
        assert service.end() == 0
    finally:
        service.end(signal.SIGKILL)
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        entries = judged(entry.reading for entry in journal.read(0, 100_000))
    totals = {total.import_wh for total in totals_of(entries)}
    assert {first, last} <= totals
