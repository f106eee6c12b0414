"""Other processes read the journal, and replace what is packed, while its service writes."""

import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bench import journal_writer
from telewatt.store import Archive, Entry, Journal, JournalError, JournalInUseError, lock, schema
from telewatt.store.batch import Sealed, seal, unseal
from telewatt.store.verify import verify
from tests.store.readings import START
from tests.store.test_packing import READINGS, pack_all, sizes, spread, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_reads_the_entries_of_a_time_and_a_meter(path: Path, packed: bool) -> None:
    entries = write(path, spread(READINGS, 5))
    journal = Journal.open(path)
    if packed:
        pack_all(journal)
    since, until = START + timedelta(hours=1), START + timedelta(hours=2, minutes=20)
    with Archive.open(path) as archive:
        assert list(archive.entries()) == entries
        assert list(archive.entries(500)) == entries[500:]
        assert list(archive.entries(since=since, until=until)) == [
            each for each in entries if since <= each.reading.received_at < until
        ]
        assert list(archive.entries(10, until=until)) == [
            each for each in entries[10:] if each.reading.received_at < until
        ]
        assert (archive.first_seq, archive.last_seq) == (1, 900)
        assert [archive.count(after) for after in (0, 500, 899, 900)] == [900, 400, 1, 0]
        assert archive.span == (START, entries[-1].reading.received_at)
    journal.close()
    with Archive.open(path) as archive:
        assert list(archive.entries()) == entries


def test_packing_under_an_archive_that_reads_changes_nothing(path: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    journal = Journal.open(path)
    found = []
    with Archive.open(path) as archive:
        for entry in archive.entries():
            found.append(entry)
            if entry.seq % 100 == 0:
                journal.pack()
    assert found == entries
    journal.close()


def test_an_archive_sees_what_is_committed_after_it_was_opened(path: Path) -> None:
    entries = write(path, READINGS[:30])
    journal = Journal.open(path)
    with Archive.open(path) as archive:
        assert list(archive.entries()) == entries
        entries += [journal.append(each) for each in READINGS[30:60]]
        journal.commit()
        assert list(archive.entries(30)) == entries[30:]
        assert archive.last_seq == 60
    journal.close()


def test_an_archive_leaves_no_trace(path: Path) -> None:
    write(path, READINGS[:30])
    content = path.read_bytes()
    with Archive.open(path) as archive:
        assert archive.last_seq == 30
    assert path.read_bytes() == content
    assert sorted(file.name for file in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]


def test_an_archive_of_a_journal_that_crashed_reads_all_of_it(path: Path) -> None:
    journal = Journal.open(path)
    entries = [journal.append(each) for each in READINGS[:30]]
    journal.commit()
    journal._durable.close(clean=False)
    with Archive.open(path) as archive:
        assert list(archive.entries()) == entries
    again = Journal.open(path)
    assert [gap.reason for gap in again.gaps] == ["crash"]
    again.close()


def test_no_archive_takes_the_log_away_from_a_service(path: Path) -> None:
    write(path, READINGS[:30])
    journal = Journal.open(path)
    journal.append(READINGS[30])
    journal.commit()
    Archive.open(path).close()  # of this process: it must not lose the locks
    code = f"from pathlib import Path; from telewatt.store import Archive\n\
with Archive.open(Path({str(path)!r})) as archive: print(archive.last_seq)"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"31\n"
    assert Path(f"{path}-wal").exists()
    journal.append(READINGS[31])
    assert journal.commit() == 32
    journal._durable.close(clean=False)
    with Archive.open(path) as archive:
        assert archive.last_seq == 32


def test_an_empty_journal_has_no_span(path: Path) -> None:
    Journal.open(path).close()
    with Archive.open(path) as archive:
        assert archive.span is None
        assert (archive.first_seq, archive.last_seq) == (1, 0)
        assert list(archive.entries()) == []


def test_a_journal_of_an_older_version_is_brought_up_to_date(path: Path) -> None:
    original = Path(__file__).parent / "databases" / "journal-v1.sqlite"
    path.write_bytes(original.read_bytes())
    with Archive.open(path) as archive:
        assert len(list(archive.entries())) == 20
    with sqlite3.connect(path) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    assert version == len(schema.load_steps())


def test_an_older_journal_is_not_touched_while_its_service_runs(path: Path) -> None:
    original = Path(__file__).parent / "databases" / "journal-v1.sqlite"
    path.write_bytes(original.read_bytes())
    with lock.held(path), pytest.raises(JournalInUseError):
        Archive.open(path)


def newer(path: Path) -> None:
    Journal.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()


def cut(path: Path) -> None:
    write(path, READINGS[:60])
    os.truncate(path, 50)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: None, "there is none"),
        (lambda path: path.mkdir(), "this is a folder"),
        (lambda path: path.write_text("holiday"), "no journal of telewatt"),
        (newer, "newer version"),
        (cut, "damaged"),
    ],
    ids=["absent", "folder", "foreign", "newer", "damaged"],
)
def test_a_path_that_cannot_be_read_is_told_with_the_remedy(path, make, told) -> None:  # type: ignore[no-untyped-def]
    make(path)
    before = sorted(file.name for file in path.parent.iterdir())
    with pytest.raises(JournalError, match=told) as error:
        Archive.open(path)
    assert str(path) in error.value.text.fr
    assert sorted(file.name for file in path.parent.iterdir()) == before


