"""A real Home Assistant beside a real Mosquitto and `telewatt run` with two meters on their lines.

One test, because one Home Assistant takes its time: what is shown, what never is, what was missed,
and what holds after each of the three was killed.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from tests.real.simulated import flipped, raised
from tests.real.stage import (
    ADDRESSES,
    HOUR,
    PATIENCE_S,
    TEMPO,
    Shown,
    Stage,
    broker_returns,
    home_returns,
    move_in,
    service_returns,
    stage_in,
    truth_of,
    until,
    until_right,
)

pytestmark = [pytest.mark.real, pytest.mark.slow]

RECORDED_S = 400.0
"""Home Assistant records every five minutes."""
RIGHT_AGAIN_S = 10.0
OUTAGE_S = 2.0
"""Of a broker. Home Assistant waits ten seconds from its end on: less would measure that only."""
OUTAGES_S = (0.1, 2.0)
"""With ``reload_mqtt``, which does not wait so long."""
STRANGER = "homeassistant/sensor/stranger/config"
SPIKE_WH = 600_000


@pytest.fixture
def stage(tmp_path: Path, homeassistant: Path) -> Iterator[Stage]:
    with stage_in(tmp_path, homeassistant) as stage:
        yield stage


@pytest.mark.timeout(1200)
async def test_home_assistant_shows_the_meters_and_misses_nothing(stage: Stage) -> None:
    closed = (datetime.now(UTC) - timedelta(minutes=10)).replace(minute=0, second=0, microsecond=0)
    shown = await move_in(stage)
    await check_classes(stage, shown)
    await check_devices(stage)
    await check_all_is_taken(stage, shown)
    await lie(stage, shown)
    assert await service_returns(stage, shown) < RIGHT_AGAIN_S
    assert await broker_returns(stage, shown, OUTAGE_S) < RIGHT_AGAIN_S
    await hear_birth(stage)
    stage.configure(*ADDRESSES, reload_mqtt=True)
    assert await service_returns(stage, shown) < RIGHT_AGAIN_S
    await announce_a_stranger(stage)
    for outage_s in OUTAGES_S:
        assert await broker_returns(stage, shown, outage_s) < RIGHT_AGAIN_S
        await hear_birth(stage)
    assert stage.log.read_text().count("a été rechargée") == len(OUTAGES_S)
    await until(partial(greets, stage), "the device of somebody else is kept")
    await fill_the_past(stage, shown, closed)
    await write_own_statistics(stage, closed)
    await set_dashboard(stage, shown)
    await check_lies(stage, shown)
    await take_a_meter_back(stage, shown)
    complaints = stage.home.complaints()
    assert complaints == []


async def check_classes(stage: Stage, shown: Shown) -> None:
    """Units and classes; only what was seen; names by meaning."""
    states = await asyncio.to_thread(stage.home.states)

    def attributes(name: str, key: str) -> tuple[Any, ...]:
        found = states[shown.id(name, key)]["attributes"]
        names = ("unit_of_measurement", "device_class", "state_class", "friendly_name")
        return tuple(found.get(each) for each in names)

    energy = ("Wh", "energy", "total_increasing")
    assert attributes("maison", "import_1_wh") == (*energy, "Maison Heures creuses")
    assert attributes("atelier", "import_6_wh") == (*energy, "Atelier Tempo rouge HP")
    assert attributes("atelier", "export_wh") == (*energy, "Atelier Énergie injectée")
    apparent = ("VA", "apparent_power", "measurement")
    assert attributes("maison", "apparent_va")[:3] == apparent
    assert attributes("atelier", "voltage_1_v")[:3] == ("V", "voltage", "measurement")
    assert attributes("atelier", "current_1_a")[:3] == ("A", "current", "measurement")
    assert attributes("maison", "link")[1] == "connectivity"
    period = states[shown.id("atelier", "tariff_period")]["attributes"]
    assert period["options"] == TEMPO
    assert period["source"] == "NTARF"
    today = states[shown.id("atelier", "tempo_today")]
    colours = {"Bleu": "blue", "Blanc": "white", "Rouge": "red"}
    assert today["attributes"]["key"] == colours[today["state"]]
    assert today["attributes"]["source"] == "STGE"
    assert not shown.keys("maison") & {"voltage_1_v", "export_wh", "tempo_today", "import_3_wh"}
    assert not shown.keys("atelier") & {"voltage_2_v", "import_7_wh", "ejp_notice"}
    margin = int(states[shown.id("maison", "margin_va")]["state"])
    assert margin in {15000 - int(each) for each in stage.meters["maison"].said("PAPP")}


async def check_devices(stage: Stage) -> None:
    async with stage.home.socket() as ask:
        devices = await ask("config/device_registry/list")
    ours = {each["name"]: each for each in devices if each["name"] in ("Maison", "Atelier")}
    assert ours["Maison"]["serial_number"] == ADDRESSES["maison"]
    assert ours["Maison"]["identifiers"] == [["mqtt", f"telewatt_{ADDRESSES['maison']}"]]
    assert all(each["manufacturer"] and each["model"] for each in ours.values())


async def check_all_is_taken(stage: Stage, shown: Shown) -> None:
    """Every entity that was announced is there as it was announced, and has a value."""
    announced: dict[str, dict[str, Any]] = {}
    async with aiomqtt.Client(stage.broker.host, stage.broker.port) as client:
        await client.subscribe("homeassistant/device/+/config")
        async with asyncio.timeout(PATIENCE_S):
            async for message in client.messages:
                told = json.loads(bytes(message.payload))
                announced |= {each["uniq_id"]: each for each in told["cmps"].values()}
                if all(any(a in each for each in announced) for a in ADDRESSES.values()):
                    break

    async def taken() -> bool:
        await shown.look()
        return announced.keys() <= shown.entities.keys()

    await until(taken, "all entities")
    states = await asyncio.to_thread(stage.home.states)
    unknown = set()
    for unique, told in announced.items():
        entity = shown.entities[unique]
        state = states[entity["entity_id"]]
        found = state["attributes"]
        pairs = {"unit_of_measurement": "unit_of_meas", "device_class": "dev_cla"}
        pairs |= {"state_class": "stat_cla", "options": "options"}
        for name, short in pairs.items():
            assert found.get(name) == told.get(short), (unique, name)
        assert entity["entity_category"] == told.get("ent_cat")
        if state["state"] == "unknown":
            unknown.add(unique.split("_", 2)[2])
    assert unknown <= {"tempo_tomorrow", "load_curve_w", "load_curve_export_w", "active_w"}


async def lie(stage: Stage, shown: Shown) -> None:
    """600 kWh more in one frame, and flipped bits in another, on both lines."""
    for lying in (partial(raised, wh=SPIKE_WH), flipped):
        for meter in stage.meters.values():
            meter.lie_once(lying)
            await until(meter.has_lied, "lies")
        await asyncio.sleep(3)  # another frame comes before the next lie
    await until_right(stage, shown, "states after lies")


async def announce_a_stranger(stage: Stage) -> None:
    """A device of another program, which says everything once and leaves."""
    told = {"name": "Stranger", "unique_id": "stranger", "state_topic": "stranger"}
    async with aiomqtt.Client(stage.broker.host, stage.broker.port) as client:
        await client.publish(STRANGER, json.dumps(told), qos=1, retain=True)
        await client.publish("stranger", "hello", qos=1, retain=True)
    await until(partial(greets, stage), "the device of somebody else")


async def hear_birth(stage: Stage) -> None:
    """Home Assistant says that it is there seconds after it is; cut off before, it complains."""
    async with aiomqtt.Client(stage.broker.host, stage.broker.port) as client:
        await client.subscribe("homeassistant/status")
        async with asyncio.timeout(PATIENCE_S):
            async for message in client.messages:
                if message.payload == b"online":
                    return


async def greets(stage: Stage) -> bool:
    states = await asyncio.to_thread(stage.home.states)
    return bool(states.get("sensor.stranger", {}).get("state") == "hello")


async def fill_the_past(stage: Stage, shown: Shown, closed: datetime) -> None:
    """What was before Home Assistant, and what it has recorded since, is one line."""
    energies = {
        shown.id(name, key): (name, key)
        for name, key in truth_of(stage.meters)
        if key.endswith("_wh")
    }

    async def recorded() -> bool:
        return energies.keys() <= (await rows_of(stage, energies, "5minute")).keys()

    await until(recorded, "five-minute statistics", RECORDED_S)
    told = await asyncio.to_thread(stage.command, "ha", "backfill", "--dry-run")
    assert "n'a encore rien enregistré" not in told
    assert len(told.splitlines()) >= len(energies)

    assert await home_returns(stage, shown) < RIGHT_AGAIN_S

    async def complete() -> bool:
        said = await asyncio.to_thread(stage.command, "ha", "backfill", "--dry-run")
        return all(f"{each}: complet" in said.replace(" :", ":") for each in energies)

    await until(complete, "telewatt run has written what was missing", RECORDED_S)
    before = await rows_of(stage, energies, until=closed)
    for entity, (name, key) in energies.items():
        expected = {row.start: row.wh for row in stage.hours(name, key, closed)}
        assert len(expected) >= 4
        found = {row["start"]: row for row in before[entity]}
        assert {start: round(row["change"]) for start, row in found.items()} == expected, entity
        sums = [row["sum"] for row in before[entity]]
        assert all(a <= b for a, b in pairwise(sums)), sums
    await check_line(stage, energies, before)
    for _ in range(2):  # an hour may have ended just now
        again = await asyncio.to_thread(stage.command, "ha", "backfill")
    assert "écrites" not in again, again
    assert await rows_of(stage, energies, until=closed) == before
    async with stage.home.socket() as ask:
        issues = await ask("recorder/validate_statistics")
    ours = {each["entity_id"] for each in shown.entities.values()}
    assert {key: each for key, each in issues.items() if key in ours} == {}


async def write_own_statistics(stage: Stage, closed: datetime) -> None:
    """Statistics of telewatt's own, for a Home Assistant without MQTT."""
    stage.configure("maison", "atelier", statistics="external")
    said = await asyncio.to_thread(stage.command, "ha", "backfill")
    own = f"telewatt:{ADDRESSES['atelier']}_import_wh"
    assert f"{own} : " in said
    assert f"telewatt:{ADDRESSES['atelier']}_import_6_wh : " in said
    assert f"telewatt:{ADDRESSES['atelier']}_import_7_wh : " not in said  # Tempo has six
    found: dict[str, list[Any]] = {}

    async def written() -> bool:  # Home Assistant writes them when it likes to
        found.update(await rows_of(stage, [own], until=closed))
        return own in found

    await until(written, "statistics of our own")
    expected = {row.start: row.wh for row in stage.hours("atelier", "import_wh", closed)}
    assert {row["start"]: round(row["change"]) for row in found[own]} == expected

    async def complete() -> bool:
        return f"{own} : complet" in await asyncio.to_thread(stage.command, "ha", "backfill")

    await until(complete, "statistics of our own, complete")
    stage.configure("maison", "atelier")


