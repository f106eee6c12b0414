"""Packing changes no entry, no number and no gap; it only makes rows larger and fewer."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telewatt.reading import Reading
from telewatt.store import Entry, GapReason, Journal
from telewatt.store.packing import BLOCK_ENTRIES
from tests.store.readings import START, make_readings

READINGS = make_readings(900)


def spread(readings: list[Reading], hours: int) -> list[Reading]:
    """The same readings over so many hours."""
    step = timedelta(hours=hours) / len(readings)
    return [
        Reading(each.meter, each.source, START + number * step, each.frame)
        for number, each in enumerate(readings)
    ]


def write(path: Path, readings: list[Reading], commits_of: int = 30) -> list[Entry]:
    journal = Journal.open(path)
    entries = []
    for start in range(0, len(readings), commits_of):
        entries += [journal.append(each) for each in readings[start : start + commits_of]]
        journal.confirm("mqtt", journal.commit())
    journal.close()
    return entries


def pack_all(journal: Journal) -> None:
    while journal.pack():
        pass


def sizes(path: Path) -> list[tuple[int, int, int | None]]:
    with sqlite3.connect(path) as connection:
        sql = "SELECT first_seq, entries, packed FROM batch ORDER BY first_seq"
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_packed_entries_are_the_same_with_the_same_numbers(path: Path) -> None:
    entries = write(path, spread(READINGS, 5))
    journal = Journal.open(path)
    pack_all(journal)
    assert journal.read(0, 10_000) == entries
    assert journal.read(450, 100) == entries[450:550]
    assert journal.place("mqtt") == 900
    journal.close()
    assert len(sizes(path)) < 10
    assert {packed for *_, packed in sizes(path)} == {1}
    again = Journal.open(path)
    assert again.read(0, 10_000) == entries
    assert again.gaps == []
    assert again.alarms == ()
    again.close()


def test_an_hour_is_packed_when_it_is_over(path: Path) -> None:
    now = datetime.now(UTC)
    hour = now.replace(minute=0, second=0, microsecond=0)
    old = hour - timedelta(minutes=30)
    readings = [Reading(e.meter, e.source, old, e.frame) for e in READINGS[:60]]
    readings += [Reading(e.meter, e.source, now, e.frame) for e in READINGS[60:90]]
    write(path, readings)
    journal = Journal.open(path)
    pack_all(journal)
    journal.close()
    assert sizes(path) == [(1, 60, 1), (61, 30, 0)]


def test_a_block_holds_a_limited_number_of_entries(path: Path) -> None:
    entries = write(path, READINGS, commits_of=7)
    journal = Journal.open(path)
    pack_all(journal)
    assert journal.read(0, 10_000) == entries
    journal.close()
    assert max(entries for _, entries, _ in sizes(path)) <= BLOCK_ENTRIES


def test_a_damaged_commit_stays_as_it_is_between_blocks(path: Path) -> None:
    entries = write(path, READINGS[:90])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE batch SET payload = zeroblob(50) WHERE first_seq = 31")
    connection.close()
    journal = Journal.open(path)
    pack_all(journal)
    assert journal.read(0) == entries[:30] + entries[60:]
    assert [gap[:3] for gap in journal.gaps] == [(31, 60, GapReason.DAMAGED)]
    journal.close()
    assert sizes(path) == [(1, 30, 1), (31, 30, 1), (61, 30, 1)]


async def test_a_running_journal_packs_what_is_old(path: Path) -> None:
    entries = write(path, READINGS[:90])
    journal = Journal.open(path)
    running = asyncio.create_task(journal.run())
    async with asyncio.timeout(10):
        while len(sizes(path)) > 1:  # noqa: ASYNC110 - packing announces itself to nobody
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert journal.read(0) == entries
    journal.close()
