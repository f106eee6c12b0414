"""The disk budget: the oldest frames go first, and the user is told before it happens."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telewatt.store import AlarmKind, Archive, Entry, Gap, GapReason, Journal, files
from telewatt.store.alarms import Alarms
from telewatt.store.budget import Usage, reached_at, tell, used_bytes
from telewatt.store.database import Database
from telewatt.store.history.database import history_path
from telewatt.store.rows import Span, Volume
from tests.store.disks import file_size_limit
from tests.store.readings import START
from tests.store.test_packing import READINGS, pack_all, spread, write

MIB = 1 << 20
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def used(journal: Journal) -> int:
    found = journal._durable.ask(used_bytes)
    assert found is not None
    return found[1]


def prune_all(journal: Journal, limit_bytes: int, processed_seq: int) -> None:
    while journal.prune(limit_bytes, processed_seq):
        pass


def test_the_oldest_packed_entries_go_and_are_one_growing_gap(path: Path) -> None:
    entries = write(path, spread(READINGS, 10))
    journal = Journal.open(path)
    pack_all(journal)
    gaps = []
    for limit_bytes in (used(journal) - 2000, used(journal) - 5000):
        prune_all(journal, limit_bytes, 900)
        assert used(journal) <= limit_bytes
        (gap,) = journal.gaps
        gaps.append(gap)
        assert gap.reason is GapReason.PRUNED
        assert journal.first_seq == gap.last_seq + 1
        assert journal.read(0, 10_000) == entries[gap.last_seq :]
        assert gap.until == entries[gap.last_seq - 1].reading.received_at
    assert gaps[0].first_seq == gaps[1].first_seq == 1
    assert gaps[0].last_seq < gaps[1].last_seq
    assert gaps[0].since == gaps[1].since
    assert AlarmKind.GAP not in {alarm.kind for alarm in journal.alarms}
    journal.close()
    again = Journal.open(path)
    assert again.gaps == gaps[1:]
    assert again.alarms == ()
    assert again.read(0, 10_000) == entries[gaps[1].last_seq :]
    again.close()
    with Archive.open(path) as archive:
        assert archive.first_seq == gaps[1].last_seq + 1
        assert list(archive.entries()) == entries[gaps[1].last_seq :]


def test_nothing_is_pruned_that_was_not_processed(path: Path) -> None:
    entries = write(path, spread(READINGS, 10))
    journal = Journal.open(path)
    pack_all(journal)
    prune_all(journal, 1, 0)
    assert journal.first_seq == 1
    prune_all(journal, 1, 450)
    assert 300 < journal.first_seq <= 451
    assert journal.read(450, 10_000) == entries[450:]
    journal.close()


def test_commits_that_are_not_packed_are_not_pruned(path: Path) -> None:
    write(path, READINGS[:90])
    journal = Journal.open(path)
    prune_all(journal, 1, 90)
    assert journal.first_seq == 1
    assert journal.gaps == []
    journal.close()


def test_the_history_counts_for_the_budget_and_stays(path: Path) -> None:
    write(path, spread(READINGS, 10))
    history = history_path(path)
    history.write_bytes(bytes(MIB))
    journal = Journal.open(path)
    pack_all(journal)
    prune_all(journal, used(journal) - 3000, 900)
    assert 1 < journal.first_seq < 900
    assert history.stat().st_size == MIB
    journal.close()


async def test_a_running_journal_keeps_its_budget(path: Path) -> None:
    write(path, spread(READINGS, 10))
    journal = Journal.open(path)
    pack_all(journal)
    limit_bytes = used(journal) - 1000
    journal.close()
    journal = Journal.open(path, disk_bytes=limit_bytes)
    journal.processed_seq = 900
    running = asyncio.create_task(journal.run())
    async with asyncio.timeout(20):
        while AlarmKind.PRUNED not in {alarm.kind for alarm in journal.alarms}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    (gap,) = journal.gaps
    (alarm,) = journal.alarms
    assert f"since {gap.since:%Y-%m-%d}" in alarm.text.en
    assert f"depuis le {gap.since:%Y-%m-%d}" in alarm.text.fr
    journal.close()


# -- what the user is told -----------------------------------------------------------------------


def usage(mib: float, mib_a_day: float, pruned: Gap | None = None) -> Usage:
    day_us = 86_400_000_000
    return Usage(int(mib * MIB), Volume(int(mib_a_day * MIB), Span(0, day_us)), pruned)


def kinds(alarms: Alarms) -> list[AlarmKind]:
    return [alarm.kind for alarm in alarms.active()]


def test_the_user_is_told_a_month_before_the_budget_is_reached(path: Path) -> None:
    alarms = Alarms()
    tell(alarms, path, usage(100, 1), 1000 * MIB, NOW)
    assert kinds(alarms) == []
    tell(alarms, path, usage(978, 1), 1000 * MIB, NOW)
    (alarm,) = alarms.active()
    assert alarm.kind is AlarmKind.BUDGET
    assert "2026-03-21" in alarm.text.en
    assert "2026-03-21" in alarm.text.fr
    assert "journal.disk_limit_mib" in alarm.remedy.en
    assert "journal.disk_limit_mib" in alarm.remedy.fr


def test_the_user_is_told_when_the_budget_is_nearly_full_however_slow_it_grows(path: Path) -> None:
    alarms = Alarms()
    tell(alarms, path, usage(899, 0.01), 1000 * MIB, NOW)
    assert kinds(alarms) == []
    tell(alarms, path, usage(901, 0.01), 1000 * MIB, NOW)
    assert kinds(alarms) == [AlarmKind.BUDGET]


def test_the_alarm_of_the_budget_keeps_its_words_until_it_ends(path: Path) -> None:
    alarms = Alarms()
    tell(alarms, path, usage(980, 1), 1000 * MIB, NOW)
    before = alarms.active()
    tell(alarms, path, usage(981, 1.1), 1000 * MIB, NOW + timedelta(days=1))
    assert alarms.active() == before
    tell(alarms, path, usage(981, 1.1), 4000 * MIB, NOW + timedelta(days=2))
    assert kinds(alarms) == []


def test_while_it_prunes_the_user_is_told_since_when(path: Path) -> None:
    alarms = Alarms()
    pruned = Gap(1, 1000, GapReason.PRUNED, START, NOW)
    tell(alarms, path, usage(980, 1), 1000 * MIB, NOW)
    tell(alarms, path, usage(999, 1, pruned), 1000 * MIB, NOW)
    (alarm,) = alarms.active()
    assert alarm.kind is AlarmKind.PRUNED
    assert f"{START:%Y-%m-%d}" in alarm.text.en
    tell(alarms, path, usage(999, 1, pruned), 4000 * MIB, NOW)
    assert kinds(alarms) == []


def test_without_anything_packed_nobody_can_tell() -> None:
    assert reached_at(Usage(5, None, None), 10, NOW) is None
    assert reached_at(Usage(5, Volume(5, Span(3, 3)), None), 10, NOW) is None


# -- the file itself -----------------------------------------------------------------------------


@pytest.fixture
def mostly_free(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """A journal most of whose pages are free; the file is kept that large."""
    monkeypatch.setattr(files, "FREE_BYTES", 4096)
    entries = write(path, spread(READINGS, 10))
    journal = Journal.open(path)
    pack_all(journal)
    prune_all(journal, used(journal) - 3000, 900)
    first_seq = journal.first_seq
    found = journal._durable.ask(Database.is_mostly_free)
    assert found is not None
    assert found[1]
    journal.close()
    return entries[first_seq - 1 :]


def test_a_file_that_is_mostly_free_shrinks_at_the_next_start(
    path: Path, mostly_free: list[Entry]
) -> None:
    size = path.stat().st_size
    journal = Journal.open(path)
    assert path.stat().st_size < size * 0.6
    assert journal.read(0, 10_000) == mostly_free
    assert journal.alarms == ()
    assert path.stat().st_mode & 0o777 == 0o600
    journal.append(READINGS[0])
    assert journal.commit() == 901
    assert Path(f"{path}-wal").exists()
    journal.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]


class KilledError(BaseException):
    """The moment the process ends; nothing may catch it."""


def test_a_shrinking_that_is_killed_leaves_the_file_as_it_was(
    path: Path, mostly_free: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: Path, target: Path) -> Path:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", die)
        with pytest.raises(KilledError):
            Journal.open(path)
    journal = Journal.open(path)
    assert journal.read(0, 10_000) == mostly_free
    assert journal.alarms == ()
    journal.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]


def test_a_file_that_others_read_does_not_shrink(path: Path, mostly_free: list[Entry]) -> None:
    size = path.stat().st_size
    with Archive.open(path) as archive:
        reading = archive.entries()
        found = [next(reading)]
        journal = Journal.open(path)
        found += reading
    assert found == journal.read(0, 10_000) == mostly_free
    assert path.stat().st_size >= size
    journal.close()


def test_a_disk_too_full_to_shrink_is_no_obstacle(path: Path, mostly_free: list[Entry]) -> None:
    with file_size_limit(2000):
        journal = Journal.open(path)
    assert journal.read(0, 10_000) == mostly_free
    journal.append(READINGS[0])
    assert journal.commit() == 901
    journal.close()
