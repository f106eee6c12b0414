"""Simulated meters, from the line to the history: every energy is the difference of two indexes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telewatt.derivation import Derivation
from telewatt.reading import Reading
from telewatt.rollup import Step
from telewatt.rollup.calendar import PARIS
from telewatt.rollup.instant import MINUTE_MS, from_ms, to_ms
from telewatt.rollup.total import Quality
from telewatt.simulator import parse_settings, simulate
from telewatt.store.history import History
from telewatt.tic import Decoder

LABELS = {"EAST": "import_wh"} | {f"EASF{n:02}": f"import_{n}_wh" for n in range(1, 11)}
LABELS |= {"EAIT": "export_wh", "BASE": "import_1_wh"}
Clock = Callable[[datetime], datetime | None]


class Life(NamedTuple):
    """A meter's history, and what its indexes were: time in milliseconds, then by quantity."""

    history: History
    truth: list[tuple[int, dict[str, int]]]

    def index(self, quantity: str, at: datetime) -> int:
        """The last one sent until then."""
        number = bisect_right(self.truth, to_ms(at), key=lambda one: one[0]) - 1
        return self.truth[max(number, 0)][1][quantity]

    def used(self, quantity: str, start: datetime, end: datetime) -> int:
        return self.index(quantity, end) - self.index(quantity, start)

    def rows(self, quantity: str, start: datetime, end: datetime, step: Step) -> list:  # type: ignore[type-arg]
        return list(self.history.series("house", quantity, start, end, step).rows)


def live(
    path: Path, text: str, start: datetime, length: timedelta, clock: Clock = lambda time: time
) -> Life:
    """Let a simulated meter live; the computer's clock shows ``clock``, ``None``: it is off."""
    history, derivation, decoder = History.open(path), Derivation(), Decoder()
    truth, written, seq = [], 0, 0
    for sent in simulate(parse_settings(text), start):
        arrival = from_ms(to_ms(sent.time + timedelta(seconds=sent.duration_s)))
        if arrival >= start + length:
            break
        truth.append((to_ms(arrival), indexes(sent.datasets)))
        if (shown := clock(arrival)) is None:
            continue
        for frame in decoder.feed(sent.line):
            seq += 1
            derivation.take(Reading(frame.meter, "house", shown, frame))
        if seq - written > 500:
            written = seq
            history.write(derivation.harvest(shown), seq, derivation.state())
    history.write(derivation.harvest(), seq, derivation.state())
    return Life(history, truth)


def indexes(datasets: tuple) -> dict[str, int]:  # type: ignore[type-arg]
    found = {LABELS[d.label]: int(d.data) for d in datasets if d.label in LABELS}
    return found if "import_wh" in found else {**found, "import_wh": found["import_1_wh"]}


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


BEFORE = timedelta(minutes=20)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        ("2025-03-30", "2025-03-31", 23),
        ("2025-10-26", "2025-10-27", 25),
        ("2024-02-29", "2024-03-01", 24),
        ("2024-12-31", "2025-01-02", 48),
    ],
)
def test_hours_and_days_are_differences_of_indexes(
    tmp_path: Path, first: str, last: str, hours: int
) -> None:
    start, end = day(first), day(last)
    text = "contract=hc&producer=yes&pv=3000&every=30s&step=30s"
    life = live(tmp_path / "h.db", text, start - BEFORE, timedelta(hours=hours) + 2 * BEFORE)
    for quantity in ("import_wh", "import_1_wh", "import_2_wh", "export_wh"):
        rows = life.rows(quantity, start, end, Step.HOUR)
        assert len(rows) == hours
        for row in rows:
            assert row.wh == life.used(quantity, row.start, row.end)
            assert row.quality is Quality.MEASURED
        days = life.rows(quantity, start, end, Step.DAY)
        assert sum(row.wh for row in rows) == sum(row.wh for row in days)
        assert [row.wh for row in days] == [life.used(quantity, row.start, row.end) for row in days]
    frames = life.rows("frames", start, end, Step.HOUR)
    assert sum(row.number for row in frames) == hours * 120
    life.history.close()


@pytest.mark.slow
def test_a_tempo_day_ends_at_six(tmp_path: Path) -> None:
    start, end = day("2025-01-15T05:00"), day("2025-01-15T07:00")
    text = "contract=tempo&phases=3&kva=12&heatpump=2000&every=10s&step=10s"
    life = live(tmp_path / "h.db", text, start - BEFORE, timedelta(hours=2) + 2 * BEFORE)
    six = day("2025-01-15T06:00")
    used = {}
    for number in range(1, 7):
        night, morning = life.rows(f"import_{number}_wh", start, end, Step.HOUR)
        used[number] = night.wh, morning.wh
        assert night.wh == life.used(f"import_{number}_wh", start, six)
        assert morning.wh == life.used(f"import_{number}_wh", six, end)
    off_peak, peak = (max(used, key=lambda n: used[n][hour]) for hour in (0, 1))
    assert off_peak != peak
    assert used[off_peak][0] == life.used("import_wh", start, six) > 100
    late = used[off_peak][1]  # of the ten seconds before the first reading after six
    assert used[peak] == (0, life.used("import_wh", six, end) - late)
    assert late < 20
    life.history.close()


