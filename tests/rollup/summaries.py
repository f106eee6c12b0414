"""Summaries for properties: any at all, and those of a plausible meter."""

from hypothesis import strategies as st

from telewatt.rollup import Counter, Gauge, Summary
from telewatt.rollup.instant import MINUTE_MS

START_MS = 1_735_689_600_000  # 2025-01-01T00:00Z
QUANTITIES = ("import_wh", "import_1_wh", "export_wh", "apparent_va", "voltage_1_v")


@st.composite
def counters(draw: st.DrawFn) -> Counter:
    points = st.tuples(st.integers(0, 5 * MINUTE_MS), st.integers(0, 10**9))
    first, last = sorted((draw(points), draw(points)))
    return Counter(START_MS + first[0], first[1], START_MS + last[0], last[1])


@st.composite
def gauges(draw: st.DrawFn) -> Gauge:
    values = draw(st.lists(st.integers(-100, 50_000), min_size=1, max_size=4))
    return Gauge(len(values), sum(values), min(values), max(values))


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    small = st.integers(0, 50)
    arrival = draw(st.none() | st.tuples(small, small))
    return Summary(
        draw(small),
        draw(small),
        draw(small),
        arrival and (START_MS + min(arrival), START_MS + max(arrival)),
        draw(st.dictionaries(st.sampled_from(QUANTITIES[:3]), counters())),
        draw(st.dictionaries(st.sampled_from(QUANTITIES[3:]), gauges())),
    )
