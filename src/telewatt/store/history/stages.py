"""How far the history has come in the journal, and the replay that builds its successor.

A replay takes up a snapshot: place and states of a moment when everything before its cut was
written, and nothing after. What the live stage has before the cut is kept, the rest is built anew
in the other stage; at the end one transaction puts it in the place of the live one. Where the live
stage changes before a cut (late totals, a clock set back), snapshots with that cut are no longer
true and go away.
"""

import json
import sqlite3
import zlib
from collections.abc import Collection
from typing import Any, NamedTuple

from telewatt.rollup import Level, Portion, Step
from telewatt.rollup.calendar import floor_ms, next_ms
from telewatt.rollup.instant import HOUR_MS, MINUTE_MS
from telewatt.store.faults import DamagedError
from telewatt.store.history import events, meters
from telewatt.store.history.faults import (
    NothingToReplayError,
    ReplayBehindError,
    ReplayLostError,
)
from telewatt.store.history.shelf import JOURNAL, Shelf, Stage

_OPEN_MS = HOUR_MS + MINUTE_MS
_SOON_MS = 7 * 24 * HOUR_MS
"""How long an hour may be open before it is written, at most."""


class Progress(NamedTuple):
    """How far a stage has come.

    Attributes:
        place: number of the last entry of the journal that was folded; 0 before the first.
        state: what the writer of the stage gave with it, JSON values; ``None`` at the beginning.
        generation: changes whenever a replay becomes live.
        cut_ms, cut_event: of a replay: summaries before, and events until then, are kept.
        meters: of a replay: the only meters it replaces; ``None``: all.
    """

    place: int = 0
    state: Any = None
    generation: int = 0
    cut_ms: int = 0
    cut_event: int = 0
    meters: frozenset[str] | None = None


def read_progress(connection: sqlite3.Connection, stage: Stage) -> Progress | None:
    """How far a stage has come; ``None`` if it never began."""
    sql = "SELECT place, state, generation, cut_ms, cut_event, meters FROM progress WHERE stage = ?"
    row = connection.execute(sql, [stage]).fetchone()
    if row is None:
        return None
    place, state, generation, cut_ms, cut_event, meters = row
    names = None if meters is None else frozenset(json.loads(meters))
    return Progress(place, _unpack(state), generation, cut_ms, cut_event, names)


def read_place(connection: sqlite3.Connection) -> int:
    """How far the live stage has come; 0 if it never began."""
    row = connection.execute("SELECT place FROM progress WHERE stage = 0").fetchone()
    return 0 if row is None else int(row[0])


def read_progress_before(connection: sqlite3.Connection, place: int) -> Progress | None:
    """The newest kept state of the live stage at this place or before, be it a snapshot."""
    row = connection.execute(
        """SELECT place, state FROM progress WHERE stage = 0 AND place <= :place
        UNION ALL SELECT place, state FROM snapshot WHERE stage = 0 AND place <= :place
        ORDER BY place DESC LIMIT 1""",
        {"place": place},
    ).fetchone()
    return row and Progress(row[0], _unpack(row[1]))


