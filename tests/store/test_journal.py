"""The journal against a simple model, and what its followers see."""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from telewatt.reading import Reading
from telewatt.store import Entry, GapReason, Journal, JournalInUseError
from telewatt.store import tail as tail_module
from tests.store.disks import file_size_limit
from tests.store.readings import START, make_readings

READINGS = make_readings(2500)


@pytest.fixture
def journal(tmp_path: Path):  # type: ignore[no-untyped-def]
    journal = Journal.open(tmp_path / "journal.db", commit_interval_s=0.05)
    yield journal
    journal.close()


def append_all(journal: Journal, readings: list[Reading]) -> list[Entry]:
    return [journal.append(reading) for reading in readings]


async def until_durable(journal: Journal, seq: int) -> None:
    async with asyncio.timeout(5):
        while journal.durable_seq < seq:  # noqa: ASYNC110 - a commit announces itself to nobody
            await asyncio.sleep(0.01)


class JournalMachine(RuleBasedStateMachine):
    """Any order of operations equals a list, a number of durable entries and a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.db"
        self.journal = Journal.open(self.path)
        self.entries: list[Entry] = []
        self.last_seq = 0
        self.durable = 0
        self.places: dict[str, int] = {}
        self.durable_places: dict[str, int] = {}
        self.gaps: set[tuple[int, int, GapReason]] = set()

    def after(self, seq: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.seq > seq]

    def all_is_durable(self) -> None:
        self.durable = self.last_seq
        self.durable_places = dict(self.places)

    @rule(first=st.integers(0, 2000), count=st.integers(1, 400))
    def append(self, first: int, count: int) -> None:
        self.entries += append_all(self.journal, READINGS[first : first + count])
        self.last_seq += count

    @rule()
    def commit(self) -> None:
        assert self.journal.commit() == self.last_seq
        self.all_is_durable()

    @rule(first=st.integers(0, 2000), sealed=st.integers(0, 100), fresh=st.integers(0, 400))
    def refuse_overflow_recover(self, first: int, sealed: int, fresh: int) -> None:
        with file_size_limit(100):
            self.append(first, sealed)
            self.journal.commit()
            last_sealed, tail = self.last_seq, self.journal._tail
            memory_bytes, tail.memory_bytes = tail.memory_bytes, 100_000
            self.append(first, fresh)
            self.journal.commit()
            tail.memory_bytes = memory_bytes
        assert self.journal.commit() == self.last_seq
        self.all_is_durable()
        lost = {gap[:3] for gap in self.journal.gaps} - self.gaps
        for first_seq, last_seq, reason in lost:
            assert reason is GapReason.OVERFLOW
            assert last_sealed < first_seq
            self.entries = [e for e in self.entries if not first_seq <= e.seq <= last_seq]
        self.gaps |= lost

    @rule(reader=st.sampled_from(["mqtt", "web"]), share=st.floats(0, 1))
    def confirm(self, reader: str, share: float) -> None:
        seq = int(share * self.last_seq)
        self.journal.confirm(reader, seq)
        self.places[reader] = max(seq, self.places.get(reader, 0))

    @rule()
    def close_and_open(self) -> None:
        self.journal.close()
        self.all_is_durable()
        self.journal = Journal.open(self.path)

    @rule()
    def crash_and_open(self) -> None:
        # closing the file without a commit is what the kernel does to a killed process
        self.journal._durable.close(clean=False)
        self.entries = [entry for entry in self.entries if entry.seq <= self.durable]
        self.last_seq = self.durable
        self.places = dict(self.durable_places)
        self.gaps.add((self.durable + 1, self.durable, GapReason.CRASH))
        self.journal = Journal.open(self.path)

    @rule(share=st.floats(0, 1), limit=st.integers(1, 700))
    def read(self, share: float, limit: int) -> None:
        after = int(share * self.last_seq)
        assert self.journal.read(after, limit) == self.after(after)[:limit]

    @rule(share=st.floats(0, 1))
    def follow_history(self, share: float) -> None:
        expected = self.after(after := int(share * self.last_seq))

        async def collect() -> list[Entry]:
            found: list[Entry] = []
            follower = self.journal.follow(after)
            while len(found) < len(expected):
                found.append(await anext(follower))
            return found

        assert asyncio.run(collect()) == expected

    @invariant()
    def numbers_agree(self) -> None:
        assert self.journal.last_seq == self.last_seq
        assert self.durable <= self.journal.durable_seq <= self.last_seq
        assert self.journal.first_seq == next((e.seq for e in self.entries), self.last_seq + 1)
        assert {reader: self.journal.place(reader) for reader in self.places} == self.places
        assert [gap[:3] for gap in self.journal.gaps] == sorted(self.gaps)

    def teardown(self) -> None:
        self.journal.close()
        self.folder.cleanup()


TestJournalMachine = pytest.mark.slow(JournalMachine.TestCase)
TestJournalMachine.settings = settings(max_examples=40, stateful_step_count=20)


def test_an_entry_read_back_equals_what_was_appended(journal: Journal) -> None:
    entries = append_all(journal, READINGS)
    journal.commit()
    assert journal.read(0, 10_000) == entries
    assert {entry.reading.frame.status for entry in entries} >= {"complete", "partial"}


def test_a_reading_without_a_time_zone_is_refused(journal: Journal) -> None:
    reading = READINGS[0]
    naive = Reading(reading.meter, reading.source, START.replace(tzinfo=None), reading.frame)
    with pytest.raises(ValueError, match="'house' has no time zone"):
        journal.append(naive)


def test_a_place_is_confirmed_only_inside_the_durable_part(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    append_all(journal, READINGS[:10])
    journal.confirm("mqtt", 4)
    journal.commit()
    append_all(journal, READINGS[:10])
    journal.confirm("mqtt", 20)
    assert journal.place("mqtt") == 20
    journal._durable.close(clean=False)
    again = Journal.open(tmp_path / "journal.db")
    assert again.place("mqtt") == 4
    assert again.place("a new reader") == 0
    again.close()


def test_a_place_never_goes_back_nor_beyond_the_end(journal: Journal) -> None:
    append_all(journal, READINGS[:10])
    journal.confirm("mqtt", 7)
    journal.confirm("mqtt", 3)
    assert journal.place("mqtt") == 7
    journal.confirm("mqtt", 1000)
    assert journal.place("mqtt") == 10


def test_a_confirmation_without_new_entries_is_stored(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    append_all(journal, READINGS[:10])
    journal.commit()
    journal.confirm("mqtt", 10)
    journal.commit()
    journal._durable.close(clean=False)
    again = Journal.open(tmp_path / "journal.db")
    assert again.place("mqtt") == 10
    again.close()


def test_a_second_service_is_told_who_has_the_journal(journal: Journal) -> None:
    with pytest.raises(
        JournalInUseError, match=f"already in use by process {os.getpid()};"
    ) as told:
        Journal.open(journal.path)
    text = told.value.text
    assert text.en == str(told.value)
    assert f"processus {os.getpid()} ;" in text.fr
    assert "arrêtez ce processus" in text.fr


def test_a_holder_without_a_name_is_told_in_both_languages(journal: Journal) -> None:
    os.truncate(f"{journal.path}.lock", 0)
    with pytest.raises(JournalInUseError) as told:
        Journal.open(journal.path)
    assert told.value.pid is None
    assert "unknown" in told.value.text.en
    assert "inconnu" in told.value.text.fr


def test_a_closed_journal_is_free_for_others(tmp_path: Path) -> None:
    for already in range(3):
        journal = Journal.open(tmp_path / "journal.db")
        assert journal.last_seq == already
        journal.append(READINGS[already])
        journal.close()


def test_a_crash_is_a_gap_with_its_times_and_one_alarm(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    entries = append_all(journal, READINGS[:10])
    journal.commit()
    journal._durable.close(clean=False)
    journal = Journal.open(tmp_path / "journal.db")
    (gap,) = journal.gaps
    assert (gap.first_seq, gap.last_seq, gap.reason) == (11, 10, GapReason.CRASH)
    assert gap.since == entries[-1].reading.received_at
    (alarm,) = journal.alarms
    assert "ended without closing" in alarm.text.en
    assert "arrêt sans fermeture" in alarm.text.fr
    journal.close()
    journal = Journal.open(tmp_path / "journal.db")
    assert journal.alarms == ()
    assert journal.gaps == [gap]
    journal.close()


def test_the_alarm_of_a_crash_counts_all_gaps(tmp_path: Path) -> None:
    for count in range(1, 4):
        journal = Journal.open(tmp_path / "journal.db")
        append_all(journal, READINGS[:10])
        journal.commit()
        journal._durable.close(clean=False)
        journal = Journal.open(tmp_path / "journal.db")
        (alarm,) = journal.alarms
        assert len(journal.gaps) == count
        assert f"gaps known: {count})" in alarm.text.en
        journal.close()


def test_crashes_without_an_entry_between_them_are_one_gap(tmp_path: Path) -> None:
    for _ in range(3):
        journal = Journal.open(tmp_path / "journal.db")
        assert len(journal.alarms) == len(journal.gaps) <= 1
        journal._durable.close(clean=False)


def test_a_closed_journal_takes_nothing_and_writes_nothing(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    journal.close()
    assert journal.commit() == 0
    with pytest.raises(RuntimeError, match="is closed"):
        journal.append(READINGS[0])
    Journal.open(tmp_path / "journal.db").close()


# -- followers -------------------------------------------------------------------------------


async def take(journal: Journal, count: int, after: int | None = None) -> list[Entry]:
    found: list[Entry] = []
    async for entry in journal.follow(after):
        found.append(entry)
        if len(found) == count:
            break
    return found


async def test_a_follower_from_now_sees_only_what_comes(journal: Journal) -> None:
    append_all(journal, READINGS[:10])
    following = asyncio.create_task(take(journal, 5))
    await asyncio.sleep(0)
    entries = append_all(journal, READINGS[10:15])
    assert await following == entries


async def test_a_follower_sees_history_then_live_without_a_seam(journal: Journal) -> None:
    entries = append_all(journal, READINGS[:2000])
    journal.commit()
    following = asyncio.create_task(take(journal, 2500, after=0))
    for reading in READINGS[2000:2500]:
        entries.append(journal.append(reading))
        await asyncio.sleep(0)
    assert await following == entries


async def test_two_followers_of_different_speed_see_the_same(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "KEPT_ENTRIES", 20)
    running = asyncio.create_task(journal.run())
    fast = asyncio.create_task(take(journal, 2000, after=0))
    slow_seen: list[Entry] = []

    async def dawdle() -> None:
        async for entry in journal.follow(0):
            slow_seen.append(entry)
            if entry.seq % 100 == 0:
                await asyncio.sleep(0.01)
            if len(slow_seen) == 2000:
                break

    slow = asyncio.create_task(dawdle())
    entries = []
    for reading in READINGS[:2000]:
        entries.append(journal.append(reading))
        await asyncio.sleep(0)
    assert await fast == entries
    await slow
    assert slow_seen == entries
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_follower_sees_an_entry_within_milliseconds(journal: Journal) -> None:
    running = asyncio.create_task(journal.run())
    delays = []

    async def watch() -> None:
        count = 0
        async for _ in journal.follow():
            delays.append(time.perf_counter() - appended)
            if (count := count + 1) == 200:
                break

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    for reading in READINGS[:200]:
        appended = time.perf_counter()
        journal.append(reading)
        await asyncio.sleep(0.002)
    await watching
    assert sorted(delays)[190] < 0.005
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_closing_ends_the_followers(journal: Journal) -> None:
    following = asyncio.create_task(take(journal, 5))
    await asyncio.sleep(0)
    journal.close()
    assert await following == []


@pytest.fixture
def unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A journal whose disk is away, and two events: a follower has read nothing; it may know."""
    path = tmp_path / "journal.db"
    old = Journal.open(path)
    append_all(old, READINGS[:10])
    old.close()
    journal = Journal.open(path)
    journal._durable._storage.detach()
    has_read, may_know, read = threading.Event(), threading.Event(), journal.read

    def read_slowly(after: int, limit: int = 1000) -> list[Entry]:
        found = read(after, limit)
        has_read.set()
        may_know.wait(5)
        return found

    monkeypatch.setattr(journal, "read", read_slowly)
    yield journal, has_read, may_know
    journal.close()


