"""The whole service and a real Mosquitto, both killed in the middle: nothing lost, soon right."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import aiomqtt
import pytest

from telewatt.shapes.values import utc_text
from telewatt.store import Journal
from tests.real.mosquitto import Mosquitto, running

pytestmark = [pytest.mark.real, pytest.mark.slow]

PATIENCE_S = 60.0
BACK_S = 10.0
METERS = {
    "house": "mode=historic&contract=hc&seed=2&speed=8",
    "solar": "mode=standard&contract=tempo&producer=yes&seed=3&speed=4&noise=bit6:1e-4",
}


class Household:
    """`telewatt run` with two meters."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.journal = folder / "journal.db"
        self._configuration = folder / "telewatt.toml"
        lines = ["[journal]", f'path = "{self.journal}"', "commit_interval_s = 0.5"]
        lines += ["[web]", "enabled = false"]
        lines += ["[mqtt]", f'host = "{broker.host}"', f"port = {broker.port}"]
        for name, settings in METERS.items():
            lines += [f"[meters.{name}]", f'source = "sim:?{settings}"']
        self._configuration.write_text("\n".join(lines) + "\n")
        self._log = folder / "telewatt.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def start(self) -> None:
        command = [sys.executable, "-m", "telewatt", "--lang", "en", "run"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--config", self._configuration], stdout=log, stderr=log
            )

    def end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE_S)
            self._process = None

    def memory_kib(self) -> int:
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return int(kib)


@contextmanager
def household(folder: Path, broker: Mosquitto) -> Iterator[Household]:
    made = Household(folder, broker)
    try:
        made.start()
        yield made
    finally:
        made.end(signal.SIGTERM)


class Subscriber:
    """A session that lasts: what it was told, whatever happens to the broker."""

    def __init__(self, broker: Mosquitto) -> None:
        self._broker = broker
        self.newest: dict[str, str] = {}
        self.arrivals: dict[str, set[str]] = {}  # meter -> times of its frames
        self.history: dict[str, list[str]] = {}  # line -> times that were missed, as they came
        self.states = 0

    async def run(self) -> None:
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    self._broker.host,
                    self._broker.port,
                    identifier="keeper",
                    clean_session=False,
                    timeout=5,
                ) as client:
                    await client.subscribe("telewatt/#", 1)
                    async for message in client.messages:
                        self._take(str(message.topic), bytes(message.payload).decode())
            await asyncio.sleep(0.05)

    def _take(self, topic: str, payload: str) -> None:
        self.newest[topic] = payload
        kind = topic.rpartition("/")[2]
        if kind in ("state", "history") and topic.count("/") == 2 and "/line/" not in topic:
            said = json.loads(payload)
            line, came = said["line"], said["received_at"]
            known = self.arrivals.setdefault(line, set())
            if kind == "state":
                self.states += 1
            elif came not in known:  # after a kill some of what was shown is told again
                self.history.setdefault(line, []).append(came)
            known.add(came)


@asynccontextmanager
async def subscribed(broker: Mosquitto) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber(broker)
    task = asyncio.create_task(subscriber.run())
    try:
        yield subscriber
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def more_states(heard: Subscriber, count: int) -> None:
    goal = heard.states + count
    await until(lambda: heard.states >= goal)


def entries_of(journal: Path) -> dict[str, set[str]]:
    """By line, when its frames came: what the journal has, so what has to have arrived."""
    found: dict[str, set[str]] = {}
    after = 0
    with closing(Journal.open(journal)) as opened:
        while entries := opened.read(after):
            for entry in entries:
                came = utc_text(entry.reading.received_at)
                found.setdefault(entry.reading.source, set()).add(came)
            after = entries[-1].seq
    return found


async def test_kill_9_of_telewatt_and_of_mosquitto_loses_nothing(tmp_path: Path) -> None:
    with running(tmp_path, ["max_queued_messages 0"], persistent=True) as broker:
        async with subscribed(broker) as heard:
            with household(tmp_path, broker) as home:
                await more_states(heard, 20)
                first = min(min(times) for times in heard.arrivals.values())

                home.end(signal.SIGKILL)
                await until(lambda: heard.newest["telewatt/status"] == "offline")
                starts = home.log.count("reading 2 meter(s)")
                home.start()
                await until(lambda: home.log.count("reading 2 meter(s)") > starts)
                began_s = time.monotonic()
                await until(lambda: heard.newest["telewatt/status"] == "online")
                await more_states(heard, 2)
                assert time.monotonic() - began_s < BACK_S
                await more_states(heard, 20)

                broker.kill()
                await until(lambda: "is tried again" in home.log)
                await asyncio.sleep(2.0)  # frames that nobody takes
                broker.start()
                began_s = time.monotonic()
                await more_states(heard, 2)
                assert time.monotonic() - began_s < BACK_S
                await until(lambda: heard.history)
                await more_states(heard, 20)
                await until(lambda: "works again" in home.log)
                line = json.loads(heard.newest["telewatt/line/solar"])
                assert line["reading"]
                assert line["rejected"]  # its line is noisy
                home.end(signal.SIGTERM)
                await until(lambda: heard.newest["telewatt/status"] == "offline")
                kept = entries_of(home.journal)

                def missing() -> set[str]:
                    """What is in the journal, and was neither shown nor told as history."""
                    return {
                        at
                        for name in METERS
                        for at in kept[name] - heard.arrivals[name]
                        if at > first
                    }

                home.start()  # where the end came before all was delivered, it goes on
                await until(lambda: not missing())
    assert all(times == sorted(times) for times in heard.history.values())
    assert "Traceback" not in home.log


async def test_a_broker_that_is_away_costs_no_memory_and_no_frame(tmp_path: Path) -> None:
    """The memory of the service is the same while it waits; then all comes, and live goes on."""
    broker = Mosquitto(tmp_path, ["max_queued_messages 0"])
    try:
        with household(tmp_path, broker) as home:
            await until(lambda: "no MQTT broker listens" in home.log)
            await asyncio.sleep(3.0)
            before_kib = home.memory_kib()
            await asyncio.sleep(4.0)
            assert home.memory_kib() - before_kib < 20 << 10
            broker.start()
            async with subscribed(broker) as heard:
                await more_states(heard, 5)
                await until(lambda: all(len(heard.history.get(name, ())) > 3 for name in METERS))
                assert all(times == sorted(times) for times in heard.history.values())
    finally:
        broker.stop()
