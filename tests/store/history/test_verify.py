"""A history proves itself: coarser levels follow from the minutes, contents have their hash."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from telewatt.rollup import Level
from telewatt.rollup.chunk import Chunk, encode
from telewatt.store.history import JOURNAL, Difference, History, HistoryDamagedError
from tests.store.history.meters import METER, START_MS, points, portion

HOUR_MS = 3_600_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two days around a new year, and an import."""
    path = tmp_path / "history.db"
    start = START_MS - 30 * HOUR_MS
    with closing(History.open(path)) as history:
        history.write([portion(points(1500, every_ms=113_000, start_ms=start))], 5000, {})
        history.add_import(
            [b"a file of ", b"another"],
            [portion(points(50, every_ms=600_000), meter="imported", source="")],
            kind="test",
            name="file.csv",
            meter="imported",
        )
    return path


def verify(path: Path):  # type: ignore[no-untyped-def]
    with closing(History.open(path, writable=False)) as history:
        return history.verify()


def change(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(sql, values).rowcount == 1
        connection.commit()


def chunks(path: Path, level: Level, meter: str = METER) -> Iterator[tuple[int, Chunk]]:
    sql = """SELECT chunk.rowid, payload FROM chunk JOIN meter ON meter.id = meter
        WHERE name = ? AND level = ? ORDER BY start_ms"""
    with closing(sqlite3.connect(path)) as connection:
        yield from (
            (rowid, Chunk(payload)) for rowid, payload in connection.execute(sql, [meter, level])
        )


def test_a_history_as_it_was_written_is_sound(path: Path) -> None:
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    report = verify(path)
    assert report.sound
    assert (report.meters, report.imports) == (2, 1)
    assert report.minutes == sum(len(c.summaries()) for _, c in chunks(path, Level.MINUTE)) + 50
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("level", [Level.QUARTER, Level.HOUR, Level.DAY])
def test_an_interval_that_does_not_follow_from_the_finer_ones_is_named(
    path: Path, level: Level
) -> None:
    rowid, chunk = list(chunks(path, level))[-1]
    summaries = chunk.summaries()
    start = max(summaries)
    summaries[start] = summaries[start]._replace(frames=summaries[start].frames + 1)
    change(path, "UPDATE chunk SET payload = ? WHERE rowid = ?", encode(summaries), rowid)
    found = verify(path)
    assert not found.sound
    assert found.differences[0] == Difference(METER, JOURNAL, level, start)


def test_a_level_that_is_gone_is_missed(path: Path) -> None:
    rowid, chunk = next(chunks(path, Level.HOUR))
    change(path, "DELETE FROM chunk WHERE rowid = ?", rowid)
    first = min(chunk.summaries())
    assert verify(path).differences[0] == Difference(METER, JOURNAL, Level.HOUR, first)


def test_minutes_that_are_gone_are_missed(path: Path) -> None:
    rowid, chunk = list(chunks(path, Level.MINUTE))[3]
    change(path, "DELETE FROM chunk WHERE rowid = ?", rowid)
    first = min(chunk.summaries())
    assert verify(path).differences == [Difference(METER, JOURNAL, Level.QUARTER, first)]


def test_the_content_of_an_import_must_be_what_was_brought_in(path: Path) -> None:
    import zlib

    change(path, "UPDATE import_piece SET content = ?", zlib.compress(b"a file of another time"))
    assert verify(path).altered == ["file.csv"]


def test_a_chunk_that_cannot_be_read_is_damage(path: Path) -> None:
    rowid, _ = next(chunks(path, Level.MINUTE))
    change(path, "UPDATE chunk SET payload = ? WHERE rowid = ?", b"\x01\x02", rowid)
    with pytest.raises(HistoryDamagedError):
        verify(path)


def test_progress_is_told_until_the_end(path: Path) -> None:
    told: list[tuple[int, int]] = []
    with closing(History.open(path, writable=False)) as history:
        history.verify(lambda done, parts: told.append((done, parts)))
    assert told[-1][0] == told[-1][1] == len(told)