# -- replacing -------------------------------------------------------------------------------


def packed_row(path: Path) -> tuple[Sealed, list[Entry]]:
    write(path, READINGS[:90])
    journal = Journal.open(path)
    pack_all(journal)
    journal.close()
    with Archive.open(path) as archive:
        row = next(archive.rows())
    return row, unseal(row.payload)


def test_a_packed_row_is_replaced_by_one_with_the_same_frames(path: Path) -> None:
    row, entries = packed_row(path)
    other = seal(entries, {"replay": 7})
    with Archive.open(path) as archive:
        assert archive.replace(row, other)
        assert next(archive.rows()) == other
        assert not archive.replace(row, other), "it is not as it was read any more"
        assert verify(archive).sound
    assert len(sizes(path)) == 1


def test_a_row_is_not_replaced_by_other_frames(path: Path) -> None:
    row, entries = packed_row(path)
    wrong = [
        [Entry(entry.seq, entries[0].reading) for entry in entries],
        entries[:-1],
        [Entry(entry.seq + 1, entry.reading) for entry in entries],
    ]
    with Archive.open(path) as archive:
        for other in wrong:
            assert not archive.replace(row, seal(other, {}))
        assert next(archive.rows()) == row


def test_what_is_not_packed_is_not_replaced(path: Path) -> None:
    write(path, READINGS[:30])
    with Archive.open(path) as archive:
        (row,) = archive.rows()
        assert not archive.replace(row, seal(unseal(row.payload), {"replay": 7}))


@pytest.mark.slow
def test_a_service_and_a_replay_work_on_one_journal(path: Path) -> None:
    command = [sys.executable, "-m", "bench.journal_writer", "upkeep", str(path)]
    replaced = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        while (words := service.stdout.readline().split())[0] != "durable" or int(words[1]) < 2000:
            assert words[0] != "failed"
        with Archive.open(path) as archive:
            while replaced < 200:
                for row in archive.rows():
                    replaced += archive.replace(row, seal(unseal(row.payload), {"x": replaced}))
        service.kill()
        told = [line.split() for line in service.stdout.read().splitlines()]
    assert not [words for words in told if words[0] == "failed"]
    durable = max(int(words[1]) for words in told if words[0] == "durable")
    journal = Journal.open(path)
    assert journal.last_seq >= durable
    assert {gap.reason for gap in journal.gaps} <= {"crash", "pruned"}
    journal.close()
    with Archive.open(path) as archive:
        assert verify(archive).sound
        for entry in archive.entries():
            assert entry.reading == journal_writer.reading(entry.seq)
