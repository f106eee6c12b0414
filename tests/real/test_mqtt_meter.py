"""`telewatt run` with a meter that comes by MQTT, behind a password: from broker to journal."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiomqtt import Client

from telewatt.store import Journal
from telewatt.tic import Status
from tests.flow.conftest import Process, feed_of
from tests.real.mosquitto import Mosquitto, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
LINKY = "021861348497"


async def publish_until(broker: Mosquitto, end: threading.Event) -> None:
    """What a Tasmota says, ten times a second."""
    async with Client(broker.host, broker.port, username="anne", password="right") as client:
        number = 0
        while not end.is_set():
            tic = {"ADCO": LINKY, "PTEC": "TH..", "BASE": 17_000_000 + number, "PAPP": 750}
            await client.publish("tele/linky/SENSOR", json.dumps({"TIC": tic}), qos=1)
            number += 1
            await asyncio.sleep(0.1)


@contextmanager
def tasmota(broker: Mosquitto) -> Iterator[None]:
    end = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(publish_until(broker, end)))
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(30)


def test_a_meter_behind_a_password_goes_into_the_journal_as_it_was_told(tmp_path: Path) -> None:
    lines = ("allow_anonymous false", f"password_file {tmp_path / 'passwords'}")
    Mosquitto(tmp_path, lines).add_password("anne", "right")
    journal, file = tmp_path / "journal.db", tmp_path / "telewatt.toml"
    (tmp_path / "secret").write_text("wrong\n")
    with running(tmp_path, lines) as broker:
        file.write_text(
            f'[journal]\npath = "{journal}"\ncommit_interval_s = 0.5\n[meters.house]\n'
            f'source = "mqtt://anne@127.0.0.1:{broker.port}/tele/linky/SENSOR"\n'
            'password_file = "secret"\n'  # beside this file
        )
        service = Process("run", "--config", file)
        try:
            service.expect("house: mqtt://anne@", "refuses user or password")
            (tmp_path / "secret").write_text("right\n")
            with tasmota(broker), feed_of(journal) as events:
                told = (event for event in events if event.get("status") == "relayed")
                for _ in range(5):
                    assert next(told)["meter"] == LINKY
                assert any(event.get("settled") for event in events)  # the index is believed
        finally:
            assert service.end() == 0
    opened = Journal.open(journal)
    try:
        readings = [entry.reading for entry in opened.read(0, 10_000)]
    finally:
        opened.close()
    assert {(r.meter, r.source, r.frame.status) for r in readings} == {
        (LINKY, "house", Status.RELAYED)
    }
    indexes = [dataset.value for r in readings if (dataset := r.frame.get("BASE")) is not None]
    assert indexes == list(range(indexes[0], indexes[0] + len(readings)))
    assert not any("right" in line or "wrong" in line for line in service.lines)
