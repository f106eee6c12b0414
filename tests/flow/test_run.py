"""`telewatt run`: pseudo-terminals at the meters' true speed, to the journal on the disk."""

import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from telewatt.store import GapReason, Journal
from tests.flow.conftest import HISTORIC, STANDARD, feed_of

pytestmark = pytest.mark.slow


def entries_of(journal):
    opened = Journal.open(journal)
    try:
        return opened.read(0, 1_000_000), opened.gaps
    finally:
        opened.close()


def frames_until(events, condition):
    """Readings from the feed until the condition holds for all seen so far."""
    seen = []
    for event in events:
        if "datasets" in event:
            seen.append(event)
        if condition(seen):
            return seen
    pytest.fail("the feed ended")
    return seen


def test_two_meters_are_read_at_the_same_time(start, simulate, configuration, journal):
    _, paths = simulate(house=HISTORIC, solar=STANDARD)
    service = start("run", "--config", configuration(**paths))
    service.expect("reading 2 meter(s)")
    with feed_of(journal) as events:
        seen = frames_until(
            events, lambda seen: {"house", "solar"} <= {event["line"] for event in seen}
        )
    assert service.end() == 0
    entries, gaps = entries_of(journal)
    by_seq = {entry.seq: entry.reading for entry in entries}
    for event in seen:
        reading = by_seq[event["seq"]]
        assert (reading.source, reading.meter) == (event["line"], event["meter"])
        assert [d.data for d in reading.frame.datasets] == [d["data"] for d in event["datasets"]]
    modes = {reading.source: str(reading.frame.mode) for reading in by_seq.values()}
    assert modes == {"house": "historic", "solar": "standard"}
    assert gaps == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_service_within_two_seconds_and_commits_all(
    number, start, simulate, configuration, journal
):
    _, paths = simulate(solar=STANDARD)
    service = start("run", "--config", configuration(**paths))
    service.expect("reading 1 meter(s)")
    with feed_of(journal) as events:
        last = frames_until(events, lambda seen: len(seen) >= 2)[-1]
    begin = time.monotonic()
    assert service.end(number) == 0
    assert time.monotonic() - begin < 2
    assert "are on the disk" in service.rest()[-1]
    entries, gaps = entries_of(journal)
    assert entries[-1].seq >= last["seq"]
    assert gaps == []
    assert not journal.with_name(journal.name + ".sock").exists()


def test_kill_9_loses_and_repeats_nothing_that_was_durable(start, simulate, configuration, journal):
    _, paths = simulate(solar=STANDARD)
    file = configuration(**paths)
    durable = {}
    for _ in range(4):
        service = start("run", "--config", file)
        service.expect("reading 1 meter(s)")
        with feed_of(journal) as events:
            frames_until(events, lambda seen: seen and durable_seq(journal) >= seen[0]["seq"])
        known = durable_seq(journal)
        service.end(signal.SIGKILL)
        entries, gaps = entries_of(journal)
        raws = {entry.seq: entry.reading.frame.raw for entry in entries}
        assert list(raws) == list(range(1, entries[-1].seq + 1))
        assert entries[-1].seq >= known
        assert {seq: raws[seq] for seq in durable} == durable
        assert {gap.reason for gap in gaps} <= {GapReason.CRASH}
        durable = raws
    dates = [d.horodate for e in entries for d in e.reading.frame.datasets if d.label == "DATE"]
    assert all(earlier < later for earlier, later in pairwise(dates))


def durable_seq(journal):
    """What the file itself holds, read beside the running service."""
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as database:
        (seq,) = database.execute("SELECT max(first_seq + entries - 1) FROM batch").fetchone()
    database.close()
    return seq or 0


def test_a_port_that_appears_late_is_read(start, simulate, configuration, journal, tmp_path):
    file = configuration(late=tmp_path / "late")
    service = start("run", "--config", file)
    service.expect("late is not there: plug the adapter in")
    service.expect("reading 1 meter(s)")
    simulate(late=STANDARD)
    service.expect("late: meter …")
    with feed_of(journal) as events:
        (frame,) = frames_until(events, lambda seen: len(seen) == 1)
    assert frame["line"] == "late"


def test_a_meter_that_is_away_does_not_disturb_another(
    start, simulate, configuration, journal, tmp_path
):
    _, paths = simulate(solar=STANDARD)
    service = start("run", "--config", configuration(away=tmp_path / "away", **paths))
    service.expect("reading 2 meter(s)")
    with feed_of(journal) as events:
        states = {}
        for event in events:
            if "state" in event:
                states[event["line"]] = event
            elif event.get("seq", 0) > 2:
                break
    assert states["away"]["state"] == "unplugged"
    assert "branchez l'adaptateur" in states["away"]["remedy"]["fr"]
    assert states["solar"]["state"] == "reading"


