"""The file: private, whole, shared by processes, and never silently wrong."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from telewatt.rollup import Step
from telewatt.store.history import (
    History,
    HistoryDamagedError,
    HistoryDiskError,
    HistoryError,
    HistoryForeignError,
    HistoryMovedError,
    HistoryNewerError,
)
from telewatt.store.history.database import SCHEMA
from tests.store.disks import file_size_limit, inserted_card
from tests.store.history.meters import METER, START, points, portion

HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history with two hours of a meter."""
    path = tmp_path / "history.db"
    history = History.open(path)
    history.write([portion(points(7200, 1000))], 7200, {})
    history.close()
    return path


def rows(path: Path) -> int:
    history = History.open(path, writable=False)
    found = history.series(METER, "import_wh", START, START + 2 * HOUR, Step.HOUR).rows
    history.close()
    return len([row for row in found if row.wh])


def test_only_its_user_may_read_it(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        history = History.open(tmp_path / "folder" / "history.db")
        history.write([portion(points(100))], 100, {})
    finally:
        os.umask(mask)
    files = list((tmp_path / "folder").iterdir())
    assert len(files) == 3
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 3
    assert oct((tmp_path / "folder").stat().st_mode & 0o777) == "0o700"
    history.close()
    assert [file.name for file in (tmp_path / "folder").iterdir()] == ["history.db"]


def test_to_look_only_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(HistoryDiskError):
        History.open(tmp_path / "history.db", writable=False)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_may_not_be_written_can_be_looked_into() -> None:
    with inserted_card() as card:
        path = card.folder / "history.db"
        history = History.open(path)
        history.write([portion(points(7200, 1000))], 7200, {})
        history.close()
        card.set_writable(False)
        assert rows(path) == 2
        with pytest.raises(HistoryDiskError):
            History.open(path).write([portion(points(100))], 7300, {})
        card.set_writable(True)


def spoil_header(path: Path) -> None:
    path.write_bytes(b"\x00" * 100 + path.read_bytes()[100:])


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def spoil_version(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[60:64] = b"\x7f\xff\xff\xff"
    path.write_bytes(content)


def write_words(path: Path) -> None:
    path.write_text("dear diary, " * 100)


def another_database(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photo (id)")
    connection.commit()
    connection.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(SCHEMA) + 1}")
    connection.commit()
    connection.close()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (spoil_header, HistoryDamagedError, ("restore a backup", "restaurez une sauvegarde")),
        (cut_off, HistoryDamagedError, ("restore a backup", "restaurez une sauvegarde")),
        (spoil_version, HistoryDamagedError, ("restore a backup", "restaurez une sauvegarde")),
        (write_words, HistoryForeignError, ("move it away", "déplacez-le")),
        (another_database, HistoryForeignError, ("move it away", "déplacez-le")),
        (folder, HistoryForeignError, ("move it away", "déplacez-le")),
        (newer, HistoryNewerError, ("install that version", "réinstallez-la")),
    ],
)
def test_a_file_that_is_no_history_is_refused_and_left_alone(
    path: Path, spoil: Callable[[Path], None], error: type[HistoryError], words: tuple[str, str]
) -> None:
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    for writable in (True, False):
        with pytest.raises(error) as caught:
            History.open(path, writable=writable)
        for text, remedy in zip(caught.value.text, words, strict=True):
            assert str(path) in text
            assert remedy in text
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_damage_inside_is_told_where_it_is_met(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE chunk SET payload = zeroblob(100) WHERE level = 2")
    connection.commit()
    connection.close()
    history = History.open(path)
    with pytest.raises(HistoryDamagedError):
        history.series(METER, "import_wh", START, START + 2 * HOUR, Step.HOUR)
    with pytest.raises(HistoryDamagedError):
        history.write([portion(points(100))], 7300, {})
    assert history.progress().place == 7200
    assert history.series(METER, "import_wh", START, START + HOUR, Step.DAY).rows[0].wh
    history.close()


def test_damaged_pages_are_damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(HistoryDamagedError):
        rows(path)


def test_a_file_that_was_moved_away_is_not_written_any_more(path: Path) -> None:
    history = History.open(path)
    path.rename(path.with_name("elsewhere.db"))
    with pytest.raises(HistoryMovedError):
        history.write([], 7201, {})
    with pytest.raises(HistoryMovedError):
        history.meters()
    other = History.open(path)
    with pytest.raises(HistoryMovedError):
        history.write([], 7201, {})
    assert other.progress().place == 0
    other.close()
    history.close()


def test_a_full_disk_loses_nothing_and_is_worth_another_try(path: Path) -> None:
    history = History.open(path)
    more = portion(points(50_000, 20_000))
    with file_size_limit(path.stat().st_size + 20_000), pytest.raises(HistoryDiskError) as caught:
        history.write([more], 99_999, {})
    assert "free some space" in caught.value.text.en
    assert history.progress().place == 7200
    history.write([more], 99_999, {})
    assert history.progress().place == 99_999
    history.close()


def test_who_writes_waits_for_the_other(path: Path) -> None:
    """Two services of one house would be wrong, but joins, imports and replays are not."""
    writers = [History.open(path) for _ in range(4)]

    def write(history: History, number: int) -> None:
        for n in range(10):
            if number:
                history.join(f"site{number}-{n}", METER)
            else:
                history.add_import([b"%d" % n], [], kind="", name="", meter=METER)

    threads = [
        threading.Thread(target=write, args=(history, number))
        for number, history in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(writers[0].joins()) == 31
    assert len(writers[1].imports()) == 10
    for history in writers:
        history.close()


def test_a_query_sees_one_state_while_others_write(path: Path) -> None:
    reader, writer = History.open(path, writable=False), History.open(path)
    with reader._database.reading() as connection:
        before = connection.execute("SELECT count(*) FROM chunk").fetchone()
        writer.write([portion(points(7200, 1000, seed=5))], 7201, {})
        writer.add_import([b"x"], [portion(points(100))], kind="", name="", meter=METER)
        assert connection.execute("SELECT count(*) FROM chunk").fetchone() == before
    assert reader.progress().place == 7201
    writer.close()
    reader.close()


WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from telewatt.store.history import History, ReplayBehindError, ReplayLostError, Stage
from tests.store.history.meters import START, points, portion

history = History.open(Path(sys.argv[1]))
found = list(points(400, 60_000))
print("open", flush=True)
while True:
    for stage in (Stage.LIVE, Stage.REPLAY):
        try:
            place = history.progress(stage).place
        except ReplayLostError:
            place = history.begin_replay(START).place
        if stage is Stage.REPLAY:
            place = min(place, history.progress().place - 1)
        step = found[place % 400 : place % 400 + 7]
        history.write([portion(step)], place + len(step), {"place": place + len(step)}, stage)
        print(stage.name, place + len(step), flush=True)
    try:
        history.promote()
        print("promoted", flush=True)
    except ReplayBehindError:
        pass
    content = [b"%d" % place]
    number = history.add_import(content, [portion(step)], kind="", name="", meter="M").number
    print("import", number, flush=True)
    if number % 3 == 0:
        history.remove_import(number)
"""


@pytest.mark.slow
def test_a_history_that_is_killed_is_whole_and_goes_on(tmp_path: Path) -> None:
    """At any moment: while it is made, written, replayed, promoted, imported."""
    path = tmp_path / "history.db"
    promised = 0
    for kill in range(40):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(kill % 13)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
        places = [int(line.split()[1]) for line in said if line.startswith("LIVE")]
        promised = max([promised, *places])
        process.wait()
        process.stdout.close()
    history = History.open(path)
    assert history.progress().place >= promised > 0
    assert history.progress().state == {"place": history.progress().place}
    assert history.verify().differences == []
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    history.close()
