"""InfluxDB 1.x, the real one: away and back, refusing, full of old things."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bench.past import fill, readings_of
from telewatt.config.model import InfluxConfig
from telewatt.service.secrets import secret_of
from telewatt.sinks.influxdb import InfluxDB
from telewatt.store import Journal
from tests.sinks.delivering import NAME, delivering, until
from tests.sinks.judging import judged
from tests.sinks.receivers import totals_of
from tests.sinks.receivers.influx import InfluxServer
from tests.sinks.test_contract import ENTRIES, READINGS

pytestmark = pytest.mark.real

BACKLOG = 10_000
EXTRA_BYTES = 20e6


@pytest.fixture
def server(tmp_path: Path) -> Iterator[InfluxServer]:
    folder = tmp_path / "influx"
    folder.mkdir()
    server = InfluxServer(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telewatt.service.delivery.RETRY_S", 0.05)
    monkeypatch.setattr("telewatt.service.delivery.RETRY_MAX_S", 0.2)


def sink_to(server: InfluxServer, database: str, **words) -> InfluxDB:
    section = InfluxConfig(f"http://127.0.0.1:{server.port}", database, interval_s=0, **words)
    return InfluxDB(section, lambda: None, "en")


async def test_a_database_that_was_killed_misses_nothing(
    server: InfluxServer, tmp_path: Path
) -> None:
    database = server.new_database()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(READINGS[0])
        journal.confirm(NAME, 1)
        async with delivering(journal, sink_to(server, database)) as delivery:
            for reading in READINGS[1:50]:
                journal.append(reading)
            await until(lambda: journal.place(NAME) == 50)
            server.kill()
            for reading in READINGS[50:100]:
                journal.append(reading)
            await until(lambda: not delivery.report.working)
            assert delivery.report.waiting == 50
            assert "nothing answers" in delivery.report.trouble.en
            await asyncio.to_thread(server.start)
            for reading in READINGS[100:]:
                journal.append(reading)
            await until(lambda: journal.place(NAME) == len(READINGS))
            assert delivery.report.working
    # its first entry was never given: it was there before the sink
    assert server.totals(database) == totals_of(ENTRIES)


async def test_a_database_that_is_not_there_is_a_state_until_it_is(
    server: InfluxServer, tmp_path: Path
) -> None:
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(READINGS[0])
        journal.confirm(NAME, 1)
        async with delivering(journal, sink_to(server, "later")) as delivery:
            for reading in READINGS[1:40]:
                journal.append(reading)
            await until(lambda: not delivery.report.working)
            assert "create it" in delivery.report.trouble.en
            server.ask("CREATE DATABASE later")
            await until(lambda: delivery.report.working)


async def test_a_password_is_read_anew_with_each_request(tmp_path: Path) -> None:
    folder = tmp_path / "influx"
    folder.mkdir()
    server = InfluxServer(folder, auth=True)
    server.start()
    try:
        server.ask("CREATE USER boss WITH PASSWORD 'right' WITH ALL PRIVILEGES")
        server.ask("CREATE DATABASE energy", user="boss", password="right")
        (tmp_path / "password").write_text("wrong\n")
        section = InfluxConfig(
            f"http://127.0.0.1:{server.port}", "energy", user="boss", interval_s=0
        )
        sink = InfluxDB(section, secret_of("password", None, tmp_path), "en")
        with pytest.raises(OSError, match="secret"):
            await sink.write(ENTRIES[:5])
        (tmp_path / "password").write_text("right\n")
        await sink.write(ENTRIES[:5])
        await sink.close()
    finally:
        server.kill()


async def test_points_of_another_type_are_left_out_and_the_others_are_there(
    server: InfluxServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = server.new_database()
    at = int(READINGS[0].received_at.timestamp() * 1000)
    other = sink_to(server, database)
    await other._send([f'telewatt,line=other voltage_1_v="high" {at}'])
    await other.close()
    sink = sink_to(server, database)
    await sink.write(ENTRIES)
    await sink.close()
    assert sink.refused > 0
    assert "field type conflict" in caplog.text
    expected = [total for total in totals_of(ENTRIES) if total.line == "barn"]
    assert [total for total in server.totals(database) if total.line == "barn"] == expected


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_long_absence_costs_no_memory_and_is_made_up_for(
    server: InfluxServer, tmp_path: Path
) -> None:
    """Ten thousand readings: what waits, waits on the disk."""
    database = server.new_database()
    hours = BACKLOG * 5 / 3600 + 0.1
    settings = "sim:?mode=historic&contract=hc&seed=5&every=5s&step=5s"
    readings = readings_of("house", settings, hours)[:BACKLOG]
    expected = totals_of(judged(readings))
    sink = sink_to(server, database)
    server.kill()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(readings[0])
        journal.confirm(NAME, 1)
        await asyncio.to_thread(fill, journal, readings[1:])
        gc.collect()
        tracemalloc.start()
        async with delivering(journal, sink) as delivery:
            await until(lambda: not delivery.report.working)
            await asyncio.to_thread(server.start)
            await until(lambda: journal.place(NAME) == BACKLOG, 300)
            _, most_bytes = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert most_bytes < EXTRA_BYTES
    assert 0 < await asyncio.to_thread(server.writes) < 60
    assert await asyncio.to_thread(partial(server.totals, database)) == expected