Unreadable = tuple[Journal, threading.Event, threading.Event]


async def test_closing_while_a_follower_reads_ends_it(unreadable: Unreadable) -> None:
    journal, has_read, may_know = unreadable
    following = asyncio.create_task(take(journal, 1, after=0))
    await asyncio.to_thread(has_read.wait, 5)
    journal.close()
    may_know.set()
    async with asyncio.timeout(5):
        assert await following == []


async def test_an_entry_appended_while_a_follower_reads_is_no_news_missed(
    unreadable: Unreadable,
) -> None:
    journal, has_read, may_know = unreadable
    following = asyncio.create_task(take(journal, 1, after=0))
    await asyncio.to_thread(has_read.wait, 5)
    journal._durable._storage.attach()
    journal.append(READINGS[10])
    may_know.set()
    async with asyncio.timeout(5):
        (entry,) = await following
    assert entry.seq == 1


async def test_running_commits_each_interval_and_once_more_when_cancelled(
    journal: Journal,
) -> None:
    running = asyncio.create_task(journal.run())
    append_all(journal, READINGS[:10])
    await until_durable(journal, 10)
    append_all(journal, READINGS[10:20])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert journal.durable_seq == 20


async def test_the_journal_does_not_wait_for_the_threads_of_others(tmp_path: Path) -> None:
    released = threading.Event()
    shared = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(shared)
    look_up = asyncio.create_task(asyncio.to_thread(released.wait))
    await asyncio.sleep(0)
    path = tmp_path / "journal.db"
    first = Journal.open(path)
    entries = append_all(first, READINGS[:10])
    first.close()
    journal = Journal.open(path, commit_interval_s=0.01)
    running = asyncio.create_task(journal.run())
    try:
        async with asyncio.timeout(5):
            assert await take(journal, 10, after=0) == entries
            append_all(journal, READINGS[10:20])
            await until_durable(journal, 20)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        released.set()
        await asyncio.gather(look_up, running, return_exceptions=True)
        journal.close()


async def test_the_journals_threads_end_with_it(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    journal = Journal.open(tmp_path / "journal.db", commit_interval_s=0.01)
    running = asyncio.create_task(journal.run())
    append_all(journal, READINGS[:10])
    await until_durable(journal, 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    workers = set(threading.enumerate()) - before
    assert workers
    journal.close()
    for worker in workers:
        worker.join(timeout=5)
        assert not worker.is_alive()


async def test_many_entries_are_committed_before_the_interval_is_over(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db", commit_interval_s=3600)
    running = asyncio.create_task(journal.run())
    await asyncio.sleep(0)
    append_all(journal, READINGS)
    await until_durable(journal, 2500)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    journal.close()


@pytest.mark.slow
def test_a_hundred_thousand_entries_are_written_and_read(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    started = time.process_time()
    for count in range(100_000):
        journal.append(READINGS[count % 2500])
        if count % 1000 == 999:
            journal.commit()
    written = time.process_time() - started
    count, after = 0, 0
    while entries := journal.read(after, 1000):
        count, after = count + len(entries), entries[-1].seq
    read = time.process_time() - started - written
    journal.close()
    assert count == 100_000
    assert written < 100_000 * 150e-6
    assert read < 100_000 * 150e-6