async def rows_of(
    stage: Stage, energies: Any, period: str = "hour", until: datetime | None = None
) -> dict[str, list[Any]]:
    async with stage.home.socket() as ask:
        found = await ask(
            "recorder/statistics_during_period",
            start_time=(datetime.now(UTC) - 24 * HOUR).isoformat(),
            **({} if until is None else {"end_time": until.isoformat()}),
            statistic_ids=list(energies),
            period=period,
            units={"energy": "Wh"},
            types=["state", "sum", "change"],
        )
    for rows in found.values():
        for row in rows:
            row["start"] = datetime.fromtimestamp(row["start"] / 1000, UTC)
    return dict(found)


async def check_line(stage: Stage, energies: Any, hours: dict[str, list[Any]]) -> None:
    """Between the last hour of ours and what Home Assistant records, sums grow as states do."""
    short = await rows_of(stage, energies, "5minute")
    for entity in energies:
        last, newest = hours[entity][-1], short[entity][-1]
        assert newest["sum"] - last["sum"] == pytest.approx(newest["state"] - last["state"], abs=1)


async def set_dashboard(stage: Stage, shown: Shown) -> None:
    untouched = await asyncio.to_thread(stage.command, "ha", "energy")
    assert f"{shown.id('maison', 'import_1_wh')}  soutiré du réseau  (pas encore" in untouched
    device = {"stat_consumption": shown.id("atelier", "import_wh")}
    async with stage.home.socket() as ask:
        await ask("energy/save_prefs", device_consumption=[device])
    said = await asyncio.to_thread(stage.command, "ha", "energy")
    assert shown.id("maison", "import_1_wh") in said
    await asyncio.to_thread(stage.command, "ha", "energy", "--set")
    again = await asyncio.to_thread(stage.command, "ha", "energy", "--set")
    assert "toutes sont" in again
    async with stage.home.socket() as ask:
        preferences = await ask("energy/get_prefs")
        problems = await ask("energy/validate")
    assert preferences["device_consumption"] == [device]
    sources = preferences["energy_sources"]
    flows = [
        flow
        for each in sources
        for flow in (*each.get("flow_from", [each]), *each.get("flow_to", ()))
    ]
    assert {each["type"] for each in sources} == {"grid"}
    assert {flow["stat_energy_from"] for flow in flows if flow.get("stat_energy_from")} == {
        *(shown.id("maison", f"import_{n}_wh") for n in (1, 2)),
        *(shown.id("atelier", f"import_{n}_wh") for n in range(1, 7)),
    }
    injected = [flow["stat_energy_to"] for flow in flows if flow.get("stat_energy_to")]
    assert injected == [shown.id("atelier", "export_wh")]
    assert not any(map(any, problems["energy_sources"]))


async def check_lies(stage: Stage, shown: Shown) -> None:
    """No state of any energy that Home Assistant has ever seen is beyond the truth of now."""
    start = (datetime.now(UTC) - HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")
    now = truth_of(stage.meters)
    energies = {shown.id(*each): max(map(int, now[each])) for each in now if each[1].endswith("wh")}
    path = f"/api/history/period/{start}?filter_entity_id={','.join(energies)}&minimal_response"
    seen = 0
    for states in await asyncio.to_thread(stage.home.get, path):
        entity = states[0]["entity_id"]
        values = [int(each["state"]) for each in states if each["state"].isdecimal()]
        seen += len(values)
        assert max(values) <= energies[entity] + 100, entity
        assert values == sorted(values), entity
    assert seen >= len(energies)


async def take_a_meter_back(stage: Stage, shown: Shown) -> None:
    """A meter that leaves the configuration leaves Home Assistant too; the other one stays."""
    await asyncio.to_thread(stage.end_service, signal.SIGTERM)
    stage.configure("maison")
    stage.start_service()

    async def gone() -> bool:
        await shown.look()
        return not shown.keys("atelier")

    await until(gone, "the meter is taken back")
    assert "import_1_wh" in shown.keys("maison")
