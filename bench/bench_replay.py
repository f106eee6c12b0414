"""The replay: the same as direct processing, killed or not, and its speed."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.figure import Figure
from bench.past import digest, house_and_barn, make, spoil
from bench.replay_process import kill_again_and_again
from telewatt.reading import Reading
from telewatt.service.replay import Replay
from telewatt.store import Archive
from telewatt.store.history import History, history_path

NAMES = ("replay.kill.differences", "replay.kill.begun", "replay.speed")
KILLS = 60
HOURS = 24


def figures() -> Iterator[Figure]:
    """Yield the figures of the replay."""
    readings = house_and_barn(HOURS)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "right").mkdir()
        right = make(Path(folder) / "right" / "journal.db", readings)
        spoilt = make(Path(folder) / "journal.db", [spoil(reading) for reading in readings])
        yield from _kills(spoilt, right, readings)
        yield _speed(right, len(readings))


def _kills(path: Path, right: Path, readings: list[Reading]) -> Iterator[Figure]:
    ended = kill_again_and_again(path, KILLS, seed=KILLS, longest_s=0.3)
    _replay(path)
    with closing(Archive.open(path)) as archive:
        wrong = sum(
            entry.reading != reading
            for entry, reading in zip(archive.entries(), readings, strict=True)
        )
    wrong += digest(history_path(path)) != digest(history_path(right))
    what = f"of {len(readings)} entries and the history"
    yield Figure("replay.kill.differences", wrong, what, "0", wrong == 0)
    yield Figure("replay.kill.begun", KILLS - ended, f"of {KILLS} killed", "any", ok=True)


def _speed(path: Path, entries: int) -> Figure:
    started = time.process_time()
    _replay(path)
    cost_us = (time.process_time() - started) / entries * 1e6
    return Figure("replay.speed", cost_us, "us of processor a frame", "any", ok=True)


def _replay(path: Path) -> None:
    with (
        closing(Archive.open(path)) as archive,
        closing(History.open(history_path(path))) as history,
    ):
        replay = Replay(archive, history, {})
        replay.begin()
        replay.run(lambda reached, last: None)
