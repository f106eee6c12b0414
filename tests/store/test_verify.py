"""What verify proves, and what it finds."""

import sqlite3
from pathlib import Path

import pytest

from telewatt.store import Archive, Journal
from telewatt.store.batch import seal, unseal
from telewatt.store.verify import Fault, FaultKind, Report, verify
from tests.store.test_packing import READINGS, pack_all, spread, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Five packed rows and one commit."""
    path = tmp_path / "journal.db"
    write(path, spread(READINGS, 5))
    journal = Journal.open(path)
    pack_all(journal)
    journal.append(READINGS[0])
    journal.close()
    return path


def change(path: Path, sql: str, *values: object) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute(sql, values).rowcount == 1
    connection.close()


def report_of(path: Path) -> Report:
    with Archive.open(path) as archive:
        return verify(archive)


def first_row(path: Path) -> tuple[int, int, bytes]:
    with Archive.open(path) as archive:
        return next(archive.rows())


def test_a_sound_journal_gives_back_what_was_committed(path: Path) -> None:
    seen = []
    with Archive.open(path) as archive:
        report = verify(archive, lambda row: seen.append(row.last_seq))
    assert report.sound
    assert (report.rows, report.proved, report.entries) == (6, 5, 901)
    frames = [reading.frame.raw for reading in [*READINGS, READINGS[0]]]
    assert report.raw_bytes == sum(map(len, frames))
    assert seen[-1] == 901


def test_packing_does_not_change_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    write(path, spread(READINGS, 5))
    before = report_of(path)
    journal = Journal.open(path)
    pack_all(journal)
    journal.close()
    after = report_of(path)
    assert before.digest == after.digest
    assert (before.proved, after.proved) == (0, 5)
    assert after.payload_bytes < before.payload_bytes / 2


def test_another_entry_changes_the_digest(tmp_path: Path) -> None:
    digests = set()
    for number in range(3):
        path = tmp_path / f"{number}.db"
        write(path, [*READINGS[:5], READINGS[5 + number]])
        digests.add(report_of(path).digest)
    assert len(digests) == 3


def test_a_damaged_batch_is_found(path: Path) -> None:
    _, entries, payload = first_row(path)
    damaged = payload[:-1] + bytes((payload[-1] ^ 1,))
    change(path, "UPDATE batch SET payload = ? WHERE first_seq = 1", damaged)
    report = report_of(path)
    assert report.faults == [Fault(FaultKind.DAMAGED, 1, entries)]
    assert report.entries == 901 - entries
    journal = Journal.open(path)
    journal.read(0)
    journal.commit()
    journal.close()
    report = report_of(path)
    assert report.sound
    assert report.listed == 1


def test_a_batch_that_does_not_give_back_what_was_committed_is_found(path: Path) -> None:
    _, entries, payload = first_row(path)
    found = unseal(payload)
    other = found[7].reading.frame._replace(raw=found[8].reading.frame.raw)
    found[7] = found[7]._replace(
        reading=found[8].reading.__class__(None, "x", found[7].reading.received_at, other)
    )
    change(path, "UPDATE batch SET payload = ? WHERE first_seq = 1", seal(found, {}).payload)
    assert report_of(path).faults == [Fault(FaultKind.CHANGED, 1, entries)]


def test_a_row_with_wrong_times_is_found(path: Path) -> None:
    entries = first_row(path)[1]
    change(path, "UPDATE batch SET until_us = until_us + 1 WHERE first_seq = 1")
    assert report_of(path).faults == [Fault(FaultKind.TIMES, 1, entries)]


def test_missing_numbers_are_found_unless_a_gap_tells_of_them(path: Path) -> None:
    entries = first_row(path)[1]
    change(path, "DELETE FROM batch WHERE first_seq = 1")
    assert report_of(path).faults == [Fault(FaultKind.MISSING, 1, entries)]
    Journal.open(path).close()
    assert report_of(path).sound


def test_entries_in_two_rows_are_found(path: Path) -> None:
    _, entries, payload = first_row(path)
    twice = seal(unseal(payload)[10:20], {})
    change(path, "INSERT INTO batch VALUES (?, ?, ?, NULL, NULL, NULL, NULL)", *twice)
    report = report_of(path)
    assert Fault(FaultKind.OVERLAP, 11, entries) in report.faults
    assert not report.sound


def test_numbers_that_add_up_by_chance_are_looked_at(path: Path) -> None:
    _, entries, payload = first_row(path)
    twice = seal(unseal(payload)[10:20], {})
    change(path, "DELETE FROM batch WHERE first_seq = 1")
    change(path, "INSERT INTO batch VALUES (?, ?, ?, NULL, NULL, NULL, NULL)", *twice)
    kinds = [(fault.kind, fault.first_seq, fault.last_seq) for fault in report_of(path).faults]
    assert kinds == [(FaultKind.MISSING, 1, 10), (FaultKind.MISSING, 21, entries)]


def test_a_pruned_journal_is_sound(path: Path) -> None:
    journal = Journal.open(path)
    assert journal.prune(1, 400)
    first_seq = journal.first_seq
    journal.close()
    report = report_of(path)
    assert report.sound
    assert report.entries == 902 - first_seq < 901
