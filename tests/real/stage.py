"""Two meters on their lines, `telewatt run`, a real Mosquitto and a real Home Assistant."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from telewatt.rollup import Step
from telewatt.rollup.series import EnergyRow
from telewatt.store.history import History, history_path
from tests.exchange.houses import fill
from tests.real.homeassistant import HomeAssistant
from tests.real.mosquitto import Mosquitto
from tests.real.simulated import SimulatedMeter

PATIENCE_S = 120.0
POLL_S = 0.05
ADDRESSES = {"maison": "021861348497", "atelier": "041976123456"}
SETTINGS = {
    "maison": "mode=historic&contract=hc&seed=3&kva=15",
    "atelier": "mode=standard&contract=tempo&producer=yes&pv=3000&seed=5&kva=12",
}
HOUR = timedelta(hours=1)
TEMPO = ["Tempo bleu HC", "Tempo bleu HP", "Tempo blanc HC", "Tempo blanc HP", "Tempo rouge HC"]
TEMPO += ["Tempo rouge HP"]
PERIODS = {"HC..": "Heures creuses", "HP..": "Heures pleines"}


class Stage:
    """All of it, in one folder."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        for name in ("broker", "lines"):
            (folder / name).mkdir()
        self.journal = folder / "journal.db"
        self.broker = Mosquitto(folder / "broker", persistent=True)
        self.home = HomeAssistant(programs, folder / "home")
        self.meters: dict[str, SimulatedMeter] = {}
        self._service: subprocess.Popen[bytes] | None = None
        self.log = folder / "service.log"

    def live_through(self, hours: int) -> None:
        """A journal and a history of the last hours; the meters go on from there."""
        start = datetime.now(UTC).replace(second=0, microsecond=0) - hours * HOUR
        past = {
            name: f"sim:?{settings}&address={ADDRESSES[name]}&every=1m&step=60s"
            for name, settings in SETTINGS.items()
        }
        readings = fill(self.journal, hours * 60, start=start, **past)
        for name, settings in SETTINGS.items():
            last = next(each for each in reversed(readings) if each.source == name).frame
            labels = ["HCHC", "HCHP"] if name == "maison" else [f"EASF{n:02}" for n in range(1, 11)]
            found = [last.get(label) for label in labels]
            indexes = ",".join(str(each.value) for each in found if each is not None)
            injected = last.get("EAIT")
            self.meters[name] = SimulatedMeter(
                self.folder / "lines" / name,
                f"sim:?{settings}&address={ADDRESSES[name]}&index={indexes}"
                f"&injected={injected.value if injected else 0}",
            )

    def configure(
        self, *names: str, statistics: str = "entities", reload_mqtt: bool = False
    ) -> None:
        """Write the configuration of a house with these meters."""
        path = self.folder / "telewatt.toml"
        sections = "".join(
            f'[meters.{name}]\nsource = "{self.meters[name].path}"\n' for name in names
        )
        path.write_text(
            f'language = "fr"\n[journal]\npath = "{self.journal}"\ncommit_interval_s = 2\n'
            f'[web]\nenabled = false\n[mqtt]\nhost = "{self.broker.host}"\n'
            f"port = {self.broker.port}\n"
            f'[homeassistant]\nurl = "{self.home.url}"\ntoken_file = "token"\n'
            f'statistics = "{statistics}"\nreload_mqtt = {str(reload_mqtt).lower()}\n{sections}'
        )

    def start_service(self) -> None:
        """``telewatt run``."""
        with self.log.open("ab") as log:
            self._service = subprocess.Popen(
                [sys.executable, "-m", "telewatt", "run", "--config", "telewatt.toml"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def end_service(self, number: signal.Signals) -> None:
        """Send it this signal, if it runs, and wait."""
        if self._service is not None:
            self._service.send_signal(number)
            self._service.wait(60)
            self._service = None

    def command(self, *words: str) -> str:
        """What another command of telewatt says."""
        done = subprocess.run(
            [sys.executable, "-m", "telewatt", *words, "--config", "telewatt.toml"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=os.environ | {"COLUMNS": "200"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def hours(self, meter: str, quantity: str, until: datetime) -> list[EnergyRow]:
        """The truth of the past: whole hours that were over long before."""
        with closing(History.open(history_path(self.journal), writable=False)) as history:
            start = until - 12 * HOUR
            rows: Any = history.series(ADDRESSES[meter], quantity, start, until, Step.HOUR).rows
        return [row for row in rows if row.wh is not None]


@contextmanager
def stage_in(folder: Path, programs: Path) -> Iterator[Stage]:
    """All of it but the service, which is not started yet."""
    with ExitStack() as opened:
        stage = Stage(folder, programs)
        stage.live_through(6)
        stage.home.start()
        opened.callback(stage.home.stop)
        stage.broker.start()
        opened.callback(stage.broker.stop)
        for meter in stage.meters.values():
            meter.start()
            opened.callback(meter.stop)
        opened.callback(lambda: stage.end_service(signal.SIGKILL))
        yield stage


async def move_in(stage: Stage) -> Shown:
    """A user, the integration MQTT, the service: until everything shows the truth."""
    home, shown = stage.home, Shown(stage.home)
    await asyncio.to_thread(home.wait_answering)
    await asyncio.to_thread(home.onboard)
    await asyncio.to_thread(home.add_mqtt, stage.broker.host, stage.broker.port)
    stage.configure(*ADDRESSES)
    (stage.folder / "token").write_text(home.token)
    stage.start_service()

    async def all_there() -> bool:
        await shown.look()
        wanted = {f"telewatt_{ADDRESSES[name]}_{key}" for name, key in truth_of(stage.meters)}
        return wanted <= shown.entities.keys()

    await until(all_there, "entities")
    await until_right(stage, shown, "states")
    return shown


async def is_away(stage: Stage, shown: Shown) -> bool:
    """Whether Home Assistant knows that nobody tells it anything."""
    states = await asyncio.to_thread(stage.home.states)
    return bool(states[shown.id("maison", "link")]["state"] == "unavailable")


async def service_returns(stage: Stage, shown: Shown) -> float:
    """Kill `telewatt run`; how long after its start Home Assistant shows the truth again, s."""
    stage.end_service(signal.SIGKILL)
    await until(lambda: is_away(stage, shown), "unavailable after the service was killed")
    told, began = stage.log.stat().st_size, monotonic()
    stage.start_service()

    async def reading() -> bool:
        return stage.log.read_text()[told:].count("lecture de ") >= len(ADDRESSES)

    await until(reading, "the service reads again")
    await until_right(stage, shown, "states after the service was killed")
    return monotonic() - began


async def broker_returns(stage: Stage, shown: Shown, outage_s: float) -> float:
    """Kill the broker; how long after its return Home Assistant shows the truth again, s.

    Left alone, Home Assistant tries to connect ten seconds after it was cut off, and every ten
    seconds then (RECONNECT_INTERVAL_SECONDS of its MQTT client).
    """
    stage.broker.kill()
    away = until(lambda: is_away(stage, shown), "unavailable after the broker was killed")
    await asyncio.gather(asyncio.sleep(outage_s), away)
    stage.broker.start()
    return await until_right(stage, shown, "states after the broker was killed")


async def home_returns(stage: Stage, shown: Shown) -> float:
    """Kill Home Assistant; how long after it has started again it shows the truth, s."""
    stage.home.kill()
    stage.home.start()
    await asyncio.to_thread(stage.home.wait_answering)

    async def running() -> bool:
        return bool((await asyncio.to_thread(stage.home.get, "/api/config"))["state"] == "RUNNING")

    await until(running, "Home Assistant has started again")
    return await until_right(stage, shown, "states after Home Assistant was killed")


async def until(
    condition: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE_S
) -> None:
    """Wait until it holds."""
    began = monotonic()
    while not await condition():
        if monotonic() - began > seconds:
            pytest.fail(f"{what}: not within {seconds} s")
        await asyncio.sleep(POLL_S)


class Shown:
    """What Home Assistant shows of the meters."""

    def __init__(self, home: HomeAssistant) -> None:
        self._home = home
        self.entities: dict[str, dict[str, Any]] = {}

    async def look(self) -> None:
        """Read its registries."""
        async with self._home.socket() as ask:
            listed = await ask("config/entity_registry/list")
        self.entities = {
            each["unique_id"]: each for each in listed if each["unique_id"].startswith("telewatt_")
        }

    def id(self, name: str, key: str) -> str:
        return str(self.entities[f"telewatt_{ADDRESSES[name]}_{key}"]["entity_id"])

    def keys(self, name: str) -> set[str]:
        begin = f"telewatt_{ADDRESSES[name]}_"
        return {each.removeprefix(begin) for each in self.entities if each.startswith(begin)}


def truth_of(meters: dict[str, SimulatedMeter]) -> dict[tuple[str, str], set[str]]:
    """By meter and key, what the newest frames allow to be shown."""
    house, shed = meters["maison"], meters["atelier"]

    def numbers(meter: SimulatedMeter, label: str, scale: int = 1) -> set[str]:
        return {str(int(each) * scale) for each in meter.said(label)}

    truth = {
        ("maison", "import_1_wh"): numbers(house, "HCHC"),
        ("maison", "import_2_wh"): numbers(house, "HCHP"),
        ("maison", "apparent_va"): numbers(house, "PAPP"),
        ("maison", "current_1_a"): numbers(house, "IINST"),
        ("maison", "subscribed_va"): numbers(house, "ISOUSC", 200),
        ("maison", "tariff_period"): {PERIODS[each] for each in house.said("PTEC")},
        ("maison", "over_power"): {"off"},
        ("maison", "link"): {"on"},
        ("atelier", "import_wh"): numbers(shed, "EAST"),
        ("atelier", "export_wh"): numbers(shed, "EAIT"),
        ("atelier", "apparent_va"): numbers(shed, "SINSTS"),
        ("atelier", "voltage_1_v"): numbers(shed, "URMS1"),
        ("atelier", "current_1_a"): numbers(shed, "IRMS1"),
        ("atelier", "subscribed_va"): numbers(shed, "PREF", 1000),
        ("atelier", "tariff_period"): {TEMPO[int(each) - 1] for each in shed.said("NTARF")},
        ("atelier", "contract"): {"Tempo"},
        ("atelier", "link"): {"on"},
    }
    for n in range(1, 7):
        truth["atelier", f"import_{n}_wh"] = numbers(shed, f"EASF{n:02}")
    return truth


async def wrong(stage: Stage, shown: Shown) -> list[str]:
    """The entities that do not show the truth now."""
    states = await asyncio.to_thread(stage.home.states)
    found = []
    for (name, key), values in truth_of(stage.meters).items():
        state = states.get(shown.id(name, key), {}).get("state")
        if state not in values:
            found.append(f"{name} {key}: {state}, not {values}")
    return found


async def until_right(stage: Stage, shown: Shown, when: str) -> float:
    """Wait until everything shows the truth; how long that took, s."""
    began = monotonic()
    while found := await wrong(stage, shown):
        if monotonic() - began > PATIENCE_S:
            pytest.fail(f"{when}: {found}")
        await asyncio.sleep(POLL_S)
    took_s = monotonic() - began
    print(f"{when}: right again after {took_s:.1f} s")
    return took_s
