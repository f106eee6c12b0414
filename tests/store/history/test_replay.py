"""A replay gives what the journal gives at once, and becomes live in one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from telewatt.language import Text
from telewatt.rollup import Fold, Step
from telewatt.rollup.instant import HOUR_MS, from_ms, to_ms
from telewatt.rollup.total import Quality
from telewatt.store.history import (
    GenerationError,
    History,
    NothingToReplayError,
    ReplayBehindError,
    ReplayLostError,
    Stage,
)
from telewatt.truth.judgement import Event, EventKind
from tests.store.history.meters import METER, START, Point, judgement, points, reading
from tests.store.history.test_history import contents

HOUR = timedelta(hours=1)
OTHER = "022462222222"
Journal = list[tuple[str, Point]]


def journal_of(hours: int, seed: int = 1) -> Journal:
    """Two meters in turn, a reading a minute; entry number n is the n-th, from 1."""
    count = hours * 60
    one = points(count, 60_000, seed=seed)
    other = points(count, 60_000, to_ms(START) + 30_000, seed=seed + 1, total=77)
    return [
        entry
        for pair in zip(one, other, strict=True)
        for entry in ((METER, pair[0]), (OTHER, pair[1]))
    ]


def event_of(seq: int, at_ms: int, word: str) -> Event:
    return Event(
        EventKind.MODE, from_ms(at_ms), from_ms(at_ms), str(seq), "", word, Text(word, word)
    )


class Service:
    """Folds entries and writes every hour, as the service does and as a replay does.

    Args:
        decoder: a newer one reads other gauges, and other events.
    """

    def __init__(
        self, history: History, journal: Sequence[Any], stage: Stage = Stage.LIVE, decoder: int = 1
    ) -> None:
        self.history, self.journal, self.stage, self.decoder = history, journal, stage, decoder
        self.take_up()

    def take_up(self) -> None:
        progress = self.history.progress(self.stage)
        self.place = progress.place
        states = progress.state or {}
        self.folds = {meter: Fold.restore(meter, state) for meter, state in states.items()}

    def run(self, until: int | None = None) -> None:
        written = None
        for seq in range(self.place + 1, (until or len(self.journal)) + 1):
            meter, (at_ms, totals, gauges) = self.journal[seq - 1]
            if self.decoder > 1:
                gauges = {**gauges, "current_1_a": self.decoder}
            events = (event_of(seq, at_ms, f"v{self.decoder}"),) if seq % 301 == 0 else ()
            fold = self.folds.setdefault(meter, Fold(meter))
            fold.add(reading(at_ms, meter, meter), judgement(at_ms, totals, gauges, events))
            self.place, hour = seq, (at_ms - 60_000) // HOUR_MS
            if written is not None and hour > written:
                self.write(from_ms(at_ms))
            written = hour

    def write(self, now: datetime) -> None:
        portions = [fold.take(now) for fold in self.folds.values()]
        states = {meter: fold.state() for meter, fold in self.folds.items()}
        self.history.write(portions, self.place, states, self.stage)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "history.db")
    yield opened
    opened.close()


def at_once(tmp_path: Path, journal: Journal, until: int, decoder: int) -> dict[Any, Any]:
    """What the live stage would be, had the newer decoder been there from the beginning."""
    with_new = History.open(tmp_path / "at-once.db")
    Service(with_new, journal, decoder=decoder).run(until)
    found = contents(with_new.path)
    events = with_new.events(METER) + with_new.events(OTHER)
    with_new.close()
    return {**found, "events": events}


def everything(history: History) -> dict[Any, Any]:
    return {**contents(history.path), "events": history.events(METER) + history.events(OTHER)}


@pytest.mark.slow
def test_a_replay_equals_what_the_decoder_would_have_given(
    history: History, tmp_path: Path
) -> None:
    journal = journal_of(60)
    live = Service(history, journal)
    live.run()
    before = everything(history)
    history.begin_replay(START)
    target = history.progress().place
    Service(history, journal, Stage.REPLAY, decoder=2).run(target)
    assert {k: v for k, v in everything(history).items() if k[0] != Stage.REPLAY} == before
    progress = history.promote()
    assert (progress.place, progress.generation) == (target, 1)
    assert everything(history) == at_once(tmp_path, journal, target, 2)


@pytest.mark.slow
@pytest.mark.parametrize("since", [0, 20, 30, 49])
def test_a_replay_from_a_day_on_leaves_what_was_before(
    history: History, tmp_path: Path, since: int
) -> None:
    journal = journal_of(72)
    Service(history, journal).run()
    progress = history.begin_replay(START + since * HOUR)
    assert from_ms(progress.cut_ms) <= START + since * HOUR
    assert (progress.place > 0) is (since > 1)
    target = history.progress().place
    Service(history, journal, Stage.REPLAY, decoder=1).run(target)
    history.promote()
    assert everything(history) == at_once(tmp_path, journal, target, 1)


def test_what_is_replayed_from_a_cut_on_is_all_anew(history: History) -> None:
    journal = journal_of(72)
    Service(history, journal).run()
    cut = from_ms(history.begin_replay(START + 30 * HOUR).cut_ms)
    Service(history, journal, Stage.REPLAY, decoder=2).run(history.progress().place)
    history.promote()
    rows = history.series(METER, "current_1_a", START, START + 70 * HOUR, 60).rows
    assert [row.samples > 0 for row in rows] == [row.start >= cut for row in rows]
    words = {event.after for _, event in history.events(METER) if event.at >= cut + HOUR}
    assert words == {"v2"}


def test_the_other_meters_stay_as_they_are(history: History) -> None:
    journal = journal_of(50)
    Service(history, journal).run()
    before = everything(history)
    history.begin_replay(START, meters=[METER])
    replay = Service(history, journal, Stage.REPLAY, decoder=2)
    replay.run(history.progress().place)
    live = history.progress().state
    history.promote({**live, METER: history.progress(Stage.REPLAY).state[METER]})
    numbers = {name: n for n, name in enumerate((METER, OTHER), 1)}
    after = everything(history)
    assert {k: v for k, v in after.items() if k != "events" and k[2] == numbers[OTHER]} == {
        k: v for k, v in before.items() if k != "events" and k[2] == numbers[OTHER]
    }
    assert "current_1_a" in history.quantities(METER)
    assert "current_1_a" not in history.quantities(OTHER)


@pytest.mark.slow
def test_the_service_notices_that_a_replay_became_live(history: History, tmp_path: Path) -> None:
    journal = journal_of(40)
    live = Service(history, journal)
    live.run(3_300)
    other = History.open(history.path)
    other.begin_replay(START)
    Service(other, journal, Stage.REPLAY, decoder=2).run(other.progress().place)
    other.promote()
    other.close()
    with pytest.raises(GenerationError):
        live.run()
    live.decoder = 2
    live.take_up()
    live.run()
    assert everything(history) == at_once(tmp_path, journal, len(journal), 2)


def test_a_replay_must_have_come_as_far_as_the_service(history: History) -> None:
    journal = journal_of(40)
    live = Service(history, journal)
    live.run(2_600)
    history.begin_replay(START)
    replay = Service(history, journal, Stage.REPLAY)
    replay.run(history.progress().place)
    live.run()
    with pytest.raises(ReplayBehindError):
        history.promote()
    replay.run(history.progress().place)
    history.promote()
    with pytest.raises(ReplayLostError):
        history.promote()


@pytest.mark.slow
def test_a_replay_that_was_broken_off_goes_on(history: History, tmp_path: Path) -> None:
    journal = journal_of(40)
    Service(history, journal).run()
    history.begin_replay(START)
    target = history.progress().place
    Service(history, journal, Stage.REPLAY, decoder=2).run(1_700)
    again = Service(history, journal, Stage.REPLAY, decoder=2)
    assert 0 < again.place <= 1_700
    again.run(target)
    history.promote()
    assert everything(history) == at_once(tmp_path, journal, target, 2)


def test_a_replay_leaves_the_file_as_large_as_it_was(history: History) -> None:
    journal = journal_of(30)
    Service(history, journal).run()
    history.close()
    size = history.path.stat().st_size
    again = History.open(history.path)
    again.begin_replay(START)
    Service(again, journal, Stage.REPLAY).run(again.progress().place)
    again.promote()
    again.close()
    assert history.path.stat().st_size <= size + 4096


def test_totals_that_came_before_the_cut_meanwhile_end_a_replay(history: History) -> None:
    """The clock of the service was set back: what the replay has kept is no longer so."""
    journal = journal_of(50)
    Service(history, journal).run()
    progress = history.begin_replay(START + 40 * HOUR)
    assert progress.cut_ms > 0
    late = Fold(METER)
    late.add(reading(progress.cut_ms - HOUR_MS), judgement(progress.cut_ms - HOUR_MS, {}))
    live = history.progress()
    history.write([late.take()], live.place + 1, live.state)
    with pytest.raises(ReplayLostError):
        history.promote()
    assert history.begin_replay(START + 40 * HOUR).cut_ms < progress.cut_ms


@pytest.mark.slow
def test_what_a_replay_withdraws_before_its_cut_is_withdrawn(history: History) -> None:
    journal = journal_of(72)
    Service(history, journal).run()
    whole = history.energy(METER, "import_wh", START + 20 * HOUR, START + 30 * HOUR)
    cut_ms = history.begin_replay(START + 55 * HOUR).cut_ms
    replay = Service(history, journal, Stage.REPLAY)
    since = START + 20 * HOUR
    assert to_ms(since) < cut_ms - 20 * HOUR_MS
    retracted = Event(
        EventKind.RETRACTED, since + 9 * HOUR, since + HOUR / 2, "import_wh", "", "", Text("", "")
    )
    now = from_ms(journal[replay.place][1][0])
    replay.folds[METER].add(reading(to_ms(now)), judgement(to_ms(now), {}, {}, (retracted,)))
    replay.run(history.progress().place)
    history.promote()
    rows = history.series(METER, "import_wh", since, since + 10 * HOUR, Step.HOUR).rows
    assert {row.quality for row in rows[1:8]} == {Quality.BRACKETED}
    assert sum(row.wh or 0 for row in rows) == whole.wh
    before = everything(history)
    history.begin_replay(START + 55 * HOUR)  # what it begins with has been withdrawn too
    Service(history, journal, Stage.REPLAY).run(history.progress().place)
    history.promote()
    assert everything(history) == before
    assert history.verify().differences == []


@pytest.mark.slow
def test_what_the_journal_no_longer_has_is_kept(history: History) -> None:
    journal = journal_of(80)
    Service(history, journal).run()
    before = everything(history)
    first = history.begin_replay(START).place
    assert first == 0
    oldest_seq = 120 * 30
    progress = history.begin_replay(START, oldest_seq=oldest_seq)
    assert progress.place >= oldest_seq - 1
    Service(history, journal, Stage.REPLAY, decoder=1).run(history.progress().place)
    history.promote()
    assert everything(history) == before
    with pytest.raises(NothingToReplayError):
        history.begin_replay(START, oldest_seq=len(journal) + 1)


@pytest.mark.slow
def test_a_replay_leaves_snapshots_to_start_from(history: History) -> None:
    journal = journal_of(80)
    Service(history, journal).run()
    cuts = [history.begin_replay(START + n * HOUR).cut_ms for n in (30, 60, 79)]
    history.begin_replay(START)
    Service(history, journal, Stage.REPLAY).run(history.progress().place)
    history.promote()
    assert [history.begin_replay(START + n * HOUR).cut_ms for n in (30, 60, 79)] == cuts
    assert len(set(cuts)) == 3
