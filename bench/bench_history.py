"""The history: how fast it answers when opened anew, its size, and what is written a day."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bench.figure import Figure
from telewatt.derivation import Derivation
from telewatt.reading import Reading
from telewatt.rollup import Counter, Gauge, Level, Portion, Summary, merge_summaries
from telewatt.rollup.calendar import Step, starts_ms
from telewatt.rollup.chunk import encode
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS, from_ms, to_ms
from telewatt.simulator import parse_settings, simulate
from telewatt.store.history import History
from telewatt.store.history.database import Database
from telewatt.tic import Decoder

_GOALS_MS = {
    "history.year.hours": 100,
    "history.decade.months": 250,
    "history.decade.weeks": 250,
    "history.decade.days": 250,
    "history.decade.gauge": 250,
    "history.decade.hours": 1000,
    "history.energy": 100,
}
NAMES = (*_GOALS_MS, "history.module", "history.size", "history.written")
METER, START, YEARS, RUNS = "021876123456", datetime(2014, 12, 31, 23, tzinfo=UTC), 10, 5
FULL = "contract=tempo&phases=3&kva=12&producer=yes&pv=4000&heatpump=2000&step=5s"
SIMULATED_HOURS = 4
Minutes = Mapping[int, Summary]

_ASK = """
import sys, time
started = time.perf_counter()
from telewatt.rollup import Step
from telewatt.store.history import History
imported = time.perf_counter()
from datetime import datetime, timedelta
from pathlib import Path
start, end = (datetime.fromisoformat(text) for text in sys.argv[3:5])
asked = time.perf_counter()
history = History.open(Path(sys.argv[1]), writable=False)
name, _, step = sys.argv[2].partition("@")
if step:
    step = int(step) if step.isdecimal() else Step(step)
    count = len(history.series("house", name, start, end, step).rows)
else:
    instant = timedelta(seconds=1234.567)
    count = history.energy("house", name, start + instant, end - instant).wh
answered = time.perf_counter()
print(f"[{imported - started}, {answered - asked}, {count}]")
"""


def figures() -> Iterator[Figure]:
    """Yield the history's figures."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _month(Path(folder) / "month.db")
        path = Path(folder) / "decade.db"
        _build_decade(path)
        yield from _questions(path)


# -- a month of minutes, written every hour --------------------------------------------------------


def _month(path: Path) -> Iterator[Figure]:
    days = 31
    history = History.open(path)
    simulated, state = _simulate()
    before = _written_bytes()
    for hour in range(days * 24):
        minutes = _shifted(simulated, hour)
        portion = Portion(
            METER, "house", frozenset(("standard",)), minutes, closed_ms=_end(minutes)
        )
        history.write([portion], hour, state)
    history.close()
    written = (_written_bytes() - before) / days / 1e6
    size = path.stat().st_size / days * 365 / 1e6
    yield Figure("history.size", size, "MB a meter-year", "<= 25", size <= 25)
    yield Figure("history.written", written, "MB a day and meter", "<= 4", written <= 4)


