"""kill -9 at any moment: what was reported durable is there, once, in order."""

from pathlib import Path

import pytest

from bench.bench_pack import survive_backup, survive_migration, survive_upkeep
from bench.journal_writer import kill_again_and_again, reading
from telewatt.store import GapReason, Journal


@pytest.mark.slow
def test_what_was_durable_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    durable = 0
    for kill in kill_again_and_again(path, kills=20, seed=20):
        if kill.opened_seq is not None:
            assert kill.opened_seq >= durable
            assert kill.open_s < 3
        durable = max(durable, kill.durable_seq)
    journal = Journal.open(path)
    entries = journal.read(0, 10_000_000)
    assert journal.last_seq >= durable > 100
    assert [entry.seq for entry in entries] == list(range(1, journal.last_seq + 1))
    assert all(entry.reading == reading(entry.seq) for entry in entries)
    assert durable - 100 <= journal.place("bench") <= journal.last_seq
    assert {gap.reason for gap in journal.gaps} == {GapReason.CRASH}
    assert not list(tmp_path.glob("*.damaged-*"))
    journal.close()


@pytest.mark.slow
def test_packing_and_pruning_survive_kill_9(tmp_path: Path) -> None:
    durable, lost, faults = survive_upkeep(tmp_path / "journal.db", kills=20, seed=20)
    assert durable > 500
    assert (lost, faults) == (0, 0)
    assert not list(tmp_path.glob("*.damaged-*"))


@pytest.mark.slow
def test_a_migration_survives_kill_9(tmp_path: Path) -> None:
    assert survive_migration(tmp_path / "journal.db", kills=8, seed=8, rows=20_000) == 0
    assert not list(tmp_path.glob("*.damaged-*"))


@pytest.mark.slow
def test_a_backup_survives_kill_9(tmp_path: Path) -> None:
    entries, lost, faults = survive_backup(tmp_path / "house" / "journal.db", kills=15, seed=15)
    assert entries > 500
    assert (lost, faults) == (0, 0)
