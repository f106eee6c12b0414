"""Entries judged from any place on are worth what they are worth from the beginning."""

from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from bench.past import readings_of
from telewatt.derivation import Derivation, Judge, Judged
from telewatt.service.judging import judged_after
from telewatt.store import Journal
from telewatt.store.history import History, history_path

READINGS = readings_of("house", "sim:?mode=standard&contract=tempo&seed=2&every=10s&step=10s", 1.2)
KEPT = 150
"""Of so many readings the history keeps a state."""


async def take(journal: Journal, place: int, count: int) -> list[Judged]:
    found: list[Judged] = []
    async for batch in judged_after(journal, history_path(journal.path), place):
        found += batch
        if len(found) >= count:
            break
    return found


@pytest.fixture
def whole() -> list[Judged]:
    judge = Judge()
    return [judge.take(seq, reading) for seq, reading in enumerate(READINGS, 1)]


@pytest.mark.parametrize("place", [0, KEPT, KEPT + 30, len(READINGS) - 1])
async def test_what_is_kept_in_the_history_is_gone_on_from(
    tmp_path: Path, whole: list[Judged], place: int
) -> None:
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        for reading in READINGS:
            journal.append(reading)
        derivation = Derivation()
        for reading in READINGS[:KEPT]:
            derivation.take(reading)
        with closing(History.open(history_path(journal.path))) as history:
            history.write(derivation.harvest(), KEPT, derivation.state())
        found = await take(journal, place, len(READINGS) - place)
    assert [judged[:3] for judged in found] == [judged[:3] for judged in whole[place:]]


async def test_without_a_history_some_frames_before_settle_the_indexes(
    tmp_path: Path, whole: list[Judged]
) -> None:
    place = len(READINGS) - 20
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        for reading in READINGS:
            journal.append(reading)
        found = await take(journal, place, 20)
    totals = [judged.judgement.settled for judged in found]
    assert totals == [judged.judgement.settled for judged in whole[place:]]
    assert all(after.seq - before.seq == 1 for before, after in pairwise(found))


@pytest.mark.parametrize("damage", ["text", "empty", "middle", "folder"])
async def test_a_history_that_is_damaged_keeps_nobody_from_judging(
    tmp_path: Path, whole: list[Judged], damage: str
) -> None:
    place = len(READINGS) - 20
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        for reading in READINGS:
            journal.append(reading)
        derivation = Derivation()
        for reading in READINGS[:KEPT]:
            derivation.take(reading)
        path = history_path(journal.path)
        with closing(History.open(path)) as history:
            history.write(derivation.harvest(), KEPT, derivation.state())
        spoil(path, damage)
        found = await take(journal, place, 20)
    totals = [judged.judgement.settled for judged in found]
    assert totals == [judged.judgement.settled for judged in whole[place:]]


def spoil(path: Path, damage: str) -> None:
    if damage == "text":
        path.write_text("this is no database" * 1000)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "middle":
        whole = path.read_bytes()
        path.write_bytes(whole[:1000] + b"x" * (len(whole) - 2000) + whole[-1000:])
    else:
        path.unlink()
        path.mkdir()
