"""Backups are journals; they grow by what is new, and come back as they were."""

import os
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bench import past
from telewatt.store import AlarmKind, Archive, Entry, GapReason, Journal, JournalError
from telewatt.store.backup import back_up, verify_backup
from telewatt.store.batch import seal, unseal
from telewatt.store.history import History, history_path
from telewatt.store.restore import restore
from telewatt.store.verify import Report, verify
from tests.store.disks import file_size_limit
from tests.store.readings import START
from tests.store.test_packing import READINGS, pack_all, sizes, spread, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "house" / "journal.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "stick" / "telewatt"


def report_of(path: Path) -> Report:
    with Archive.open(path) as archive:
        return verify(archive)


def pack(path: Path) -> None:
    journal = Journal.open(path)
    pack_all(journal)
    journal.close()


def append(path: Path, first: int, last: int) -> None:
    journal = Journal.open(path)
    for reading in READINGS[first:last]:
        journal.append(reading)
    journal.confirm("mqtt", journal.last_seq)
    journal.close()


def test_a_backup_is_a_journal_with_the_same_entries(path: Path, folder: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    pack(path)
    append(path, 0, 20)
    History.open(history_path(path)).close()
    copied = back_up(path, folder)
    assert (copied.last_seq, copied.rows, copied.replaced) == (920, 6, 0)
    assert sorted(file.name for file in folder.iterdir()) == [
        "history.db",
        "journal.db",
        "journal.db.lock",
    ]
    assert verify_backup(folder) == report_of(path)
    shutil.copytree(folder, folder.with_name("copy"))
    journal = Journal.open(folder.with_name("copy") / "journal.db")
    assert journal.read(0, 900) == entries
    assert journal.place("mqtt") == 920
    assert journal.alarms == ()
    journal.close()


def test_only_what_is_new_or_changed_is_copied(path: Path, folder: Path) -> None:
    write(path, spread(READINGS, 5))
    assert back_up(path, folder).rows == 30
    assert back_up(path, folder).rows == 0
    append(path, 0, 20)
    assert back_up(path, folder).rows == 1
    pack(path)
    copied = back_up(path, folder)
    assert (copied.rows, copied.replaced) == (len(sizes(path)), 31)
    assert back_up(path, folder).rows == 0
    assert sizes(folder / "journal.db") == sizes(path)
    with Archive.open(path) as archive:
        row = next(archive.rows())
        assert archive.replace(row, seal(unseal(row.payload), {"replay": 1}))
    assert back_up(path, folder).rows == 1
    assert verify_backup(folder) == report_of(path)


def test_a_backup_is_made_while_the_service_writes(path: Path, folder: Path) -> None:
    write(path, spread(READINGS, 5))
    journal = Journal.open(path)
    entries = [journal.append(reading) for reading in READINGS[:40]]
    journal.commit()
    copied = back_up(path, folder)
    assert copied.last_seq == 940
    journal.append(READINGS[0])
    assert journal.commit() == 941
    assert journal.alarms == ()
    assert journal.read(900, 40) == entries
    journal.close()
    assert report_of(folder / "journal.db").entries == 940


def test_what_is_packed_while_a_backup_runs_is_in_it(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = write(path, spread(READINGS, 5))
    journal = Journal.open(path)
    row_of, rows = Archive.row, 0

    def pack_meanwhile(archive: Archive, first_seq: int):  # type: ignore[no-untyped-def]
        nonlocal rows
        rows += 1
        if rows == 3:
            pack_all(journal)
        return row_of(archive, first_seq)

    monkeypatch.setattr(Archive, "row", pack_meanwhile)
    assert back_up(path, folder).last_seq == 900
    journal.close()
    with Archive.open(folder / "journal.db") as archive:
        assert list(archive.entries()) == entries
        assert verify(archive).sound


def test_a_backup_keeps_what_the_house_has_pruned(path: Path, folder: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    pack(path)
    back_up(path, folder)
    journal = Journal.open(path)
    assert journal.prune(1, 500)
    journal.close()
    append(path, 0, 20)
    back_up(path, folder)
    with Archive.open(folder / "journal.db") as archive:
        assert list(archive.entries())[:900] == entries
        assert archive.last_seq == 920
        assert archive.gaps == []
    assert verify_backup(folder).sound


def test_what_was_pruned_before_it_was_backed_up_is_a_gap(path: Path, folder: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    pack(path)
    back_up(path, folder)
    for keep_after in (1100, 2000):
        write(path, spread(READINGS, 5))
        pack(path)
        journal = Journal.open(path)
        while journal.prune(1, keep_after):
            pass
        pruned_seq = journal.gaps[0].last_seq
        journal.close()
        back_up(path, folder)
        with Archive.open(folder / "journal.db") as archive:
            assert verify(archive).sound
            assert list(archive.entries())[:900] == entries
            assert {gap.reason for gap in archive.gaps} == {GapReason.PRUNED}
            assert archive.gaps[0].first_seq == 901
    assert 1800 < pruned_seq < 2000
    restore(folder, path)
    journal = Journal.open(path)
    while journal.prune(1, 2200):
        pass
    parts = [gap for gap in journal.gaps if gap.reason is GapReason.PRUNED]
    assert len(parts) == 1
    assert parts[0].first_seq == 1
    journal.close()
    with Archive.open(path) as archive:
        assert verify(archive).sound


def test_gaps_are_listed_where_the_backup_has_no_entries(path: Path, folder: Path) -> None:
    write(path, spread(READINGS, 5))
    back_up(path, folder)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM batch WHERE first_seq = 31")
        connection.execute("UPDATE batch SET payload = zeroblob(99) WHERE first_seq = 91")
    connection.close()
    journal = Journal.open(path)
    assert [gap[:3] for gap in journal.gaps] == [(31, 60, GapReason.MISSING)]
    entries = [journal.append(reading) for reading in READINGS[:20]]
    journal.commit()
    journal._durable.close(clean=False)
    journal = Journal.open(path)
    journal.close()
    copied = back_up(path, folder)
    assert copied.damaged == 1
    with Archive.open(folder / "journal.db") as archive:
        assert [gap[:3] for gap in archive.gaps] == [(921, 920, GapReason.CRASH)]
        assert verify(archive).entries == 920
        assert list(archive.entries(900)) == entries
    fresh = folder.with_name("fresh")
    back_up(path, fresh)
    with Archive.open(fresh / "journal.db") as archive:
        assert [gap[:3] for gap in archive.gaps] == [
            (31, 60, GapReason.MISSING),
            (91, 120, GapReason.DAMAGED),
            (921, 920, GapReason.CRASH),
        ]
        assert verify(archive).sound


def test_a_house_that_was_salvaged_adds_to_its_backup(path: Path, folder: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    shutil.copy(path, path.with_name("commits.db"))
    pack(path)
    back_up(path, folder)
    with sqlite3.connect(path.with_name("commits.db")) as connection:
        # of the commits in the ruins of its file, some were found
        connection.execute("DELETE FROM batch WHERE first_seq NOT IN (31, 151, 871)")
    connection.close()
    copied = back_up(path.with_name("commits.db"), folder)
    assert copied.rows == 0
    with Archive.open(folder / "journal.db") as archive:
        assert list(archive.entries()) == entries
        assert verify(archive).sound


@pytest.mark.parametrize("packed", [False, True])
def test_rows_that_overlap_those_of_the_backup_add_what_it_lacks(
    path: Path, folder: Path, packed: bool
) -> None:
    entries = write(path, spread(READINGS, 5))
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM batch WHERE first_seq > 60")
    connection.close()
    back_up(path, folder)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM batch")
        connection.execute(
            "INSERT INTO batch (first_seq, entries, payload) VALUES (?, ?, ?)",
            seal(entries[44:100], {}),
        )
    connection.close()
    if packed:
        pack(path)
    assert back_up(path, folder).rows == 1
    with Archive.open(folder / "journal.db") as archive:
        assert list(archive.entries()) == entries[:100]
        assert verify(archive).sound


def test_the_backup_of_another_journal_is_left_as_it_is(path: Path, folder: Path) -> None:
    write(path, spread(READINGS, 5))
    back_up(path, folder)
    before = report_of(folder / "journal.db")
    other = path.with_name("other.db")
    write(other, spread(READINGS[100:], 5))
    with pytest.raises(JournalError, match="that of another journal") as told:
        back_up(other, folder)
    assert "autre dossier" in told.value.text.fr
    assert report_of(folder / "journal.db") == before


def test_a_journal_is_not_backed_up_into_itself(path: Path) -> None:
    write(path, READINGS[:30])
    with pytest.raises(JournalError, match="another folder"):
        back_up(path, path.parent)


def test_a_folder_with_something_else_is_left_as_it_is(path: Path, folder: Path) -> None:
    write(path, READINGS[:30])
    folder.mkdir(parents=True)
    (folder / "journal.db").write_text("holiday")
    with pytest.raises(JournalError, match="give another folder"):
        back_up(path, folder)
    assert (folder / "journal.db").read_text() == "holiday"


def test_a_backup_on_a_full_disk_leaves_the_one_before(path: Path, folder: Path) -> None:
    write(path, spread(READINGS[:300], 5))
    back_up(path, folder)
    before = report_of(folder / "journal.db")
    append(path, 300, 900)
    with file_size_limit(15_000), pytest.raises((OSError, sqlite3.Error)):
        back_up(path, folder)
    assert report_of(folder / "journal.db") == before
    back_up(path, folder)
    assert report_of(folder / "journal.db").entries == 900


# -- restoring -----------------------------------------------------------------------------------


def names(folder: Path) -> list[str]:
    return sorted(file.name.split("-")[0] for file in folder.iterdir())


def test_a_restored_journal_goes_on_where_the_backup_ended(path: Path, folder: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    pack(path)
    back_up(path, folder)
    shutil.rmtree(path.parent)
    report = restore(folder, path)
    assert report.sound
    assert report.entries == 900
    assert names(path.parent) == ["journal.db", "journal.db.lock"]
    assert path.stat().st_mode & 0o777 == 0o600
    journal = Journal.open(path)
    assert journal.alarms == ()
    assert journal.read(0, 10_000) == entries
    assert journal.place("mqtt") == 900
    (gap,) = journal.gaps
    assert (gap.first_seq, gap.reason) == (901, GapReason.RESTORED)
    assert gap.since == entries[-1].reading.received_at
    entry = journal.append(READINGS[0])
    assert entry.seq == gap.last_seq + 1 > 1_760_000_000_000
    assert journal.commit() == entry.seq
    journal.close()
    assert report_of(path).sound
    assert back_up(path, folder).last_seq == entry.seq
    assert verify_backup(folder).entries == 901


def test_what_is_replaced_is_set_aside(path: Path, folder: Path) -> None:
    write(path, spread(READINGS, 5))
    History.open(history_path(path)).close()
    back_up(path, folder)
    append(path, 0, 20)
    before = path.read_bytes()
    restore(folder, path)
    assert names(path.parent) == [
        "history.db",
        "history.db.replaced",
        "journal.db",
        "journal.db.lock",
        "journal.db.replaced",
    ]
    (aside,) = path.parent.glob("journal.db.replaced-*")
    assert aside.read_bytes() == before
    journal = Journal.open(path)
    assert len(journal.read(0, 10_000)) == 900
    assert AlarmKind.DAMAGED not in {alarm.kind for alarm in journal.alarms}
    journal.close()


def test_a_journal_in_use_is_not_replaced(path: Path, folder: Path) -> None:
    write(path, READINGS[:30])
    back_up(path, folder)
    journal = Journal.open(path)
    with pytest.raises(JournalError, match="already in use"):
        restore(folder, path)
    journal.append(READINGS[0])
    assert journal.commit() == 31
    journal.close()


def test_what_cannot_be_restored_leaves_the_journal_as_it_is(path: Path, folder: Path) -> None:
    write(path, READINGS[:30])
    back_up(path, folder)
    append(path, 0, 20)
    before = report_of(path)
    with file_size_limit(2000), pytest.raises((OSError, sqlite3.Error)):
        restore(folder, path)
    assert report_of(path) == before
    os.truncate(folder / "journal.db", 3000)
    with pytest.raises(JournalError, match="take an older one"):
        restore(folder, path)
    assert report_of(path) == before
    with pytest.raises(JournalError, match=r"no journal\.db in it"):
        restore(folder.parent, path)
    journal = Journal.open(path)
    assert journal.last_seq == 50
    journal.close()


def test_a_damaged_batch_of_a_backup_is_told_and_the_rest_restored(
    path: Path, folder: Path
) -> None:
    entries = write(path, spread(READINGS, 5))
    back_up(path, folder)
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute("UPDATE batch SET payload = zeroblob(99) WHERE first_seq = 91")
    connection.close()
    report = verify_backup(folder)
    assert [fault[1:] for fault in report.faults] == [(91, 120)]
    restore(folder, path)
    journal = Journal.open(path)
    assert journal.read(0, 10_000) == entries[:90] + entries[120:]
    journal.close()


def restored(path: Path) -> list[Entry]:
    with Archive.open(path) as archive:
        return list(archive.entries(since=START, until=START + timedelta(hours=9)))


class KilledError(BaseException):
    """The moment the process ends; nothing may catch it."""


@pytest.mark.parametrize("step", range(4))
def test_a_restoration_that_is_killed_can_be_done_again(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    entries = write(path, spread(READINGS, 5))
    History.open(history_path(path)).close()
    back_up(path, folder)
    rename, steps = Path.rename, iter(range(99))

    def rename_or_die(self: Path, target: Path) -> Path:
        if next(steps) == step:
            raise KilledError
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename_or_die)
        with pytest.raises(KilledError):
            restore(folder, path)
    assert restore(folder, path).entries == 900
    assert restored(path) == entries


def test_a_damaged_history_never_replaces_the_good_one(path: Path, folder: Path) -> None:
    path.parent.mkdir(parents=True)
    past.make(path, past.house_and_barn(2.2))
    back_up(path, folder)
    good = history_path(folder / "journal.db").read_bytes()
    with history_path(path).open("r+b") as file:
        for place in range(4096, history_path(path).stat().st_size, 600):
            file.seek(place)
            file.write(b"\xa5" * 32)
    with pytest.raises(JournalError, match=r"history .* is damaged"):
        back_up(path, folder)
    assert history_path(folder / "journal.db").read_bytes() == good
    assert {file.name for file in folder.iterdir() if "new" in file.name} == set()