def write_progress(connection: sqlite3.Connection, stage: Stage, progress: Progress) -> None:
    """Put it in the place of what was there."""
    place, state, generation, cut_ms, cut_event, meters = progress
    names = None if meters is None else json.dumps(sorted(meters))
    connection.execute(
        """INSERT OR REPLACE INTO progress
        (stage, place, state, generation, cut_ms, cut_event, meters)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (stage, place, _pack(state), generation, cut_ms, cut_event, names),
    )


# -- snapshots -------------------------------------------------------------------------------------


def keep_snapshot(
    connection: sqlite3.Connection, stage: Stage, closed_ms: int, progress: Progress
) -> None:
    """Keep one of each day, if really nothing was written at ``closed_ms`` or later."""
    day_ms = floor_ms(Step.DAY, closed_ms)
    sql = "SELECT 1 FROM snapshot WHERE stage = ? AND cut_ms >= ?"
    known = connection.execute(sql, (stage, day_ms)).fetchone()
    if progress.meters is not None or known or _reaches(connection, stage, closed_ms):
        return
    connection.execute(
        """INSERT INTO snapshot (stage, cut_ms, place, state, event)
        VALUES (?, ?, ?, ?, (SELECT coalesce(max(id), 0) FROM event))""",
        (stage, closed_ms, progress.place, _pack(progress.state)),
    )


def forget_snapshots(connection: sqlite3.Connection, stage: Stage, changed_ms: int) -> None:
    """A stage has changed from this instant on: give up what counts on it."""
    sql = "DELETE FROM snapshot WHERE stage = ? AND cut_ms > ?"
    connection.execute(sql, (stage, changed_ms))
    replay = read_progress(connection, Stage.REPLAY) if stage is Stage.LIVE else None
    if replay is not None and replay.cut_ms > changed_ms:
        abandon(connection)


def begin_journal(connection: sqlite3.Connection, state: Any) -> None:
    """Numbers begin anew: the one snapshot left is of now, and stands before the first entry."""
    abandon(connection)
    sql = "SELECT max(start_ms) FROM chunk WHERE stage = 0 AND origin = 0 AND level = 0"
    (last_ms,) = connection.execute(sql).fetchone()
    before = read_progress(connection, Stage.LIVE) or Progress()
    write_progress(connection, Stage.LIVE, before._replace(place=0, state=state))
    connection.execute("DELETE FROM snapshot")
    connection.execute(
        """INSERT INTO snapshot (stage, cut_ms, place, state, event)
        VALUES (0, ?, 0, ?, (SELECT coalesce(max(id), 0) FROM event))""",
        (0 if last_ms is None else next_ms(Step.HOUR, last_ms), _pack(state)),
    )


def _reaches(connection: sqlite3.Connection, stage: Stage, instant_ms: int) -> bool:
    sql = """
        SELECT 1 FROM meter WHERE EXISTS (SELECT 1 FROM chunk WHERE stage = ? AND origin = 0
        AND meter = meter.id AND level = 0 AND start_ms >= ? AND start_ms < ?)"""
    soon_ms = instant_ms + _SOON_MS  # what lies beyond is of a clock that was wrong
    return connection.execute(sql, (stage, instant_ms, soon_ms)).fetchone() is not None


# -- writing ---------------------------------------------------------------------------------------


def write_portion(
    connection: sqlite3.Connection, stage: Stage, progress: Progress, portion: Portion
) -> int | None:
    """Write what was folded of one meter; give until when it is complete."""
    if progress.meters is not None and portion.meter not in progress.meters:
        return portion.closed_ms
    meter = meters.note_meter(connection, portion)
    kept_until_ms = progress.cut_ms if stage is Stage.REPLAY else None
    shelf = Shelf(connection, meter, JOURNAL, stage, kept_until_ms)
    changed_ms = shelf.merge(portion.minutes, portion.withdrawals)
    if changed_ms is not None:
        forget_snapshots(connection, stage, changed_ms)
    events.write(connection, stage, JOURNAL, meter, portion.events)
    return portion.closed_ms


# -- the replay ------------------------------------------------------------------------------------


def begin(
    connection: sqlite3.Connection,
    since_ms: int,
    oldest_seq: int,
    names: Collection[str] | None,
    path: object,
) -> Progress:
    """Begin a replay; see `History.begin_replay`."""
    abandon(connection)
    start = _snapshot_for(connection, since_ms, oldest_seq)
    if start is None and oldest_seq > 1:
        raise NothingToReplayError(path=path, oldest=oldest_seq)
    progress = (start or Progress())._replace(meters=None if names is None else frozenset(names))
    write_progress(connection, Stage.REPLAY, progress)
    for number, name in connection.execute("SELECT id, name FROM meter").fetchall():
        if progress.meters is None or name in progress.meters:
            Shelf(connection, number, JOURNAL, Stage.REPLAY, progress.cut_ms).keep()
    return progress


def _snapshot_for(
    connection: sqlite3.Connection, since_ms: int, oldest_seq: int
) -> Progress | None:
    """The last snapshot all of whose entries came before; if the journal begins later, the first.

    The state holds entries that came after the cut, for at most an hour and a minute.
    """
    sql = "SELECT place, state, cut_ms, event FROM snapshot WHERE stage = 0 AND place >= ?"
    until = connection.execute(
        f"{sql} AND cut_ms <= ? ORDER BY cut_ms DESC", (oldest_seq - 1, since_ms - _OPEN_MS)
    ).fetchone()
    after = connection.execute(
        f"{sql} AND cut_ms > ? ORDER BY cut_ms", (oldest_seq - 1, since_ms - _OPEN_MS)
    ).fetchone()
    row = until or (after if oldest_seq > 1 or (after and not after[0]) else None)
    if row is None:
        return None
    return Progress(row[0], _unpack(row[1]), cut_ms=row[2], cut_event=row[3])


def abandon(connection: sqlite3.Connection) -> None:
    """Give up the replay, if there is one."""
    for table in ("chunk", "event"):
        connection.execute(f"DELETE FROM {table} WHERE stage = 1 AND origin = 0")
    for table in ("progress", "snapshot"):
        connection.execute(f"DELETE FROM {table} WHERE stage = 1")


def promote(connection: sqlite3.Connection, state: Any, path: object) -> Progress:
    """Put the replay in the place of the live stage; see `History.promote`."""
    replay = read_progress(connection, Stage.REPLAY)
    if replay is None:
        raise ReplayLostError(path=path)
    live = read_progress(connection, Stage.LIVE) or Progress()
    if live.place != replay.place:
        raise ReplayBehindError(path=path, place=replay.place, live=live.place)
    changed_ms = _changed_ms(connection, replay)
    connection.execute("DELETE FROM snapshot WHERE stage = 0 AND cut_ms > ?", [changed_ms])
    for number, name in connection.execute("SELECT id, name FROM meter").fetchall():
        if replay.meters is None or name in replay.meters:
            _replace(connection, number, replay)
    connection.execute("UPDATE snapshot SET stage = 0 WHERE stage = 1")
    connection.execute("DELETE FROM progress WHERE stage = 1")
    progress = Progress(replay.place, replay.state if state is None else state, live.generation + 1)
    write_progress(connection, Stage.LIVE, progress)
    return progress


def _changed_ms(connection: sqlite3.Connection, replay: Progress) -> int:
    """From when on a replay has changed anything: its cut, or before if totals came late."""
    sql = "SELECT min(start_ms) FROM chunk WHERE stage = 1 AND origin = 0 AND level = 0"
    (first_ms,) = connection.execute(sql).fetchone()
    return replay.cut_ms if first_ms is None else min(int(first_ms), replay.cut_ms)


def _replace(connection: sqlite3.Connection, meter: int, replay: Progress) -> None:
    for level in Level:
        connection.execute(
            """DELETE FROM chunk WHERE stage = 0 AND origin = 0 AND meter = ? AND level = ?
            AND start_ms >= ?""",
            (meter, level, floor_ms(level.span, replay.cut_ms)),
        )
    connection.execute(
        "DELETE FROM event WHERE stage = 0 AND origin = 0 AND meter = ? AND id > ?",
        (meter, replay.cut_event),
    )
    for table in ("chunk", "event"):
        connection.execute(
            f"UPDATE OR REPLACE {table} SET stage = 0 WHERE stage = 1 AND origin = 0 AND meter = ?",
            [meter],
        )


def _pack(state: Any) -> bytes:
    return zlib.compress(json.dumps(state, separators=(",", ":")).encode())


def _unpack(state: bytes) -> Any:
    try:
        return json.loads(zlib.decompress(state))
    except (zlib.error, ValueError) as error:
        raise DamagedError(f"a state cannot be read: {error}") from error
