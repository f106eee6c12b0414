"""Summaries merge in any order and grouping, also where they interleave in time."""

from hypothesis import given
from hypothesis import strategies as st

from telewatt.rollup import Counter, Summary, merge_summaries
from telewatt.rollup.summary import EMPTY
from tests.rollup.summaries import START_MS, counters, summaries


@given(summaries(), summaries(), summaries())
def test_merging_is_associative(a: Summary, b: Summary, c: Summary) -> None:
    assert a.merge(b).merge(c) == a.merge(b.merge(c))


@given(summaries(), summaries())
def test_merging_is_commutative(a: Summary, b: Summary) -> None:
    assert a.merge(b) == b.merge(a)


@given(summaries())
def test_nothing_merges_without_a_trace(summary: Summary) -> None:
    assert summary.merge(EMPTY) == EMPTY.merge(summary) == summary


@given(st.lists(summaries(), max_size=5), st.randoms())
def test_the_order_of_the_parts_does_not_matter(parts: list[Summary], random: object) -> None:
    shuffled = parts.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge_summaries(parts) == merge_summaries(shuffled)


@given(counters(), st.integers(0, 300_000), st.integers(0, 300_000))
def test_withdrawing_leaves_the_totals_outside(counter: Counter, one: int, other: int) -> None:
    after, until = START_MS + min(one, other), START_MS + max(one, other)
    left = Summary(counters={"import_wh": counter}).without_totals(after, until).counters
    points = [p for p in (counter[:2], counter[2:]) if not after < p[0] <= until]
    assert [p for c in left.values() for p in (c[:2], c[2:])] == (
        [] if not points else [points[0], points[-1]]
    )


def test_withdrawing_one_quantity_leaves_the_others() -> None:
    counter = Counter(START_MS, 1, START_MS + 1, 2)
    summary = Summary(counters={"import_wh": counter, "export_wh": counter})
    left = summary.without_totals(START_MS - 1, START_MS + 1, "export_wh")
    assert left.counters == {"import_wh": counter}
