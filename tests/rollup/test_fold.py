"""A fold counts every frame in its minute and every total at its own time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from telewatt.language import Text
from telewatt.reading import Reading
from telewatt.rollup import Counter, Fold, Gauge, Summary, Withdrawal, merge_summaries
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS, from_ms
from telewatt.tic import Dataset, Frame, Mode, Reason, Rejected, Status
from telewatt.truth.judgement import Event, EventKind, Judgement, Settled
from tests.rollup.summaries import START_MS

START = datetime(2025, 1, 1, tzinfo=UTC)
NOTHING = Judgement((), {}, ())


def reading(at_ms: int, rejected: int = 0, repaired: int = 0) -> Reading:
    datasets = tuple(Dataset("PAPP", "00001", 1, repaired=n < repaired) for n in range(3))
    parts = tuple(Rejected(n, Reason.CHECKSUM, b"x") for n in range(rejected))
    frame = Frame(Mode.HISTORIC, Status.COMPLETE, 0, b"", datasets, parts)
    return Reading("1", "house", from_ms(at_ms), frame)


def event(kind: EventKind, since_ms: int, at_ms: int, subject: str = "") -> Event:
    return Event(kind, from_ms(at_ms), from_ms(since_ms), subject, "", "", Text("", ""))


def settled(at_ms: int, total: int) -> Settled:
    return Settled(from_ms(at_ms), {"import_wh": total})


@given(
    st.lists(
        st.tuples(st.integers(0, 10 * MINUTE_MS), st.integers(0, 3), st.integers(0, 3)), min_size=1
    )
)
def test_every_frame_is_counted_in_its_minute(found: list[tuple[int, int, int]]) -> None:
    fold = Fold("1")
    for at, rejected, repaired in found:
        fold.add(reading(START_MS + at, rejected, repaired), NOTHING)
    for start, minute in fold.minutes.items():
        within = [one for one in found if (START_MS + one[0]) // MINUTE_MS * MINUTE_MS == start]
        assert minute[:3] == (
            len(within),
            sum(rejected for _, rejected, _ in within),
            sum(repaired for _, _, repaired in within),
        )
        times = [START_MS + at for at, _, _ in within]
        assert minute.arrival == (min(times), max(times))
    assert merge_summaries(fold.minutes.values()).frames == len(found)


@given(st.lists(st.integers(-5, 50_000), min_size=1, max_size=30))
def test_gauges_are_those_of_all_readings(values: list[int]) -> None:
    fold = Fold("1")
    for number, value in enumerate(values):
        fold.add(reading(START_MS + number), Judgement((), {"apparent_va": value}, ()))
    (minute,) = fold.minutes.values()
    expected = Gauge(len(values), sum(values), min(values), max(values))
    assert minute.gauges == {"apparent_va": expected}


def test_a_total_that_comes_late_counts_at_its_own_time() -> None:
    fold = Fold("1")
    fold.add(reading(START_MS + 59_000), NOTHING)
    late = (settled(START_MS + 59_000, 5), settled(START_MS + 61_000, 6))
    fold.add(reading(START_MS + 61_000), Judgement(late, {}, ()))
    counters = [minute.counters["import_wh"] for minute in fold.minutes.values()]
    assert counters == [
        Counter(START_MS + 59_000, 5, START_MS + 59_000, 5),
        Counter(START_MS + 61_000, 6, START_MS + 61_000, 6),
    ]


def test_an_hour_is_given_away_a_minute_after_its_end() -> None:
    fold = Fold("1")
    for minute in range(121):
        fold.settle(START_MS + minute * MINUTE_MS, {"import_wh": minute})
    assert not fold.take(START + timedelta(minutes=60, seconds=59)).minutes
    taken = fold.take(START + timedelta(minutes=61))
    assert list(taken.minutes) == [START_MS + n * MINUTE_MS for n in range(60)]
    assert taken.closed_ms == START_MS + HOUR_MS
    assert list(fold.minutes) == [START_MS + n * MINUTE_MS for n in range(60, 121)]


def test_a_minute_given_away_is_opened_again_by_what_comes_late() -> None:
    fold = Fold("1")
    fold.settle(START_MS, {"import_wh": 1})
    first = fold.take().minutes
    fold.settle(START_MS + 1, {"import_wh": 2})
    second = fold.take().minutes
    both = first[START_MS].merge(second[START_MS])
    assert both.counters["import_wh"] == Counter(START_MS, 1, START_MS + 1, 2)


def test_what_was_seen_goes_with_the_portion() -> None:
    fold = Fold("1")
    happened = event(EventKind.OUTAGE, START_MS, START_MS)
    fold.add(reading(START_MS), Judgement((), {}, (happened,)))
    portion = fold.take()
    assert (portion.meter, portion.source, portion.modes) == ("1", "house", {"historic"})
    assert portion.events == (happened,)
    assert fold.take().events == ()


def test_a_retracted_total_is_withdrawn_and_those_that_replace_it_are_kept() -> None:
    fold = Fold("1")
    for second in range(5):
        totals = {"import_wh": 900 + second, "export_wh": second}
        fold.settle(START_MS + second * 1000, totals)
    retracted = event(EventKind.RETRACTED, START_MS + 2000, START_MS + 6000, "import_wh")
    good = (settled(START_MS + 5000, 300), settled(START_MS + 6000, 301))
    fold.add(reading(START_MS + 6000), Judgement(good, {}, (retracted,)))
    portion = fold.take()
    assert portion.withdrawals == (Withdrawal(START_MS + 1999, START_MS + 5999, "import_wh"),)
    counters = portion.minutes[START_MS].counters
    assert counters["export_wh"] == Counter(START_MS, 0, START_MS + 4000, 4)
    assert counters["import_wh"] == Counter(START_MS, 900, START_MS + 6000, 301)


SECONDS = st.lists(
    st.tuples(
        st.integers(0, 3 * HOUR_MS),
        st.dictionaries(st.sampled_from(("import_wh", "export_wh")), st.integers(0, 9)),
        st.dictionaries(st.just("apparent_va"), st.integers(0, 9)),
    ),
    max_size=40,
)


@given(SECONDS, st.integers(0, 40))
def test_a_fold_goes_on_from_its_state_as_json(
    found: list[tuple[int, dict[str, int], dict[str, int]]], cut: int
) -> None:
    straight, interrupted = Fold("1"), Fold("1")
    for number, (at, totals, gauges) in enumerate(found):
        if number == cut:
            state = json.loads(json.dumps(interrupted.state()))
            interrupted = Fold.restore("1", state)
        for fold in (straight, interrupted):
            judgement = Judgement((Settled(from_ms(START_MS + at), totals),), gauges, ())
            fold.add(reading(START_MS + at), judgement)
    assert interrupted.state() == straight.state()
    assert interrupted.take().minutes == straight.take().minutes


def test_totals_come_without_frames_too() -> None:
    fold = Fold("1")
    fold.settle(START_MS + 1, {"import_wh": 7})
    (minute,) = fold.minutes.values()
    assert isinstance(minute, Summary)
    assert (minute.frames, minute.arrival) == (0, None)
    assert [*minute.counters, *minute.gauges] == ["import_wh"]
