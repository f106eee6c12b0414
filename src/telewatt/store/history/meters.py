"""The meters ever seen, and the sites they make one after the other.

A site is named like a section of the configuration. The first meter seen on it belongs to it;
another one has to be joined to it, from a moment on. A join that is undone keeps its row, so that
what was done stays known.
"""

import sqlite3
import time
from datetime import datetime
from typing import NamedTuple

from telewatt.language import Text
from telewatt.rollup import Portion
from telewatt.rollup.instant import ALWAYS, from_ms, to_ms
from telewatt.store.history.faults import JoinError, UnknownNameError

_FIRST = "first meter seen"
_ALREADY = Text("it belongs to it already", "il en fait déjà partie")
_NOT_THERE = Text("it does not belong to it", "il n'en fait pas partie")


class Meter(NamedTuple):
    """A meter that was seen or imported.

    Attributes:
        name: its identity.
        source: the section of the configuration it was last seen on; ``""`` if none.
        modes: the modes it was seen in.
        first_seen, last_seen: arrival of its first and last frame, aware UTC; ``None`` if it was
            only imported.
        sites: those it belongs to.
    """

    name: str
    source: str
    modes: tuple[str, ...]
    first_seen: datetime | None
    last_seen: datetime | None
    sites: tuple[str, ...]


class Join(NamedTuple):
    """A meter that belongs to a site from a moment on, or did.

    Attributes:
        at: from when on; the first meter of a site belongs to it from the beginning.
        done, done_by: when this was decided, and how.
        undone, undone_by: when and how it was undone; ``None`` if it holds.
    """

    site: str
    meter: str
    at: datetime
    done: datetime
    done_by: str
    undone: datetime | None
    undone_by: str | None


def note_meter(connection: sqlite3.Connection, portion: Portion) -> int:
    """Write down what a portion tells of its meter; give its number."""
    number = number_of(connection, portion.meter)
    arrivals = [time for minute in portion.minutes.values() for time in minute.arrival or ()]
    first_ms, last_ms = (min(arrivals), max(arrivals)) if arrivals else (None, None)
    connection.execute(
        """UPDATE meter SET first_ms = min(coalesce(first_ms, ?1), coalesce(?1, first_ms)),
        last_ms = max(coalesce(last_ms, ?2), coalesce(?2, last_ms)),
        source = coalesce(nullif(?3, ''), source), modes = ?4 WHERE id = ?5""",
        (first_ms, last_ms, portion.source, _modes(connection, number, portion), number),
    )
    is_identified = portion.meter != portion.source  # who has not said who it is claims no site
    if portion.source and is_identified and arrivals and not _has_rows(connection, portion.source):
        _insert(connection, portion.source, number, min(arrivals), _FIRST)
    return number


def number_of(connection: sqlite3.Connection, name: str) -> int:
    """The number of a meter, a new one if it was never heard of."""
    connection.execute(
        "INSERT OR IGNORE INTO meter (name, source, modes) VALUES (?, '', '')", [name]
    )
    (number,) = connection.execute("SELECT id FROM meter WHERE name = ?", [name]).fetchone()
    return int(number)


def find(connection: sqlite3.Connection, name: str) -> int | None:
    """The number of a meter; ``None`` if it is not known."""
    row = connection.execute("SELECT id FROM meter WHERE name = ?", [name]).fetchone()
    return None if row is None else int(row[0])


def list_meters(connection: sqlite3.Connection) -> list[Meter]:
    """All meters, the first seen first."""
    sites: dict[int, list[str]] = {}
    for site, number in connection.execute(
        "SELECT DISTINCT site, meter FROM joined WHERE undone_ms IS NULL ORDER BY site"
    ):
        sites.setdefault(number, []).append(site)
    sql = "SELECT id, name, source, modes, first_ms, last_ms FROM meter ORDER BY first_ms, name"
    return [
        Meter(
            name, source, tuple(modes.split()), _time(first), _time(last), tuple(sites.get(id_, ()))
        )
        for id_, name, source, modes, first, last in connection.execute(sql)
    ]


