"""The past of a simulated meter: as exact as one that was read."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telewatt.rollup import Portion, Step
from telewatt.rollup.total import Quality
from telewatt.simulator import parse_settings
from telewatt.simulator.past import Past
from telewatt.simulator.twin import Twin
from telewatt.store.history import History

START = datetime(2026, 3, 27, 23, tzinfo=UTC)  # midnight at home; a day of 23 hours follows
END = START + timedelta(days=3)
SETTINGS = parse_settings(
    "mode=standard&contract=tempo&producer=yes&pv=3000&seed=2&noise=flip:1e-4"
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A past with an hour of silence, in a history."""
    silent = START + timedelta(hours=10), START + timedelta(hours=11)
    past = Past(SETTINGS, START, END, END - timedelta(days=1), silent, wrong=2.0)
    history = History.open(tmp_path_factory.mktemp("past") / "history.db")
    with closing(history):
        for minutes in past.months():
            events = tuple(past.events)
            past.events.clear()
            history.write([Portion(past.address, "solar", minutes=minutes, events=events)], 0, {})
        yield past, history


def test_energies_are_exact_at_every_quarter(lived):
    _, history = lived
    rows = history.series("solar", "import_wh", START, END, Step.QUARTER).rows
    wrong = [row.start for row in rows if row.quality is not Quality.MEASURED]
    silence = [START + timedelta(hours=10, minutes=15 * n) for n in range(-1, 5)]
    assert set(wrong) <= {*silence, rows[-1].start, rows[0].start}
    registers = [history.energy("solar", f"import_{n}_wh", START, END).wh for n in range(1, 7)]
    assert sum(registers) == history.energy("solar", "import_wh", START, END).wh > 1000


def test_the_past_is_the_life_of_the_meter(lived):
    past, history = lived
    twin = Twin(replace(SETTINGS, step_s=60), int(START.timestamp()))
    begun = twin.meter.east
    twin.advance(int(END.timestamp()))
    drawn = twin.meter.east - begun
    assert abs(history.energy("solar", "import_wh", START, END).wh - drawn) <= 60
    goes_on = past.present()
    assert list(goes_on.index_wh) == twin.meter.easf[:6]
    assert goes_on.injected_wh == twin.meter.eait
    assert goes_on.meter_address == past.address


def test_power_has_its_envelope_and_the_line_its_errors(lived):
    _, history = lived
    hours = history.series("solar", "apparent_va", START, END, Step.HOUR).rows
    assert all(row.min <= row.mean <= row.max for row in hours if row.samples)
    assert sum(1 for row in hours if not row.samples) == 1  # the silence
    repaired = history.series("solar", "repaired", START, END, Step.DAY).rows
    assert all(row.number > 100 for row in repaired)
    ((_, event),) = history.events("solar")
    assert event.kind == "outage"
