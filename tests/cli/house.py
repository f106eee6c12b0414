"""A day of 25 hours of a house with two meters, as the service would have written it.

The line of the barn begins late and gets another meter; the main one is silent for 50 minutes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from telewatt.cli.app import app
from telewatt.derivation import Derivation
from telewatt.reading import Reading
from telewatt.rollup.fold import closed_ms
from telewatt.rollup.instant import to_ms
from telewatt.simulator import parse_settings, simulate
from telewatt.store import Journal
from telewatt.store.history import History, history_path
from telewatt.tic import Decoder

START = datetime(2026, 10, 24, 21, 30, tzinfo=UTC)  # half an hour before a day of 25 hours
END = START + timedelta(hours=26, minutes=20)
MAIN = "sim:?mode=standard&contract=hc&seed=1&every=55s&step=55s&events=+9h outage for=50m"
BARN = "sim:?mode=historic&contract=base&seed=2&every=55s&step=55s&events=+5h replace"
BARN_START = START + timedelta(hours=15)
MAIN_METER, BARN_METER, NEW_METER = "021964540359", "022464833790", "022464752730"


def readings_of(source: str, settings: str, start: datetime, end: datetime) -> list[Reading]:
    """What a line reads of a simulated meter from ``start`` to ``end``."""
    decoder, meter = Decoder(), None
    found = []
    for sent in takewhile(lambda sent: sent.time < end, simulate(parse_settings(settings), start)):
        arrived = sent.time + timedelta(milliseconds=round(1000 * sent.duration_s))
        for frame in decoder.feed(sent.line):
            meter = frame.meter or meter
            found.append(Reading(meter, source, arrived, frame))
    return found


@cache
def house_readings() -> list[Reading]:
    """Of both meters, in order of arrival."""
    both = readings_of("main", MAIN, START, END) + readings_of("barn", BARN, BARN_START, END)
    return sorted(both, key=lambda reading: reading.received_at)


def write_past(path: Path, readings: Sequence[Reading]) -> None:
    """Append to the journal at ``path`` and write the history whenever an hour is over."""
    journal, history = Journal.open(path), History.open(history_path(path))
    progress = history.progress()
    derivation, closed = Derivation.restore(progress.state or {}), None
    for entry in journal.read(progress.place, 10_000):
        derivation.take(entry.reading)
        closed = closed_ms(to_ms(entry.reading.received_at))
    for number, reading in enumerate(readings):
        journal.append(reading)
        derivation.take(reading)
        before, closed = closed, closed_ms(to_ms(reading.received_at))
        if before is not None and before != closed:
            journal.commit()
            portions = derivation.harvest(reading.received_at)
            history.write(portions, journal.last_seq, derivation.state())
        elif number % 32 == 0:
            journal.commit()
    history.close()
    journal.close()


def telewatt(*arguments: object, lang: str = "en") -> Result:
    """Run a command."""
    return CliRunner().invoke(app, ["--lang", lang, *map(str, arguments)])
