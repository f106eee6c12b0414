"""Hours of simulated meters in a journal, and what follows from them; for tests as well."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from telewatt.derivation import Derivation
from telewatt.reading import Reading
from telewatt.rollup.fold import closed_ms
from telewatt.rollup.instant import to_ms
from telewatt.simulator import parse_settings, simulate
from telewatt.store import Journal
from telewatt.store.history import History, history_path
from telewatt.tic import Decoder, Status

START = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)  # the day with 23 hours follows
HOUSE = "sim:?mode=standard&contract=hc&seed=1&every=20s&noise=flip:2e-4&step=20s"
BARN = "sim:?mode=historic&contract=base&seed=2&every=30s&step=30s"


def readings_of(source: str, settings: str, hours: float, start: datetime = START) -> list[Reading]:
    """What a line reads of a simulated meter in so many hours."""
    decoder, meter = Decoder(), None
    end = start + timedelta(hours=hours)
    found = []
    for sent in takewhile(lambda sent: sent.time < end, simulate(parse_settings(settings), start)):
        arrived = sent.time + timedelta(seconds=sent.duration_s)
        arrived = arrived.replace(microsecond=arrived.microsecond // 1000 * 1000)
        for frame in decoder.feed(sent.line):
            meter = frame.meter or meter
            found.append(Reading(meter, source, arrived, frame))
    return found


def house_and_barn(hours: float, start: datetime = START) -> list[Reading]:
    """Two meters, in order of arrival."""
    both = readings_of("house", HOUSE, hours, start) + readings_of("barn", BARN, hours, start)
    return sorted(both, key=lambda reading: reading.received_at)


def fill(journal: Journal, readings: list[Reading]) -> None:
    """Append and commit, half a minute at a time, as a service does."""
    for number, reading in enumerate(readings):
        journal.append(reading)
        if number % 16 == 0:
            journal.commit()
    journal.commit()


def pack_all(journal: Journal) -> None:
    """Until there is nothing more to pack."""
    while journal.pack():
        pass


def digest(history: Path) -> str:
    """Of every chunk and event that queries see."""
    connection = sqlite3.connect(history)
    found = hashlib.sha256()
    for sql in (
        """SELECT name, level, start_ms, payload FROM chunk JOIN meter ON meter.id = meter
        WHERE stage = 0 ORDER BY name, level, start_ms""",
        """SELECT name, at_ms, since_ms, kind, subject, before, after
        FROM event JOIN meter ON meter.id = meter WHERE stage = 0 ORDER BY name, event.id""",
    ):
        for row in connection.execute(sql):
            found.update(repr(row).encode())
    connection.close()
    return found.hexdigest()


def spoil(reading: Reading) -> Reading:
    """As an older decoder might have read it: without one label."""
    frame = reading.frame
    datasets = tuple(each for each in frame.datasets if each.label not in ("EAST", "BASE"))
    return replace(reading, frame=frame._replace(datasets=datasets, status=Status.PARTIAL))


def write_history(path: Path, readings: list[Reading], first: int = 1) -> None:
    """As the historian does, hour by hour; ``first`` is the number of the first reading."""
    with closing(History.open(history_path(path))) as history:
        derivation = Derivation.restore(history.progress().state or {})
        closed = None
        for seq, reading in enumerate(readings, start=first):
            derivation.take(reading)
            before, closed = closed, closed_ms(to_ms(reading.received_at))
            if before not in (None, closed):
                portions = derivation.harvest(reading.received_at)
                history.write(portions, seq, derivation.state())


def make(path: Path, readings: list[Reading]) -> Path:
    """A journal, packed, and its history."""
    with closing(Journal.open(path)) as journal:
        fill(journal, readings)
        pack_all(journal)
    write_history(path, readings)
    return path
