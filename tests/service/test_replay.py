"""Decoding a journal again, and building its history anew."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench.past import START, digest, fill, house_and_barn, make, spoil, write_history
from telewatt.reading import Reading
from telewatt.service.replay import EVER, Changes, HoleError, OtherJournalError, Replay
from telewatt.store import Archive, Journal
from telewatt.store.batch import places, seal, unseal
from telewatt.store.history import History, Stage, history_path

READINGS = house_and_barn(4.2)
BARN = next(reading.meter for reading in READINGS if reading.source == "barn")


class StoppedError(Exception):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("right") / "journal.db", READINGS)


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    readings = [spoil(reading) for reading in READINGS]
    return make(tmp_path_factory.mktemp("wrong") / "journal.db", readings)


@pytest.fixture
def spoilt(tmp_path: Path, wrong: Path) -> Path:
    return Path(shutil.copytree(wrong.parent, tmp_path / "copy")) / wrong.name


def run(path: Path, since: datetime = EVER, meters: frozenset[str] | None = None) -> Changes:
    with (
        closing(Archive.open(path)) as archive,
        closing(History.open(history_path(path))) as history,
    ):
        replay = Replay(archive, history, {}, meters)
        replay.begin(since)
        replay.run(lambda reached, last: None)
        return replay.changes


def entries_of(path: Path) -> list[Reading]:
    with closing(Archive.open(path)) as archive:
        return [entry.reading for entry in archive.entries()]


def test_the_result_is_that_of_direct_processing(spoilt: Path, right: Path) -> None:
    assert digest(history_path(spoilt)) != digest(history_path(right))
    changes = run(spoilt)
    assert digest(history_path(spoilt)) == digest(history_path(right))
    assert entries_of(spoilt) == entries_of(right) == READINGS
    assert changes.entries == len(READINGS)
    assert changes.gained["EAST"] > 600
    assert not changes.lost


def test_it_says_which_energy_has_changed(spoilt: Path) -> None:
    changes = run(spoilt)
    before, after = changes.energy[str(BARN), "import_wh"]
    assert before is None
    assert after is not None
    assert after > 0


def test_a_replay_of_what_is_right_changes_nothing(right: Path) -> None:
    before = digest(history_path(right))
    changes = run(right)
    assert (changes.frames, changes.unpacked, changes.energy) == (0, 0, {})
    assert digest(history_path(right)) == before


def test_one_meter_can_be_replayed_alone(spoilt: Path, right: Path) -> None:
    run(spoilt, meters=frozenset((str(BARN),)))
    start, end = START, START + timedelta(hours=4)
    with (
        closing(History.open(history_path(spoilt))) as history,
        closing(History.open(history_path(right))) as truth,
    ):
        barn = (str(BARN), "import_wh", start, end)
        assert history.energy(*barn) == truth.energy(*barn)
        house = (READINGS[0].source, "import_wh", start, end)
        assert history.energy(*house) != truth.energy(*house)


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_one_that_was_broken_off_goes_on(
    spoilt: Path, right: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.replay.WRITE_ENTRIES", 100)
    seen = 0

    def stop(reached: int, last: int) -> None:
        nonlocal seen
        seen += 1
        if seen == rows:
            raise StoppedError

    with (
        closing(Archive.open(spoilt)) as archive,
        closing(History.open(history_path(spoilt))) as history,
    ):
        replay = Replay(archive, history, {})
        assert replay.begin() is False
        with pytest.raises(StoppedError):
            replay.run(stop)
        place = history.progress(Stage.REPLAY).place
        again = Replay(archive, history, {})
        assert again.begin() is (place > 0)
        again.run(lambda reached, last: None)
        assert again.changes.entries < len(READINGS) or place == 0
    assert digest(history_path(spoilt)) == digest(history_path(right))


def test_what_the_service_writes_meanwhile_is_in_it(tmp_path: Path, right: Path) -> None:
    half = len(READINGS) // 2
    path = make(tmp_path / "journal.db", [spoil(reading) for reading in READINGS[:half]])
    with closing(Journal.open(path)) as journal:
        went_on = False

        def go_on(reached: int, last: int) -> None:
            nonlocal went_on
            if not went_on:
                went_on = True
                fill(journal, READINGS[half:])
                with closing(History.open(history_path(path))) as live:
                    place = live.progress().place
                late = [spoil(reading) for reading in READINGS[place:half]] + READINGS[half:]
                write_history(path, late, first=place + 1)

        with (
            closing(Archive.open(path)) as archive,
            closing(History.open(history_path(path))) as history,
        ):
            replay = Replay(archive, history, {})
            replay.begin()
            replay.run(go_on)
    assert digest(history_path(path)) == digest(history_path(right))


def test_what_cannot_be_read_any_more_is_not_replayed_away(spoilt: Path) -> None:
    before = digest(history_path(spoilt))
    connection = sqlite3.connect(spoilt)
    connection.execute(
        "UPDATE batch SET payload = zeroblob(9000) "
        "WHERE first_seq = (SELECT min(first_seq) FROM batch)"
    )
    connection.commit()
    connection.close()
    with pytest.raises(HoleError, match="entries 1 to"):
        run(spoilt)
    assert digest(history_path(spoilt)) == before


def test_another_journal_is_not_replayed_over_the_history(spoilt: Path) -> None:
    before = digest(history_path(spoilt))
    spoilt.unlink()
    with closing(Journal.open(spoilt)) as journal:
        fill(journal, READINGS[:50])
    with pytest.raises(OtherJournalError, match="another journal"):
        run(spoilt)
    assert digest(history_path(spoilt)) == before


def test_rows_of_another_decoder_are_found(right: Path, tmp_path: Path) -> None:
    """The fixture spoils what it says: rows hold what an older decoder would have left."""
    with closing(Archive.open(right)) as archive:
        row = next(archive.rows())
        entries = unseal(row.payload)
        other = seal(
            [entry._replace(reading=spoil(entry.reading)) for entry in entries], places(row.payload)
        )
    assert unseal(other.payload) != entries
    assert [e.reading.frame.raw for e in unseal(other.payload)] == [
        e.reading.frame.raw for e in entries
    ]