def test_the_feed_is_for_its_owner_only(start, simulate, configuration, journal):
    _, paths = simulate(solar=STANDARD)
    start("run", "--config", configuration(**paths)).expect("reading 1 meter(s)")
    mode = journal.with_name(journal.name + ".sock").stat().st_mode
    assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o600)


def test_systemd_hears_ready_status_watchdog_and_stopping(start, simulate, configuration, tmp_path):
    _, paths = simulate(solar=STANDARD)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(30)
        systemd.bind(str(tmp_path / "notify"))
        service = start(
            "run",
            "--config",
            configuration(**paths),
            NOTIFY_SOCKET=str(tmp_path / "notify"),
            WATCHDOG_USEC="600000",
        )
        heard = []
        while heard.count("WATCHDOG=1") < 4 or not any(
            word.startswith("STATUS=solar: reading /") for word in heard
        ):
            heard.append(systemd.recv(4096).decode())
        assert service.end() == 0
        while "STOPPING=1" not in heard:
            heard.append(systemd.recv(4096).decode())
    assert heard.index("READY=1") < heard.index("STOPPING=1")
    assert heard.count("READY=1") == 1


def test_a_journal_has_one_service_only(start, simulate, configuration):
    _, paths = simulate(solar=STANDARD)
    file = configuration(**paths)
    start("run", "--config", file).expect("reading 1 meter(s)")
    second = start("run", "--config", file)
    second.expect("already in use by process")
    assert second.process.wait(10) == 1


def test_without_a_file_meters_come_from_the_command_line(start, simulate, journal):
    _, paths = simulate(solar=STANDARD)
    service = start("run", "--meter", f"solar={paths['solar']}", "--journal", journal)
    service.expect("solar: meter …")
    assert service.end() == 0


def test_the_service_ends_when_all_sources_have_ended(start, journal, tmp_path):
    capture = tmp_path / "line.tic"
    capture.write_bytes(b"\x02\nADCO 021861348497 L\r\nPAPP 00750 -\r\x03")
    service = start("run", "--meter", f"old=file:{capture}", "--journal", journal)
    assert service.process.wait(30) == 0
    entries, _ = entries_of(journal)
    assert [entry.reading.meter for entry in entries] == ["021861348497"]


def test_a_bug_ends_the_service_loudly_after_a_last_commit(journal, tmp_path):
    capture = tmp_path / "line.tic"
    capture.write_bytes(b"\x02\nADCO 021861348497 L\r\nPAPP 00750 -\r\x03")
    program = f"""
import sys
from pathlib import Path
from telewatt.config import build
from telewatt.service.process import run_service
from telewatt.sources.line import Line
read = Line.run
async def run(self):
    await read(self)
    raise RuntimeError("the bug")
Line.run = run
meters = {{"old": {{"source": "file:{capture}"}}, "other": {{"source": "sim:?seed=3"}}}}
sys.exit(run_service(build({{"meters": meters}}), Path({str(journal)!r}), "en"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 70
    assert "RuntimeError: the bug" in done.stderr
    entries, gaps = entries_of(journal)
    assert (entries[0].reading.meter, gaps) == ("021861348497", [])


def test_a_noisy_line_is_counted_not_logged_dataset_by_dataset(
    start, simulate, configuration, journal
):
    _, paths = simulate(solar="mode=standard&seed=2&noise=flip:0.005")
    service = start("run", "--config", configuration(**paths))
    service.expect("reading 1 meter(s)")
    with feed_of(journal) as events:
        seen = frames_until(events, lambda seen: sum(len(event["rejected"]) for event in seen) > 20)
    assert service.end() == 0
    assert len(seen) < 60
    assert len(service.lines) < 8


def test_a_service_that_was_started_to_outlive_its_terminal_does(
    start, simulate, configuration, journal
):
    _, paths = simulate(solar=STANDARD)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        service = start("run", "--config", configuration(**paths))
    finally:
        signal.signal(signal.SIGHUP, before)
    service.expect("reading 1 meter(s)")
    service.process.send_signal(signal.SIGHUP)
    with feed_of(journal) as events:
        frames_until(events, lambda seen: len(seen) >= 2)
    assert service.end() == 0
