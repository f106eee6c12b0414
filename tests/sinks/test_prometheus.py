"""What Prometheus is told; a real one asks in tests/real."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from telewatt.config.model import PrometheusConfig
from telewatt.language import Text
from telewatt.quality import LineReport, SinkReport
from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.sinks import House
from telewatt.sinks.prometheus import Prometheus, family_of
from telewatt.tic import Status
from tests.sinks.judging import house_in
from tests.sinks.test_contract import ENTRIES

LINE = LineReport(
    name="house",
    meter=None,
    state="reading",
    reading=True,
    remedy=Text("reading", "lecture"),
    bytes=1000,
    frames={"complete": 7, "partial": 1},
    datasets=80,
    repaired=2,
    rejected={"checksum": 3},
    openings=1,
)
SINK = SinkReport("influxdb", False, Text("away", "absent"), 12, 30, 4)


def house() -> House:
    return house_in(Path())._replace(lines=lambda: [LINE], sinks=lambda: [SINK], unsaved=lambda: 5)


def prometheus(stale_s: float = 10.0) -> Prometheus:
    return Prometheus.of(PrometheusConfig(stale_s), house())


async def show_all(sink: Prometheus) -> None:
    for entry in ENTRIES:
        await sink.show(entry)


def value(sink: Prometheus, start: str) -> int | None:
    found = re.search(rf"^{re.escape(start)}.* (\d+)$", sink.text(), re.MULTILINE)
    return found and int(found[1])


async def test_a_meter_that_falls_silent_keeps_its_totals_and_loses_its_gauges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr("telewatt.sinks.prometheus.time.monotonic", lambda: now_s)
    sink = prometheus()
    for entry in ENTRIES[:60]:
        await sink.show(entry)
    total, up = 'telewatt_import_wh_total{line="house"', 'telewatt_meter_up{line="house"'
    gauges = ['telewatt_apparent_va{line="house"', 'telewatt_tariff_period_info{line="house"']
    before = value(sink, total)
    assert before is not None
    assert value(sink, up) == 1
    assert all(value(sink, gauge) is not None for gauge in gauges)
    now_s += 10.5
    assert (value(sink, total), value(sink, up)) == (before, 0)
    assert [value(sink, gauge) for gauge in gauges] == [None, None]
    await sink.show(ENTRIES[60])
    await sink.show(ENTRIES[61])
    assert value(sink, up) == 1


async def test_a_meter_whose_values_are_relayed_may_speak_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1000.0
    monkeypatch.setattr("telewatt.sinks.prometheus.time.monotonic", lambda: now_s)
    sink = prometheus()
    frame = ENTRIES[0].reading.frame._replace(status=Status.RELAYED)
    await sink.show(ENTRIES[0]._replace(reading=replace(ENTRIES[0].reading, frame=frame)))
    now_s += 90
    assert value(sink, "telewatt_meter_up") == 1
    now_s += 300
    assert value(sink, "telewatt_meter_up") == 0


async def test_what_was_missed_counts_for_totals_only() -> None:
    sink = prometheus()
    await sink.write(ENTRIES)
    assert value(sink, 'telewatt_import_wh_total{line="barn"') is not None
    assert value(sink, 'telewatt_apparent_va{line="barn"') is None
    assert value(sink, 'telewatt_meter_up{line="barn"') == 0


async def test_a_counter_never_goes_back_while_old_entries_come() -> None:
    sink = prometheus()
    for entry in ENTRIES:
        await sink.show(entry)
    newest = value(sink, 'telewatt_import_wh_total{line="house"')
    await sink.write(ENTRIES[:50])
    assert value(sink, 'telewatt_import_wh_total{line="house"') == newest


def test_lines_sinks_and_the_journal_are_told() -> None:
    text = prometheus().text()
    for line in (
        'telewatt_line_up{line="house"} 1',
        'telewatt_line_frames_total{line="house",status="partial"} 1',
        'telewatt_line_rejected_total{line="house",reason="checksum"} 3',
        'telewatt_line_repaired_total{line="house"} 2',
        'telewatt_sink_up{sink="influxdb"} 0',
        'telewatt_sink_waiting_entries{sink="influxdb"} 12',
        'telewatt_sink_refused_total{sink="influxdb"} 4',
        "telewatt_journal_unsaved_entries 5",
    ):
        assert f"\n{line}\n" in text
    assert re.search(r'^telewatt_build_info\{version="[^"]+",python="3\.\d+', text, re.MULTILINE)


def test_every_quantity_has_a_metric_of_its_own() -> None:
    told = set()
    for name, quantity in QUANTITIES.items():
        family, labels = family_of(name)
        told.add((family.name, tuple(labels.items())))
        assert (family.kind == "counter") == (quantity.kind is QuantityKind.COUNTER)
        assert family.name.endswith("_total") == (family.kind == "counter")
    assert len(told) == len(QUANTITIES)


@pytest.mark.real
def test_the_tool_of_prometheus_reads_it() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: type scripts/setup-debian")
    sink = prometheus()
    asyncio.run(show_all(sink))
    done = subprocess.run(
        [promtool, "check", "metrics"],
        check=False,
        input=sink.text(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    complaints = [line for line in done.stderr.splitlines() if "abbreviated unit" not in line]
    assert (complaints, done.stdout) == ([], "")
