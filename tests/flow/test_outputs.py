"""`telewatt run` with outputs, killed again and again: nothing is lost, nothing is there twice."""

import json
import time
from collections import Counter
from contextlib import closing

import pytest

from telewatt.derivation import Judge
from telewatt.shapes.values import utc_text
from telewatt.store import Journal
from tests.sinks.receivers import totals_of
from tests.sinks.receivers.influx import shared_influxd

pytestmark = [pytest.mark.slow, pytest.mark.real]
PATIENCE_S = 60.0


def lines_of(path):
    """Whole lines; a kill may have left a piece."""
    text = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith(b"\n")]


def wait_for_lines(path, count):
    end_s = time.monotonic() + PATIENCE_S
    while len(found := lines_of(path)) < count:
        if time.monotonic() > end_s:
            pytest.fail(f"{len(found)} lines only")
        time.sleep(0.05)


def test_kill_9_leaves_every_entry_once(start, tmp_path):
    server = shared_influxd()
    database = server.new_database()
    file, path, journal = (tmp_path / name for name in ("telewatt.toml", "lines", "journal.db"))
    file.write_text(f"""
[journal]
path = "{journal}"
commit_interval_s = 0.5
[web]
enabled = false
[influxdb]
url = "http://127.0.0.1:{server.port}"
database = "{database}"
interval_s = 0.2
[jsonl]
path = "{path}"
[meters.house]
source = "sim:?mode=standard&contract=tempo&seed=3&speed=20"
""")
    for _ in range(3):
        before = len(lines_of(path))
        service = start("run", "--config", file)
        service.expect("reading 1 meter(s)")
        wait_for_lines(path, before + 40)
        service.process.kill()
        service.rest()
    service = start("run", "--config", file)
    wait_for_lines(path, len(lines_of(path)) + 80)  # kills have taken what was not durable yet
    assert service.end() == 0
    with closing(Journal.open(journal)) as opened:
        entries = opened.read(0, 1_000_000)
        in_lines, in_database = opened.place("jsonl"), opened.place("influxdb")
    # two frames may arrive within a millisecond, and what a kill took is numbered anew
    times = Counter((line["seq"], line["received_at"]) for line in lines_of(path))
    assert max(times.values()) == 1
    kept = {(e.seq, utc_text(e.reading.received_at)) for e in entries if e.seq <= in_lines}
    assert kept <= times.keys()
    judge = Judge()
    judged = [judge.take(*entry) for entry in entries]
    expected = totals_of(each for each in judged if each.seq <= in_database)
    assert len(expected) > 50
    assert set(expected) <= set(server.totals(database))