def _simulate() -> tuple[list[list[Summary]], object]:
    """Minutes of some hours of a three-phase producer in real wire timing, and the state then."""
    derivation, decoder = Derivation(), Decoder()
    end = START + timedelta(hours=SIMULATED_HOURS)
    for sent in simulate(parse_settings(FULL), START):
        arrival = from_ms(to_ms(sent.time + timedelta(seconds=sent.duration_s)))
        if arrival >= end:
            break
        for frame in decoder.feed(sent.line):
            derivation.take(Reading(frame.meter, "house", arrival, frame))
    (portion,) = derivation.harvest()
    first = to_ms(START) // HOUR_MS
    hours: list[list[Summary]] = [[] for _ in range(SIMULATED_HOURS)]
    for start, summary in portion.minutes.items():
        hours[start // HOUR_MS - first].append(summary)
    return hours, derivation.state()


def _shifted(simulated: list[list[Summary]], hour: int) -> dict[int, Summary]:
    """The hour that comes after so many hours: those simulated, again and again, later."""
    round_, number = divmod(hour, SIMULATED_HOURS)
    by_ms = round_ * SIMULATED_HOURS * HOUR_MS
    first, last = simulated[0][0].counters, simulated[-1][-1].counters
    found = {}
    for summary in simulated[number]:
        counters = {
            name: Counter(
                counter.first_ms + by_ms,
                counter.first_total + round_ * (last[name].last_total - first[name].first_total),
                counter.last_ms + by_ms,
                counter.last_total + round_ * (last[name].last_total - first[name].first_total),
            )
            for name, counter in summary.counters.items()
        }
        arrival = summary.arrival or (0, 0)
        start = (arrival[0] + by_ms) // MINUTE_MS * MINUTE_MS
        found[start] = summary._replace(
            arrival=(arrival[0] + by_ms, arrival[1] + by_ms), counters=counters
        )
    return found


def _end(minutes: Minutes) -> int:
    return max(minutes) // HOUR_MS * HOUR_MS + HOUR_MS


def _written_bytes() -> int:
    for line in Path("/proc/self/io").read_text().splitlines():
        name, value = line.split(": ")
        if name == "write_bytes":
            return int(value)
    raise LookupError("write_bytes in /proc/self/io")


# -- ten years -------------------------------------------------------------------------------------


def _build_decade(path: Path) -> None:
    """Hours and days of ten years, straight into the file; minutes of the days around them."""
    start_ms, end_ms = to_ms(START), to_ms(START.replace(year=START.year + YEARS))
    meter = _Meter(random.Random(YEARS))
    day_before = meter.minutes(start_ms - 24 * HOUR_MS)
    hours = {at: meter.hour(at) for at in range(start_ms, end_ms, HOUR_MS)}
    day_after = meter.minutes(end_ms)
    history = History.open(path)
    history.write([Portion(METER, "house", minutes=day_before)], 1, {})
    history.close()
    database = Database(path)
    with database.writing() as connection:
        sql = """INSERT INTO chunk (stage, origin, meter, level, start_ms, payload)
            VALUES (0, 0, 1, ?, ?, ?)"""
        days = {}
        for month, next_month in pairwise(starts_ms(Step.MONTH, start_ms, end_ms)):
            rows = {at: hours[at] for at in range(month, next_month, HOUR_MS)}
            connection.execute(sql, (Level.HOUR, month, encode(rows)))
            for day, next_day in pairwise(starts_ms(Step.DAY, month, next_month)):
                days[day] = merge_summaries(rows[at] for at in range(day, next_day, HOUR_MS))
        for year, next_year in pairwise(starts_ms(Step.YEAR, start_ms, end_ms)):
            of_year = {day: summary for day, summary in days.items() if year <= day < next_year}
            connection.execute(sql, (Level.DAY, year, encode(of_year)))
    database.close()
    history = History.open(path)
    history.write([Portion(METER, "house", minutes=day_after)], 2, {})
    history.close()


class _Meter:
    """A standard meter with all it can send, hour by hour."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        names = [f"import_{n}_wh" for n in range(1, 11)] + [f"grid_{n}_wh" for n in range(1, 5)]
        names += ["import_wh", "export_wh"] + [f"reactive_{n}_varh" for n in range(1, 5)]
        self._totals = {name: 1_000_000 * number for number, name in enumerate(names, 1)}

    def hour(self, at: int, length_ms: int = HOUR_MS) -> Summary:
        chance, before = self._chance, dict(self._totals)
        register = 1 + (6 <= at // HOUR_MS % 24 < 22)
        used = chance.randrange(200, 3000) * length_ms // HOUR_MS
        for name in ("import_wh", f"import_{register}_wh", f"grid_{register}_wh"):
            self._totals[name] += used
        self._totals["reactive_1_varh"] += used // 9
        frames = length_ms // 1400 + chance.randrange(3)
        arrival = at + chance.randrange(1400), at + length_ms - 1 - chance.randrange(1400)
        counters = {
            name: Counter(arrival[0], before[name], arrival[1], total)
            for name, total in self._totals.items()
        }
        gauges = {
            name: self._gauge(frames, typical)
            for name, typical in (("voltage_1_v", 232), ("apparent_va", 900), ("current_1_a", 4))
        }
        return Summary(frames, 0, 0, arrival, counters, gauges)

    def minutes(self, day: int) -> dict[int, Summary]:
        return {at: self.hour(at, MINUTE_MS) for at in range(day, day + 24 * HOUR_MS, MINUTE_MS)}

    def _gauge(self, frames: int, typical: int) -> Gauge:
        spread = typical // 4
        least = typical - self._chance.randrange(spread)
        total = frames * typical + self._chance.randrange(frames)
        return Gauge(frames, total, least, typical + self._chance.randrange(spread))


# -- questions, each in a new process --------------------------------------------------------------


def _questions(path: Path) -> Iterator[Figure]:
    end = START.replace(year=START.year + YEARS)
    year = START.replace(year=START.year + 5), START.replace(year=START.year + 6)
    questions = {
        "history.year.hours": ("import_wh@hour", *year, 8784),
        "history.decade.months": ("import_wh@month", START, end, 120),
        "history.decade.weeks": (f"import_wh@{7 * 24 * 60}", START, end, 522),
        "history.decade.days": ("import_wh@day", START, end, 3653),
        "history.decade.gauge": ("apparent_va@day", START, end, 3653),
        "history.decade.hours": ("import_wh@hour", START, end, 87_672),
        "history.energy": ("import_wh", START - timedelta(hours=9), end + timedelta(hours=9), None),
    }
    imports_ms = []
    for name, (what, start, until, rows) in questions.items():
        answers = [_ask(path, what, start, until) for _ in range(RUNS)]
        imports_ms += [answer[0] for answer in answers]
        value = statistics.median(answer[1] for answer in answers)
        right = all(answer[2] == rows if rows else answer[2] > 0 for answer in answers)
        goal = _GOALS_MS[name]
        yield Figure(name, value, "ms", f"<= {goal}", right and value <= goal)
    value = statistics.median(imports_ms)
    yield Figure("history.module", value, "ms", "<= 500", value <= 500)


def _ask(path: Path, what: str, start: datetime, end: datetime) -> tuple[float, float, int]:
    """Import, answer (both in ms), and the number of rows or the energy."""
    command = [sys.executable, "-c", _ASK, str(path), what, start.isoformat(), end.isoformat()]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    imported_s, answered_s, count = json.loads(done.stdout)
    return imported_s * 1000, answered_s * 1000, count
