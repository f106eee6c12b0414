"""Life events of meters, as they are kept."""

import sqlite3
from collections.abc import Iterable

from telewatt.language import Text
from telewatt.rollup.instant import from_ms, to_ms
from telewatt.store.history.shelf import Stage
from telewatt.truth.judgement import Event, EventKind


def write(
    connection: sqlite3.Connection, stage: Stage, origin: int, meter: int, events: Iterable[Event]
) -> None:
    """Keep events of one meter, in their order."""
    connection.executemany(
        """INSERT INTO event (stage, origin, meter, at_ms, since_ms, kind, subject, before, after,
        text_en, text_fr) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            (
                *(stage, origin, meter, to_ms(event.at), to_ms(event.since), event.kind),
                *(event.subject, event.before, event.after, *event.text),
            )
            for event in events
        ),
    )


def read(
    connection: sqlite3.Connection, meters: Iterable[int], start_ms: int, end_ms: int
) -> list[tuple[str, Event]]:
    """The meter and the event, of these meters, recognised in ``[start_ms, end_ms)``, ascending."""
    sql = """
        SELECT at_ms, event.id, name, since_ms, kind, subject, before, after, text_en, text_fr
        FROM event JOIN meter ON meter.id = event.meter
        WHERE stage = 0 AND meter = ? AND at_ms >= ? AND at_ms < ?"""
    rows = [row for meter in meters for row in connection.execute(sql, (meter, start_ms, end_ms))]
    return [
        (
            name,
            Event(
                EventKind(kind), from_ms(at), from_ms(since), subject, before, after, Text(en, fr)
            ),
        )
        for at, _, name, since, kind, subject, before, after, en, fr in sorted(rows)
    ]
