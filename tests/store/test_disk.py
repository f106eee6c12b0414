"""The disk is full, read-only, away, somebody else's: live goes on, nothing is lost silently."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from telewatt.store import AlarmKind, Entry, GapReason, Journal, JournalError, schema
from telewatt.store.files import PAGE_SIZE
from tests.store.disks import file_size_limit, full, inserted_card
from tests.store.readings import make_readings

READINGS = make_readings(2500)


def kinds(journal: Journal) -> set[AlarmKind]:
    return {alarm.kind for alarm in journal.alarms}


def append_all(journal: Journal, first: int, last: int) -> list[Entry]:
    return [journal.append(reading) for reading in READINGS[first:last]]


def check_live_then_resume(
    journal: Journal, refusing: contextlib.AbstractContextManager[None], alarm: AlarmKind
) -> None:
    entries = append_all(journal, 0, 100)
    durable = journal.durable_seq
    with refusing:
        for first in range(100, 2500, 300):
            entries += append_all(journal, first, first + 300)
            durable = journal.commit()
        assert durable < 2500
        assert alarm in kinds(journal)
        assert journal.read(0, 10_000) == entries
        assert journal.counters.failed_commits > 0
    assert journal.commit() == 2500
    assert alarm not in kinds(journal)
    assert journal.gaps == []
    journal.close()
    again = Journal.open(journal.path)
    assert again.read(0, 10_000) == entries
    assert again.alarms == ()
    again.close()


def test_a_full_disk_costs_nothing_while_memory_holds(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    check_live_then_resume(journal, file_size_limit(20_000), AlarmKind.DISK_ERROR)


def test_a_full_file_system_costs_nothing_while_memory_holds() -> None:
    with inserted_card() as card:
        journal = Journal.open(card.folder / "journal.db")
        check_live_then_resume(journal, full(card, journal), AlarmKind.DISK_FULL)


def test_a_file_system_that_turns_read_only_costs_nothing() -> None:
    with inserted_card() as card:
        path = card.folder / "journal.db"
        journal = Journal.open(path)
        entries = append_all(journal, 0, 100)
        journal.close()
        card.set_writable(False)
        journal = Journal.open(path)
        assert kinds(journal) == {AlarmKind.READ_ONLY}
        entries += append_all(journal, 100, 200)
        journal.commit()
        assert journal.durable_seq == 100
        assert journal.read(0) == entries
        card.set_writable(True)
        assert journal.commit() == 200
        assert journal.alarms == ()
        assert journal.gaps == []
        journal.close()
        again = Journal.open(path)
        assert again.read(0) == entries
        assert again.alarms == ()
        again.close()


def test_after_a_crash_on_a_read_only_disk_the_newest_commits_are_read() -> None:
    with inserted_card() as card:
        path = card.folder / "journal.db"
        journal = Journal.open(path)
        entries = append_all(journal, 0, 100)
        journal.commit()
        crashed = {suffix: Path(f"{path}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm")}
        journal.close()
        for suffix, content in crashed.items():
            Path(f"{path}{suffix}").write_bytes(content)
        card.set_writable(False)
        journal = Journal.open(path)
        assert journal.durable_seq == 100
        assert AlarmKind.READ_ONLY in kinds(journal)
        entries += append_all(journal, 100, 200)
        journal.commit()
        assert journal.read(0) == entries
        card.set_writable(True)
        assert journal.commit() == 200
        assert [gap.reason for gap in journal.gaps] == [GapReason.CRASH]
        journal.close()


def test_a_disk_that_is_away_at_start_is_used_when_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "journal.db"
    old = Journal.open(path)
    before = append_all(old, 0, 10)
    old.confirm("mqtt", 5)
    old.close()
    path.parent.rename(tmp_path / "unplugged")
    path.parent.write_text("a file where the folder should be")
    journal = Journal.open(path)
    assert kinds(journal) == {AlarmKind.DISK_ERROR}
    after = append_all(journal, 10, 20)
    journal.confirm("mqtt", journal.commit())
    assert journal.read(journal.place("mqtt")) == after
    path.parent.unlink()
    (tmp_path / "unplugged").rename(path.parent)
    assert journal.commit() == after[-1].seq
    assert journal.read(0) == [*before, *after]
    (gap,) = journal.gaps
    assert (gap.first_seq, gap.last_seq) == (11, after[0].seq - 1)
    assert gap.reason is GapReason.UNREADABLE
    journal.close()
    again = Journal.open(path)
    assert again.place("mqtt") == 5
    again.close()


def test_when_the_disk_comes_back_readers_have_their_places_again(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "journal.db"
    old = Journal.open(path)
    before = append_all(old, 0, 10)
    old.confirm("mqtt", 5)
    old.confirm("web", 5)
    old.close()
    path.parent.rename(tmp_path / "unplugged")
    path.parent.write_text("a file where the folder should be")
    journal = Journal.open(path)
    begun = journal.place("mqtt")
    after = append_all(journal, 10, 20)
    path.parent.unlink()
    (tmp_path / "unplugged").rename(path.parent)
    journal.commit()
    # this one began with the run: what it confirms says nothing about what it missed
    journal.confirm("mqtt", after[-1].seq)
    assert begun == after[0].seq - 1
    assert journal.place("mqtt") == journal.place("web") == 5
    assert journal.place("new") == 0
    assert journal.read(5) == before[5:] + after
    # now they have read all of it
    for reader in ("mqtt", "web", "new"):
        journal.confirm(reader, after[-1].seq)
    journal.close()
    again = Journal.open(path)
    places = {again.place(reader) for reader in ("mqtt", "web", "new")}
    assert places == {after[-1].seq}
    again.close()


def test_when_memory_is_full_the_oldest_go_and_are_listed(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db", memory_bytes=40_000)
    with file_size_limit(100):
        for first in range(0, 2500, 10):
            append_all(journal, first, first + 10)
            journal.commit()
    journal.commit()
    (gap,) = journal.gaps
    assert (gap.first_seq, gap.reason) == (1, GapReason.OVERFLOW)
    assert gap.since == READINGS[0].received_at
    assert gap.until == READINGS[gap.last_seq - 1].received_at
    kept = journal.read(0, 10_000)
    assert [entry.seq for entry in kept] == list(range(gap.last_seq + 1, 2501))
    assert journal.counters.dropped == gap.last_seq
    assert AlarmKind.GAP in kinds(journal)
    journal.close()
    again = Journal.open(tmp_path / "journal.db")
    assert again.gaps == [gap]
    assert again.read(0, 10_000) == kept
    again.close()


def test_what_was_sealed_before_an_overflow_is_written_when_the_disk_recovers(
    tmp_path: Path,
) -> None:
    journal = Journal.open(tmp_path / "journal.db", memory_bytes=170_000)
    entries = append_all(journal, 0, 50)
    with file_size_limit(100):
        journal.commit()
        entries += append_all(journal, 50, 250)
        assert journal.commit() == 0
    assert journal.commit() == 250
    (gap,) = journal.gaps
    assert (gap.first_seq, gap.reason) == (51, GapReason.OVERFLOW)
    kept = entries[:50] + entries[gap.last_seq :]
    assert journal.read(0) == kept
    journal.close()
    again = Journal.open(tmp_path / "journal.db")
    assert again.read(0) == kept
    assert again.gaps == [gap]
    again.close()


def test_a_new_gap_is_another_alarm_than_the_one_that_is_active(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    journal._durable.close(clean=False)
    journal = Journal.open(tmp_path / "journal.db", memory_bytes=100_000)
    alarms = {journal.alarms}
    for _ in range(2):
        append_all(journal, 0, 100)
        journal.commit()
        alarms.add(journal.alarms)
        journal.commit()
        alarms.add(journal.alarms)
    assert len(alarms) == len(journal.gaps) == 3
    assert {alarm.kind for (alarm,) in alarms} == {AlarmKind.GAP}
    assert len({alarm.text for (alarm,) in alarms}) == 3
    journal.close()


def test_without_any_commit_memory_is_bounded_too(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db", memory_bytes=200_000)
    append_all(journal, 0, 2500)
    journal.commit()
    (gap,) = journal.gaps
    kept = journal.read(0, 10_000)
    assert 50 < len(kept) < 200
    assert kept[0].seq == gap.last_seq + 1
    journal.close()


def test_a_new_journal_on_a_full_disk_begins_with_number_1(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with file_size_limit(100):
        journal = Journal.open(path)
        assert AlarmKind.DISK_ERROR in kinds(journal)
        entries = append_all(journal, 0, 10)
        assert journal.commit() == 0
    assert entries[0].seq == 1
    assert journal.commit() == 10
    assert journal.gaps == []
    assert journal.alarms == ()
    assert journal.read(0) == entries
    journal.close()


def test_only_the_file_taken_away_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 10)
    journal.commit()
    path.unlink()
    append_all(journal, 10, 20)
    assert journal.commit() == journal.last_seq
    assert AlarmKind.REMOVED in kinds(journal)
    assert AlarmKind.DAMAGED not in kinds(journal)
    found = {entry.seq for entry in journal.read(0)}
    missing = {seq for gap in journal.gaps for seq in range(gap.first_seq, gap.last_seq + 1)}
    assert found | missing == set(range(1, 21))
    journal.close()


def test_a_file_taken_away_while_running_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 10)
    journal.commit()
    for file in tmp_path.glob("journal.db*"):
        if not file.name.endswith(".lock"):
            file.unlink()
    entries = append_all(journal, 10, 20)
    assert journal.commit() == 20
    assert AlarmKind.REMOVED in kinds(journal)
    (gap,) = journal.gaps
    assert gap[:3] == (1, 10, GapReason.REMOVED)
    journal.close()
    again = Journal.open(path)
    assert again.read(0) == entries
    again.close()


def test_damage_found_while_running_is_salvaged_and_live_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 2500)
    journal.close()
    journal = Journal.open(path)
    with path.open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * PAGE_SIZE)
            file.write(b"\xff" * 100)
    entries = append_all(journal, 0, 10)
    found = journal.read(0, 10_000)
    assert AlarmKind.DAMAGED in kinds(journal)
    assert journal.commit() == 2510
    assert found[-10:] == entries
    missing = {seq for gap in journal.gaps for seq in range(gap.first_seq, gap.last_seq + 1)}
    assert {entry.seq for entry in found} | missing == set(range(1, 2511))
    assert 1000 < len(found) < 2510
    journal.close()
    again = Journal.open(path)
    assert again.read(0, 10_000) == found
    assert again.alarms == ()
    again.close()


def test_damage_found_by_the_first_write_is_salvaged(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    entries = append_all(journal, 0, 500)
    journal.commit()
    journal._durable.close(clean=False)
    with sqlite3.connect(path) as connection:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'gap'"
        (page,) = connection.execute(sql).fetchone()
    connection.close()
    with path.open("r+b") as file:
        # the page's list of free space leads nowhere: only who inserts a row notices
        file.seek((page - 1) * PAGE_SIZE + 1)
        file.write(b"\xff\xff")
    journal = Journal.open(path)
    assert AlarmKind.DAMAGED in kinds(journal)
    assert [gap.reason for gap in journal.gaps] == [GapReason.CRASH]
    assert journal.read(0) == entries
    journal.append(READINGS[0])
    assert journal.commit() == journal.last_seq
    journal.close()


async def test_a_follower_survives_damage_in_its_way(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 2500)
    journal.close()
    journal = Journal.open(path)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE batch SET payload = zeroblob(length(payload)) WHERE first_seq = 257"
        )
    connection.close()
    seen = []
    async with asyncio.timeout(10):
        async for entry in journal.follow(0):
            seen.append(entry.seq)
            if entry.seq == 2500:
                break
    assert seen == [*range(1, 257), *range(513, 2501)]
    (gap,) = journal.gaps
    assert gap[:3] == (257, 512, GapReason.DAMAGED)
    journal.close()


def test_numbers_that_vanished_from_a_sound_file_are_found_at_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 2500)
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM batch WHERE first_seq IN (1, 513, 769)")
    connection.close()
    journal = Journal.open(path)
    assert [gap[:3] for gap in journal.gaps] == [
        (1, 256, GapReason.MISSING),
        (513, 1024, GapReason.MISSING),
    ]
    assert kinds(journal) == {AlarmKind.GAP}
    journal.close()
    again = Journal.open(path)
    assert again.alarms == ()
    assert len(again.gaps) == 2
    again.close()


def test_a_lock_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    (tmp_path / "journal.db.lock").unlink()
    append_all(journal, 0, 10)
    assert journal.commit() == 10
    assert journal.alarms == ()
    with pytest.raises(JournalError, match="already in use"):
        Journal.open(path)
    journal.close()


def test_two_services_never_write_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = Journal.open(path)
    append_all(first, 0, 10)
    first.commit()
    (tmp_path / "journal.db.lock").unlink()
    second = Journal.open(path)
    live = append_all(first, 10, 20)
    assert first.commit() == 10
    assert kinds(first) == {AlarmKind.TAKEN}
    assert first.read(10) == live
    append_all(second, 20, 40)
    assert second.commit() == 30
    stored = second.read(0)
    first.close()
    second.close()
    again = Journal.open(path)
    assert again.read(0) == stored
    assert again.alarms == ()
    again.close()
    assert not list(tmp_path.glob("*.damaged-*"))


def test_a_number_that_another_process_gave_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = Journal.open(path)
    other = tmp_path / "other" / "journal.db"
    other.parent.mkdir()
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (other.parent / name).symlink_to(tmp_path / name)
    second = Journal.open(other)
    stored = append_all(first, 0, 10)
    assert first.commit() == 10
    append_all(second, 10, 20)
    assert second.commit() == 0
    assert AlarmKind.AHEAD in kinds(second)
    second.close()
    assert first.read(0) == stored
    assert not list(tmp_path.rglob("*.damaged-*"))
    first.close()


# -- other people's files, other versions ------------------------------------------------------


def test_a_newer_journal_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 10)
    journal.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    content = path.read_bytes()
    for last_seq in (10, 20):
        journal = Journal.open(path)
        assert kinds(journal) == {AlarmKind.NEWER}
        assert "schema 7" in journal.alarms[0].text.en
        append_all(journal, 0, 10)
        assert journal.commit() == last_seq
        journal.close()
    assert path.read_bytes() == content
    assert (tmp_path / "journal.telewatt-v2.db").exists()


def test_another_programs_database_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "home-assistant.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE states (id INTEGER)")
    connection.close()
    content = path.read_bytes()
    journal = Journal.open(path)
    assert kinds(journal) == {AlarmKind.FOREIGN}
    append_all(journal, 0, 10)
    assert journal.commit() == 10
    journal.close()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 99,
        b'[journal]\npath = "telewatt.toml"\n',
        b"x",
        bytes(100_000) + b"x",
        b"SQLite format 3\x00" + b"\xff" * 4000,
    ],
    ids=["picture", "configuration", "one byte", "zeros and a byte", "ruined database"],
)
def test_somebody_elses_file_is_left_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    for last_seq in (10, 20):
        journal = Journal.open(path)
        assert kinds(journal) == {AlarmKind.FOREIGN}
        append_all(journal, 0, 10)
        assert journal.commit() == last_seq
        journal.close()
    assert path.read_bytes() == content
    names = {"holiday.jpg", "holiday.jpg.lock", "holiday.telewatt-v2.jpg"}
    assert {file.name for file in tmp_path.iterdir()} == names


def test_a_file_that_overwrites_the_open_journal_is_not_moved(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 500)
    journal.close()
    journal = Journal.open(path)
    path.write_bytes(b"holiday" * 9999)
    entries = append_all(journal, 0, 10)
    assert journal.read(0)[-10:] == entries
    assert journal.commit() == 510
    assert AlarmKind.FOREIGN in kinds(journal)
    assert (1, 500) in {gap[:2] for gap in journal.gaps}
    journal.close()
    assert path.read_bytes().startswith(b"holiday" * 9)


def test_a_device_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    journal = Journal.open(path)
    assert kinds(journal) == {AlarmKind.FOREIGN}
    journal.close()
    assert path.is_fifo()


def test_a_folder_is_refused_with_the_remedy_and_not_moved(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(JournalError) as told:
        Journal.open(folder)
    assert told.value.text.en == f"journal {folder}: this is a folder; write {folder}/journal.db"
    assert f"écrivez {folder}/journal.db" in told.value.text.fr
    assert [file.name for file in tmp_path.iterdir()] == ["photos"]
    assert [file.name for file in folder.iterdir()] == ["holiday.jpg"]


def test_a_folder_that_takes_the_place_of_the_file_is_not_moved(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    for file in tmp_path.glob("journal.db*"):
        if not file.name.endswith(".lock"):
            file.unlink()
    path.mkdir()
    append_all(journal, 0, 10)
    assert journal.commit() == 0
    assert kinds(journal) == {AlarmKind.DISK_ERROR}
    path.rmdir()
    assert journal.commit() == 10
    assert journal.alarms == ()
    journal.close()


DATABASES = sorted((Path(__file__).parent / "databases").glob("*.sqlite"))


def test_there_is_a_database_of_every_schema_version() -> None:
    assert [path.stem for path in DATABASES] == [
        f"journal-v{number}" for number in range(1, len(schema.load_steps()) + 1)
    ]


@pytest.mark.parametrize("original", DATABASES, ids=lambda path: path.stem)
def test_a_journal_of_every_schema_version_opens(original: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(original, tmp_path / "journal.db"))
    journal = Journal.open(path)
    assert [entry.reading for entry in journal.read(0)] == READINGS[:20]
    assert journal.place("mqtt") == 15
    assert journal.alarms == ()
    append_all(journal, 0, 10)
    assert journal.commit() == 30
    journal.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.db"
    journal = Journal.open(path)
    append_all(journal, 0, 10)
    journal.close()
    content = path.read_bytes()
    steps = schema.load_steps()
    good = "ALTER TABLE batch ADD COLUMN note TEXT;"
    monkeypatch.setattr(schema, "load_steps", lambda: [*steps, good, "DROP TABLE absent;"])
    with pytest.raises(sqlite3.OperationalError, match="no such table: absent"):
        Journal.open(path)
    assert path.read_bytes() == content
    assert sorted(file.name for file in tmp_path.iterdir()) == ["journal.db", "journal.db.lock"]
    monkeypatch.setattr(schema, "load_steps", lambda: [*steps, good])
    journal = Journal.open(path)
    assert [entry.reading for entry in journal.read(0)] == READINGS[:10]
    journal.close()


# -- who may read ------------------------------------------------------------------------------


def test_only_its_own_user_may_read_a_journal(tmp_path: Path) -> None:
    folder = tmp_path / "telewatt"
    before = os.umask(0o022)
    try:
        journal = Journal.open(folder / "journal.db")
        append_all(journal, 0, 10)
        journal.commit()
        modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
        journal.close()
    finally:
        os.umask(before)
    side_files = ("", "-wal", "-shm", ".lock")
    assert modes == {f"journal.db{suffix}": 0o600 for suffix in side_files}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    Journal.open(tmp_path / "journal.db").close()
    assert tmp_path.stat().st_mode & 0o777 == 0o750
