"""The comparison in situations that a real Home Assistant takes days to get into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from telewatt.entities import Entity
from telewatt.homeassistant.backfill import Comparison
from telewatt.homeassistant.client import HomeAssistantError
from telewatt.language import Text
from telewatt.rollup import Step
from telewatt.rollup.series import EnergyRow, Series, intervals
from telewatt.rollup.total import Energy, Quality
from telewatt.store.history import Meter

HOUR = timedelta(hours=1)
BEGIN = datetime(2025, 3, 1, 5, tzinfo=UTC)
NOW = datetime(2025, 3, 3, 14, 30, tzinfo=UTC)
ENTITY = "sensor.house_energy"
METER = "021861348497"
INDEX_WH = 5_000_000
UNITS = {"Wh": 1, "kWh": 1000}
COUNTED = [0]
for minute in range((NOW - BEGIN) // timedelta(minutes=1)):
    by_night = (BEGIN + minute * timedelta(minutes=1)).hour < 6
    COUNTED.append(COUNTED[-1] + (20 if by_night else 10))


def wh_at(at: datetime) -> int:
    """What the meter has counted since the beginning: 10 Wh a minute, twice that by night."""
    return COUNTED[max(0, (min(at, NOW) - BEGIN) // timedelta(minutes=1))]


class House:
    """A history of one meter."""

    def meters(self) -> Sequence[Meter]:
        removed = Meter("021528609999", "removed", ("historic",), None, None, ())
        return [removed, Meter(METER, "house", ("historic",), None, None, ())]

    def quantities(self, meter: str) -> set[str]:
        return {"import_wh", "apparent_va", "frames"}

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        return Energy(wh_at(end) - wh_at(start), Quality.MEASURED)

    def series(self, who: str, quantity: str, start: datetime, end: datetime, step: Step) -> Series:
        times = [datetime.fromtimestamp(at / 1000, UTC) for at in intervals(step, start, end)]
        rows = []
        for a, b in pairwise(times):
            known = b > BEGIN and a < NOW
            wh = wh_at(b) - wh_at(a) if known else None
            rows.append(EnergyRow(a, b, wh, Quality.MEASURED))
        return Series(who, quantity, step, rows)


class Recorder:
    """The commands of Home Assistant that are asked, on rows in memory; Wh inside."""

    version = (2025, 4)

    def __init__(self, unit: str = "Wh") -> None:
        self.unit = unit
        self.hours: dict[datetime, tuple[float, float]] = {}
        self.short: dict[datetime, tuple[float, float]] = {}
        self.refuses = ""

    def record(self, start: datetime, end: datetime, zero_wh: int) -> None:
        """What it records by itself while it runs."""
        at = start
        while at < end:
            state = INDEX_WH + wh_at(at + timedelta(minutes=5))
            self.short[at] = (state, state - zero_wh)
            at += timedelta(minutes=5)
            if at.minute == 0:
                self.hours[at - HOUR] = self.short[at - timedelta(minutes=5)]

    async def ask(self, command: str, **values: Any) -> Any:
        if command == self.refuses:
            raise ConnectionError(command)
        return getattr(self, command.rpartition("/")[2])(**values)

    def list(self) -> Any:
        unique = f"telewatt_{METER}_import_wh"
        return [{"unique_id": unique, "entity_id": ENTITY, "platform": "mqtt"}]

    def list_statistic_ids(self, statistic_type: str) -> Any:
        return [{"statistic_id": ENTITY, "statistics_unit_of_measurement": self.unit}]

    def statistics_during_period(
        self, *, start_time: str, period: str, units: Any, end_time: str = "", **_: Any
    ) -> Any:
        assert units == {"energy": "Wh"}
        start = datetime.fromisoformat(start_time)
        end = datetime.fromisoformat(end_time) if end_time else NOW
        if period == "month":
            return self._months(start, end)
        table, length = (
            (self.short, timedelta(minutes=5)) if period == "5minute" else (self.hours, HOUR)
        )
        rows = [
            {
                "start": at.timestamp() * 1000,
                "end": (at + length).timestamp() * 1000,
                "state": state,
                "sum": total,
            }
            for at, (state, total) in sorted(table.items())
            if start <= at < end
        ]
        return {ENTITY: rows} if rows else {}

    def _months(self, start: datetime, end: datetime) -> Any:
        """Whole months, also where a part is asked for; each with its last row."""
        months = {at.replace(day=1, hour=0): row for at, row in sorted(self.hours.items())}
        rows = []
        for at, (state, total) in months.items():
            after = (at + timedelta(days=32)).replace(day=1)
            if after > start and at < end:
                times = {"start": at.timestamp() * 1000, "end": after.timestamp() * 1000}
                rows.append({**times, "state": state, "sum": total})
        return {ENTITY: rows} if rows else {}

    def adjust_sum_statistics(
        self, *, start_time: str, adjustment: float, adjustment_unit_of_measurement: str, **_: Any
    ) -> None:
        wh = adjustment * UNITS[adjustment_unit_of_measurement]
        for table in (self.hours, self.short):
            for at, (state, total) in table.items():
                if at >= datetime.fromisoformat(start_time):
                    table[at] = (state, total + wh)

    def import_statistics(self, *, metadata: Any, stats: Any) -> None:
        assert metadata["unit_of_measurement"] == self.unit
        scale = UNITS[self.unit]
        for row in stats:
            at = datetime.fromisoformat(row["start"])
            assert at.minute == at.second == 0
            self.hours[at] = (row["state"] * scale, row["sum"] * scale)

    def changes(self) -> dict[datetime, int]:
        """As its dashboard shows them: the first one is a difference to nothing."""
        found, before = {}, 0.0
        for at, (_, total) in sorted(self.hours.items()):
            found[at] = round(total - before)
            before = total
        return found


TRUTH = {
    BEGIN + n * HOUR: wh_at(BEGIN + (n + 1) * HOUR) - wh_at(BEGIN + n * HOUR)
    for n in range(int((NOW - BEGIN) / HOUR))
}


def comparison(recorder: Recorder) -> Comparison:
    return Comparison(recorder, House(), {"house"}, own=None, language="fr")  # type: ignore[arg-type]


async def fill(recorder: Recorder) -> int:
    """Compare and write; how many rows were written."""
    compare = comparison(recorder)
    (change,) = await compare.changes(NOW)
    await compare.apply(change)
    return change.rows


@pytest.mark.parametrize("unit", ["Wh", "kWh"])
@pytest.mark.parametrize("hours", [0, 3])
async def test_a_late_installation_gets_all_of_the_past(unit: str, hours: int) -> None:
    recorder = Recorder(unit)
    begin = NOW.replace(minute=10) - hours * HOUR
    recorder.record(begin, NOW, INDEX_WH + wh_at(begin))
    assert await fill(recorder) == len(TRUTH) - hours
    assert recorder.changes() == TRUTH
    assert await fill(recorder) == 0


async def test_a_total_that_was_noted_late_moves_nothing() -> None:
    recorder = Recorder()
    recorder.record(NOW - timedelta(minutes=20), NOW, INDEX_WH)
    await fill(recorder)
    newest = max(recorder.short)
    state, total = recorder.short[newest]
    recorder.short[newest] = state + 7, total + 7
    assert await fill(recorder) == 0
    assert recorder.changes() == TRUTH


async def test_an_outage_of_home_assistant_leaves_no_gap_and_no_double() -> None:
    recorder = Recorder()
    recorder.record(BEGIN, BEGIN + 20 * HOUR, INDEX_WH)
    recorder.record(BEGIN + 31 * HOUR, NOW, INDEX_WH)
    own = dict(recorder.hours)
    assert await fill(recorder) == 11
    assert recorder.changes() == TRUTH
    assert own.items() <= recorder.hours.items()


async def test_before_anything_is_recorded_again_the_rows_go_on_from_what_was() -> None:
    recorder = Recorder()
    recorder.record(BEGIN, BEGIN + 40 * HOUR, INDEX_WH)
    await fill(recorder)
    recorder.record(NOW - timedelta(minutes=30), NOW, INDEX_WH)
    assert recorder.changes() == TRUTH
    assert await fill(recorder) == 0


async def test_what_was_recorded_while_telewatt_was_cut_off_is_corrected() -> None:
    recorder = Recorder()
    recorder.record(BEGIN, NOW, INDEX_WH)
    for n in range(10, 15):
        recorder.hours[BEGIN + n * HOUR] = recorder.hours[BEGIN + 9 * HOUR]
    assert await fill(recorder) == 5
    assert recorder.changes() == TRUTH


async def test_what_is_older_than_our_history_stays_and_fits() -> None:
    recorder = Recorder()
    recorder.hours[BEGIN - 2 * HOUR] = (INDEX_WH - 700, 300)
    recorder.hours[BEGIN - HOUR] = (INDEX_WH, 1000)
    recorder.record(NOW - timedelta(minutes=20), NOW, INDEX_WH - 1000)
    assert await fill(recorder) == len(TRUTH)
    assert recorder.changes() == {BEGIN - 2 * HOUR: 300, BEGIN - HOUR: 700, **TRUTH}


async def test_a_year_without_telewatt_is_older_too() -> None:
    recorder = Recorder()
    recorder.hours[BEGIN - timedelta(days=400)] = (INDEX_WH, 1000)
    recorder.record(NOW - timedelta(minutes=20), NOW, INDEX_WH - 1000)
    await fill(recorder)
    assert recorder.changes() == {BEGIN - timedelta(days=400): 1000, **TRUTH}


async def test_stopped_between_two_steps_the_next_comparison_ends_it() -> None:
    recorder = Recorder()
    recorder.record(NOW - timedelta(minutes=20), NOW, INDEX_WH)
    recorder.refuses = "recorder/import_statistics"
    with pytest.raises(ConnectionError):
        await fill(recorder)
    recorder.refuses = ""
    assert await fill(recorder) == len(TRUTH)
    assert recorder.changes() == TRUTH


async def test_what_home_assistant_has_not_recorded_yet_waits() -> None:
    (change,) = await comparison(Recorder()).changes(NOW)
    assert change.unrecorded
    assert not change.rows


async def test_hours_before_since_are_left() -> None:
    recorder = Recorder()
    recorder.record(NOW - timedelta(minutes=20), NOW, INDEX_WH)
    (change,) = await comparison(recorder).changes(NOW, NOW - 5 * HOUR)
    assert [hour.start for hour in change.new] == [
        NOW.replace(minute=0) - n * HOUR for n in range(5, 0, -1)
    ]


async def test_an_hour_is_left_to_home_assistant_until_it_has_had_time() -> None:
    recorder = Recorder()
    just_after = NOW.replace(minute=5)
    recorder.record(just_after - timedelta(minutes=15), just_after, INDEX_WH)
    (change,) = await comparison(recorder).changes(just_after)
    assert max(change.new).start == NOW.replace(minute=0) - 2 * HOUR


async def test_statistics_of_our_own_are_the_energies_that_a_home_shows_by_their_names() -> None:
    shown = {
        (METER, "house"): (
            Entity("import_wh", Text("Energy drawn", "Énergie soutirée")),
            Entity("import_1_wh", Text("Off-peak hours", "Heures creuses")),  # not in the history
        ),
        ("021528609999", "removed"): (Entity("import_wh", Text("", "")),),
    }
    compare = Comparison(Recorder(), House(), {"house"}, own=shown, language="fr")  # type: ignore[arg-type]
    (only,) = await compare.statistics()
    assert (only.id, only.name) == (f"telewatt:{METER}_import_wh", "House Énergie soutirée")
    assert only.is_external


class Strange(Recorder):
    """A version that answers one command otherwise."""

    def __init__(self, command: str, answer: Any) -> None:
        super().__init__()
        self.command, self.answer = command, answer

    async def ask(self, command: str, **values: Any) -> Any:
        return self.answer if command == self.command else await super().ask(command, **values)


UNIQUE = f"telewatt_{METER}_import_wh"
ROW = {"start": 0, "end": 3.6e6, "state": 1, "sum": 1}


@pytest.mark.parametrize(
    "answer",
    [
        *(None, ["text"], [{"statistic_id": ENTITY}], {ENTITY: [{}, 7]}),
        [{"statistic_id": ENTITY, "statistics_unit_of_measurement": ["Wh"]}],
        [{"unique_id": UNIQUE, "entity_id": 7, "platform": "mqtt"}],
        *({ENTITY: [ROW | {name: value}]} for name in ROW for value in (1e400, -1e300, 2.5e14, "")),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        *("recorder/list_statistic_ids", "recorder/statistics_during_period"),
        "config/entity_registry/list",
    ],
)
async def test_an_answer_that_is_not_understood_ends_no_reading(command: str, answer: Any) -> None:
    compare = comparison(Strange(command, answer))
    try:
        await compare.changes(NOW)
    except HomeAssistantError as error:
        assert "update telewatt" in error.text.en