@pytest.mark.slow
def test_a_gap_inside_an_hour_loses_no_energy(tmp_path: Path) -> None:
    start, end = day("2025-01-15T08:00"), day("2025-01-15T12:00")
    away = (day("2025-01-15T09:40"), day("2025-01-15T10:17"))

    def clock(time: datetime) -> datetime | None:
        return None if away[0] <= time < away[1] else time

    text = "contract=base&heatpump=2000&every=10s&step=10s"
    life = live(tmp_path / "h.db", text, start - BEFORE, timedelta(hours=4) + 2 * BEFORE, clock)
    rows = life.rows("import_wh", start, end, Step.HOUR)
    qualities = [row.quality for row in rows]
    assert qualities == [
        Quality.MEASURED,
        Quality.BRACKETED,
        Quality.BRACKETED,
        Quality.MEASURED,
    ]
    assert sum(row.wh for row in rows) == life.used("import_wh", start, end)
    both = life.history.energy("house", "import_wh", rows[1].start, rows[2].end)
    assert both == (life.used("import_wh", rows[1].start, rows[2].end), Quality.MEASURED)
    life.history.close()


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [-40, 150])
def test_a_wrong_clock_loses_no_energy_and_makes_no_spike(tmp_path: Path, minutes: int) -> None:
    """For ten minutes the computer's clock is behind or ahead, then right again."""
    start, end = day("2025-01-15T08:00"), day("2025-01-15T13:00")
    wrong = (day("2025-01-15T09:40"), day("2025-01-15T09:50"))

    def clock(time: datetime) -> datetime:
        return time + timedelta(minutes=minutes) if wrong[0] <= time < wrong[1] else time

    text = "contract=base&heatpump=2000&every=10s&step=10s"
    life = live(tmp_path / "h.db", text, start - BEFORE, timedelta(hours=5) + 2 * BEFORE, clock)
    rows = life.rows("import_wh", start, end, Step.HOUR)
    assert sum(row.wh for row in rows) == life.used("import_wh", start, end)
    for row in rows:
        assert row.wh == life.used("import_wh", row.start, row.end)
    minutely = life.rows("import_wh", start, end, Step.MINUTE)
    assert all(0 <= row.wh <= 200 for row in minutely)  # 9 kVA are 150 Wh a minute
    frames = life.rows("frames", start, end, Step.HOUR)
    assert sum(row.number for row in frames) == 5 * 360
    life.history.close()


@pytest.mark.slow
def test_a_meter_in_historic_mode_has_its_whole_too(tmp_path: Path) -> None:
    start, end = day("2025-06-15T08:00"), day("2025-06-15T10:00")
    text = "mode=historic&contract=base&every=10s&step=10s"
    life = live(tmp_path / "h.db", text, start - BEFORE, timedelta(hours=2) + 2 * BEFORE)
    for quantity in ("import_wh", "import_1_wh"):
        rows = life.rows(quantity, start, end, Step.HOUR)
        assert [row.wh for row in rows] == [life.used(quantity, row.start, row.end) for row in rows]
    life.history.close()


@pytest.fixture(scope="module")
def winter_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Ten hours with a gap, over a midnight."""
    path = tmp_path_factory.mktemp("winter") / "h.db"
    away = (day("2025-01-15T20:40:30"), day("2025-01-15T21:17:10"))

    def clock(time: datetime) -> datetime | None:
        return None if away[0] <= time < away[1] else time

    text = "contract=hc&heatpump=2000&every=20s&step=20s"
    life = live(path, text, day("2025-01-15T17:00"), timedelta(hours=10), clock)
    yield life
    life.history.close()


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(st.integers(-10 * MINUTE_MS, 620 * MINUTE_MS), min_size=2, max_size=7))
def test_energies_of_parts_add_up_to_that_of_the_whole(winter_day: Life, cuts: list[int]) -> None:
    start = day("2025-01-15T17:00")
    at = [start + timedelta(milliseconds=cut) for cut in sorted(cuts)]
    energy = winter_day.history.energy
    parts = [energy("house", "import_wh", one, other) for one, other in pairwise(at)]
    whole = energy("house", "import_wh", at[0], at[-1])
    assert sum(part.wh or 0 for part in parts) == (whole.wh or 0)
    assert all((part.wh or 0) >= 0 for part in parts)
    minutes = [instant.replace(second=0, microsecond=0) for instant in (at[0], at[-1])]
    exact = energy("house", "import_wh", *minutes)
    if exact.quality is Quality.MEASURED and minutes[0] < minutes[1]:
        assert exact.wh == winter_day.used("import_wh", *minutes)
