"""The reader of the journal that writes the history."""

import asyncio
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.past import START, digest, fill, house_and_barn, readings_of
from telewatt.service.historian import Historian
from telewatt.service.reports import Reports
from telewatt.store import Entry, Journal
from telewatt.store.history import (
    History,
    HistoryDiskError,
    HistoryError,
    Stage,
    history_path,
)
from telewatt.tic import Frame
from telewatt.truth import EventKind, Judgement

READINGS = house_and_barn(3.6)
END = START + timedelta(hours=4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def ignore(entry: Entry, judgement: Judgement) -> None:
    """Nobody listens."""


def reports() -> Reports:
    return Reports("en", lambda: 0.0)


async def write_history(journal: Journal, path: Path, until: int) -> None:
    """Let a historian run until its derivation has taken this entry."""
    historian = Historian(journal, history_path(path), reports(), ignore)
    running = asyncio.create_task(historian.run())
    while not running.done() and historian.reached < until:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def energies(path: Path, open_part: object = None) -> dict[tuple[str, str], object]:
    with closing(History.open(history_path(path))) as history:
        return {
            (meter.name, quantity): history.energy(
                meter.name,
                quantity,
                START,
                END,
                open_part=open_part,  # type: ignore[arg-type]
            )
            for meter in history.meters()
            for quantity in ("import_wh", "import_1_wh")
        }


async def test_hours_are_written_when_they_are_over(path: Path) -> None:
    with closing(Journal.open(path)) as journal:
        fill(journal, READINGS)
        await write_history(journal, path, journal.last_seq)
    with closing(History.open(history_path(path))) as history:
        progress = history.progress()
    assert READINGS[progress.place - 1].received_at >= datetime(2026, 3, 29, 0, 1, tzinfo=UTC)
    assert READINGS[progress.place - 2].received_at < datetime(2026, 3, 29, 0, 1, tzinfo=UTC)


async def test_what_a_killed_historian_had_not_written_is_derived_again(path: Path) -> None:
    once, pieces = path, path.with_name("pieces.db")
    with closing(Journal.open(once)) as journal:
        fill(journal, READINGS)
        await write_history(journal, once, journal.last_seq)
    with closing(Journal.open(pieces)) as journal:
        for start in range(0, len(READINGS), 300):
            fill(journal, READINGS[start : start + 300])
            await write_history(journal, pieces, journal.last_seq)
    assert digest(history_path(pieces)) == digest(history_path(once))


async def test_the_open_part_shows_what_is_not_written_yet(path: Path) -> None:
    with closing(Journal.open(path)) as journal:
        fill(journal, READINGS)
        historian = Historian(journal, history_path(path), reports(), ignore)
        running = asyncio.create_task(historian.run())
        while historian.reached < journal.last_seq:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        open_part = historian.open_part()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    frames = sum(minute.frames for minutes in open_part.values() for minute in minutes.values())
    assert 0 < frames < len(READINGS)
    assert energies(path, open_part) != energies(path)


async def test_a_number_that_is_not_durable_is_never_written(path: Path) -> None:
    with closing(Journal.open(path)) as journal:
        for reading in READINGS:
            journal.append(reading)
        await write_history(journal, path, journal.last_seq)
        with closing(History.open(history_path(path))) as history:
            assert 0 < history.progress().place <= journal.durable_seq


async def test_a_journal_begun_anew_is_read_from_its_beginning(path: Path) -> None:
    with closing(Journal.open(path)) as journal:
        fill(journal, READINGS)
        await write_history(journal, path, journal.last_seq)
    path.unlink()  # noqa: ASYNC240
    later = [
        reading.__class__(
            reading.meter, reading.source, reading.received_at + timedelta(days=1), reading.frame
        )
        for reading in READINGS[:700]
    ]
    with closing(Journal.open(path)) as journal:
        fill(journal, later)
        await write_history(journal, path, journal.last_seq)
    with closing(History.open(history_path(path))) as history:
        assert history.progress().place <= 700
        rows = history.series(
            "house", "frames", START + timedelta(days=1), END + timedelta(days=1), 60
        ).rows
    assert sum(row.number for row in rows) > 200  # type: ignore[union-attr]


async def test_an_older_copy_of_the_journal_counts_nothing_twice(path: Path) -> None:
    with closing(Journal.open(path)) as journal:
        fill(journal, READINGS[:600])
    older = path.read_bytes()  # noqa: ASYNC240
    with closing(Journal.open(path)) as journal:
        fill(journal, READINGS[600:])
        await write_history(journal, path, journal.last_seq)
    before = energies(path)
    path.write_bytes(older)  # noqa: ASYNC240
    late = [
        replace(each, received_at=each.received_at + timedelta(days=1)) for each in READINGS[600:]
    ]
    with closing(Journal.open(path)) as journal:
        fill(journal, late)
        await write_history(journal, path, journal.last_seq)
    assert energies(path) == before
    with closing(History.open(history_path(path))) as history:
        rows = history.series("house", "frames", START, END, 60).rows
        assert sum(row.number for row in rows) <= len(READINGS)  # type: ignore[union-attr]
        with pytest.raises(HistoryError):  # numbers mean something else now
            history.begin_replay(START, oldest_seq=10**9)


async def test_a_full_disk_of_the_history_loses_nothing_and_repeats_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    refusals = 2
    write = History.write

    def refuse(history: History, *args: Any, **more: Any) -> None:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise HistoryDiskError(path=path, detail="disk full")
        write(history, *args, **more)

    monkeypatch.setattr(History, "write", refuse)
    with closing(Journal.open(path)) as journal:
        historian = Historian(
            journal, history_path(path), reports(), lambda entry, _: told.append(entry.seq)
        )
        running = asyncio.create_task(historian.run())
        fill(journal, READINGS)
        while historian.reached < journal.last_seq:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert told == list(range(1, len(READINGS) + 1))
    once = path.with_name("once.db")
    with closing(Journal.open(once)) as journal:
        fill(journal, READINGS)
        await write_history(journal, once, journal.last_seq)
    assert digest(history_path(path)) == digest(history_path(once))


async def test_a_history_that_cannot_be_used_is_said_once(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.historian.RETRY_S", 0.01)
    history_path(path).write_bytes(b"this is no database, but the diary of its owner" * 9)
    with closing(Journal.open(path)) as journal:
        fill(journal, READINGS[:400])
        historian = Historian(journal, history_path(path), reports(), ignore)
        running = asyncio.create_task(historian.run())
        await asyncio.sleep(0.2)
        assert caplog.text.count("history.db") == 1
        history_path(path).unlink()
        while historian.reached < journal.last_seq:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_replay_that_became_live_is_taken_up(path: Path) -> None:
    with closing(Journal.open(path)) as journal, closing(History.open(history_path(path))) as other:
        fill(journal, READINGS[:1000])
        historian = Historian(journal, history_path(path), reports(), ignore)
        running = asyncio.create_task(historian.run())
        while historian.reached < journal.last_seq:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        live = other.progress()
        other.begin_replay(START)
        other.write([], live.place, live.state, Stage.REPLAY)  # a replay that found nothing
        other.promote()
        fill(journal, READINGS[1000:])
        while historian.reached < journal.last_seq:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        assert other.progress().generation == 1
        assert other.progress().place > live.place


def test_the_frames_of_the_fixture_are_of_both_modes_and_noisy() -> None:
    frames: list[Frame] = [reading.frame for reading in READINGS]
    assert {frame.mode for frame in frames} == {"historic", "standard"}
    assert any(frame.rejected for frame in frames)


async def test_what_came_before_the_start_is_not_told_again(path: Path) -> None:
    told: list[tuple[Entry, Judgement]] = []
    moved = "sim:?mode=standard&contract=hc&seed=1&every=20s&step=20s&events=%2B30m power pref=6"
    for new in (readings_of("house", moved, 1), []):
        with closing(Journal.open(path)) as journal:
            historian = Historian(journal, history_path(path), reports(), lambda *e: told.append(e))
            running = asyncio.create_task(historian.run())
            fill(journal, new)
            while historian.reached < journal.last_seq:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    assert [entry.seq for entry, _ in told] == list(range(1, len(told) + 1))
    events = [event for _, judgement in told for event in judgement.events]
    assert [event.subject for event in events] == ["PREF", "PCOUP"]
    assert {event.kind for event in events} == {EventKind.POWER}