def list_joins(connection: sqlite3.Connection) -> list[Join]:
    """All joins of all sites, also those undone, in the order in which they were made."""
    sql = """
        SELECT site, name, at_ms, done_ms, done_by, undone_ms, undone_by
        FROM joined JOIN meter ON meter.id = joined.meter ORDER BY joined.id"""
    return [
        Join(site, name, from_ms(at), from_ms(done), by, _time(undone), undone_by)
        for site, name, at, done, by, undone, undone_by in connection.execute(sql)
    ]


def members(connection: sqlite3.Connection, site: str) -> list[tuple[int, int, int, str]]:
    """The meters of a site: from when, until when, number and name; empty if there is no site."""
    sql = """
        SELECT at_ms, meter, name FROM joined JOIN meter ON meter.id = joined.meter
        WHERE site = ? AND undone_ms IS NULL ORDER BY at_ms, joined.id"""
    rows = connection.execute(sql, [site]).fetchall()
    starts = [ALWAYS[0], *(at for at, *_ in rows[1:]), ALWAYS[1]]
    return [(starts[n], starts[n + 1], number, name) for n, (_, number, name) in enumerate(rows)]


def join(
    connection: sqlite3.Connection, site: str, meter: str, at: datetime | None, by: str
) -> None:
    """Let a meter belong to a site from ``at`` on, or from when it was first seen.

    Raises:
        UnknownNameError: no such meter.
        JoinError: it is the last meter of the site already.
    """
    number = find(connection, meter)
    if number is None:
        known = ", ".join(each.name for each in list_meters(connection))
        raise UnknownNameError(name=meter, known=known or "-")
    at_ms = _first_ms(connection, number) if at is None else to_ms(at)
    if (found := members(connection, site)) and found[-1][2] == number:
        raise JoinError(site=site, meter=meter, detail=_ALREADY)
    _insert(connection, site, number, at_ms, by)


def separate(connection: sqlite3.Connection, site: str, meter: str, by: str) -> None:
    """Undo the joins of a meter to a site.

    Raises:
        JoinError: it does not belong to it.
    """
    done = connection.execute(
        """UPDATE joined SET undone_ms = ?, undone_by = ? WHERE site = ? AND undone_ms IS NULL
        AND meter = (SELECT id FROM meter WHERE name = ?)""",
        (_now_ms(), by, site, meter),
    )
    if not done.rowcount:
        raise JoinError(site=site, meter=meter, detail=_NOT_THERE)


def _insert(connection: sqlite3.Connection, site: str, number: int, at_ms: int, by: str) -> None:
    connection.execute(
        "INSERT INTO joined (site, meter, at_ms, done_ms, done_by) VALUES (?, ?, ?, ?, ?)",
        (site, number, at_ms, _now_ms(), by),
    )


def _has_rows(connection: sqlite3.Connection, site: str) -> bool:
    sql = """
        SELECT 1 FROM joined JOIN meter ON meter.id = joined.meter
        WHERE site = ? AND first_ms IS NOT NULL LIMIT 1"""
    return connection.execute(sql, [site]).fetchone() is not None


def _first_ms(connection: sqlite3.Connection, number: int) -> int:
    """When a meter was first seen, else the first hour anything is known of it, else now."""
    sql = """SELECT coalesce(first_ms, (SELECT min(start_ms) FROM chunk WHERE meter = meter.id
        AND level = 0 AND stage = 0), ?) FROM meter WHERE id = ?"""
    (first_ms,) = connection.execute(sql, (_now_ms(), number)).fetchone()
    return int(first_ms)


def _modes(connection: sqlite3.Connection, number: int, portion: Portion) -> str:
    (known,) = connection.execute("SELECT modes FROM meter WHERE id = ?", [number]).fetchone()
    return " ".join(sorted({*known.split(), *portion.modes}))


def _time(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
