"""The chunks of one meter and origin in the file: read as rows, written with all their levels."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import TypeVar

from telewatt.rollup import Level, Step, Summary, Withdrawal, merge_summaries
from telewatt.rollup.calendar import floor_ms, next_ms
from telewatt.rollup.chunk import Chunk, encode
from telewatt.rollup.instant import ALWAYS
from telewatt.rollup.rows import Counts, Row
from telewatt.rollup.summary import EMPTY, Counter, Gauge

JOURNAL = 0
"""The origin of what was folded from the journal; the others are numbers of imports."""
_COARSER = {Level.MINUTE: Level.QUARTER, Level.QUARTER: Level.HOUR, Level.HOUR: Level.DAY}
_Summaries = dict[int, Summary]
_T = TypeVar("_T")


class Stage(IntEnum):
    """What queries see, and what a replay or an import builds meanwhile."""

    LIVE = 0
    REPLAY = 1


class Shelf:
    """The chunks of one meter, origin and stage.

    Args:
        connection: inside a transaction.
        meter: its number in table ``meter``.
        kept_until_ms: of a stage being built: what the live one has before this instant counts as
            its own until it writes there.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        meter: int,
        origin: int = JOURNAL,
        stage: Stage = Stage.LIVE,
        kept_until_ms: int | None = None,
    ) -> None:
        self._connection = connection
        self._key = (stage, origin, meter)
        self._kept_until_ms = kept_until_ms

    # -- reading: see `telewatt.rollup.rows.Rows` ------------------------------------------------

    def counters(
        self, quantity: str, level: Level, start_ms: int, end_ms: int
    ) -> list[Row[Counter]]:
        """See `Rows`."""
        rows: list[Row[Counter]] = []
        for chunk in self._chunks(level, start_ms, end_ms):
            if columns := chunk.counter(quantity):
                starts, *values = columns
                rows += zip(starts, map(Counter, *values), strict=True)
        return _within(rows, start_ms, end_ms)

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> list[Row[Gauge]]:
        """See `Rows`."""
        rows: list[Row[Gauge]] = []
        for chunk in self._chunks(level, start_ms, end_ms):
            if columns := chunk.gauge(quantity):
                starts, *values = columns
                rows += zip(starts, map(Gauge, *values), strict=True)
        return _within(rows, start_ms, end_ms)

    def counts(self, level: Level, start_ms: int, end_ms: int) -> list[Row[Counts]]:
        """See `Rows`."""
        rows: list[Row[Counts]] = []
        for chunk in self._chunks(level, start_ms, end_ms):
            starts, *values = chunk.frames[:4]
            rows += zip(starts, map(Counts, *values), strict=True)
        return _within(rows, start_ms, end_ms)

    def summaries(self, level: Level, start_ms: int, end_ms: int) -> Iterator[tuple[int, Summary]]:
        """All there is of a level, chunk by chunk, ascending."""
        for chunk in self._chunks(level, start_ms, end_ms):
            yield from _within(list(chunk.summaries().items()), start_ms, end_ms)

    def quantities(self) -> set[str]:
        """Everything ever seen."""
        return set().union(*(c.quantities for c in self._chunks(Level.DAY, *ALWAYS)))

    def _chunks(self, level: Level, start_ms: int, end_ms: int) -> Iterator[Chunk]:
        sql = """
            SELECT payload FROM chunk WHERE stage = ? AND origin = ? AND meter = ? AND level = ?
            AND start_ms >= ? AND start_ms < ? ORDER BY start_ms"""
        first_ms = floor_ms(level.span, start_ms)
        for (payload,) in self._connection.execute(sql, (*self._key, level, first_ms, end_ms)):
            yield Chunk(payload)

    # -- writing ---------------------------------------------------------------------------------

    def merge(
        self, minutes: Mapping[int, Summary], withdrawals: Iterable[Withdrawal] = ()
    ) -> int | None:
        """Carry out withdrawals, merge minutes into what is there, bring all levels up to date.

        Returns:
            The start of the first hour that was written; ``None`` if none was.
        """
        hours: dict[int, _Summaries] = {}
        for start, summary in minutes.items():
            hours.setdefault(floor_ms(Step.HOUR, start), {})[start] = summary
        withdrawals = tuple(withdrawals)
        for withdrawal in withdrawals:
            for start in self._starts(withdrawal.after_ms, withdrawal.until_ms):
                hours.setdefault(start, {})
        changed: _Summaries = {}
        for hour in sorted(hours):
            stored = self._load(Level.MINUTE, hour)
            for withdrawal in withdrawals:
                stored = {at: one.without_totals(*withdrawal) for at, one in stored.items()}
            for start, summary in hours[hour].items():
                stored[start] = summary.merge(stored.get(start, EMPTY))
            changed |= self._store(Level.MINUTE, hour, stored, stored.keys() | {hour})
        self._raise(changed)
        return min(hours, default=None)

    def keep(self) -> None:
        """Take over the parts of coarser chunks that are kept, less what came later."""
        cut_ms = self._kept_until_ms or 0
        hours: _Summaries = {}
        for level in (Level.QUARTER, Level.HOUR, Level.DAY):
            span = floor_ms(level.span, cut_ms)
            kept = self._load(level, span)
            if level is Level.DAY:
                kept |= _merged(hours, Step.DAY, [cut_ms])
            self._store(level, span, kept, ())
            hours = kept

    def rebuild(self) -> None:
        """Compute all other levels from the minutes again."""
        sql = "DELETE FROM chunk WHERE stage = ? AND origin = ? AND meter = ? AND level > 0"
        hours = self._starts(*ALWAYS)
        self._connection.execute(sql, self._key)
        days: dict[int, list[int]] = {}
        for hour in hours:
            days.setdefault(floor_ms(Step.DAY, hour), []).append(hour)
        for day in days.values():
            changed: _Summaries = {}
            for hour in day:
                stored = self._load(Level.MINUTE, hour)
                changed |= _merged(stored, Step.QUARTER, stored)
            self._raise(changed)

    def _raise(self, changed: _Summaries) -> None:
        """Bring the coarser levels up to date after these quarters changed."""
        for level in (Level.QUARTER, Level.HOUR, Level.DAY):
            spans: dict[int, _Summaries] = {}
            for start, summary in changed.items():
                spans.setdefault(floor_ms(level.span, start), {})[start] = summary
            changed = {}
            for span, news in sorted(spans.items()):
                changed |= self._store(level, span, self._load(level, span) | news, news)

    def _starts(self, after_ms: int, until_ms: int) -> list[int]:
        """The hours stored that may hold something in ``(after_ms, until_ms]``."""
        sql = """
            SELECT DISTINCT start_ms FROM chunk WHERE stage = ? AND origin = ? AND meter = ?
            AND level = 0 AND start_ms > ? AND start_ms <= ? ORDER BY start_ms"""
        key = (*self._key[1:], after_ms - 3_600_000, until_ms)
        found = {start for (start,) in self._connection.execute(sql, (self._key[0], *key))}
        if self._kept_until_ms is not None:
            live = self._connection.execute(sql, (Stage.LIVE, *key))
            found |= {start for (start,) in live if start < self._kept_until_ms}
        return sorted(found)

    def _load(self, level: Level, span: int) -> _Summaries:
        sql = """
            SELECT payload FROM chunk
            WHERE stage = ? AND origin = ? AND meter = ? AND level = ? AND start_ms = ?"""
        row = self._connection.execute(sql, (*self._key, level, span)).fetchone()
        if row is not None:
            return Chunk(row[0]).summaries()
        until_ms = self._kept_until_ms
        if until_ms is None or span >= until_ms:
            return {}
        row = self._connection.execute(sql, (Stage.LIVE, *self._key[1:], level, span)).fetchone()
        kept = {} if row is None else Chunk(row[0]).summaries()
        return {start: summary for start, summary in kept.items() if start < until_ms}

    def _store(
        self, level: Level, span: int, summaries: _Summaries, changed: Iterable[int]
    ) -> _Summaries:
        """Write one chunk; give the summaries of the next level that hold what changed."""
        kept = {start: summary for start, summary in summaries.items() if summary != EMPTY}
        key = (*self._key, level, span)
        if kept:
            self._connection.execute(
                """INSERT INTO chunk (stage, origin, meter, level, start_ms, payload)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (stage, origin, meter, level, start_ms)
                DO UPDATE SET payload = excluded.payload""",
                (*key, encode(kept)),
            )
        else:
            self._connection.execute(
                """DELETE FROM chunk WHERE stage = ? AND origin = ? AND meter = ? AND level = ?
                AND start_ms = ?""",
                key,
            )
        coarser = _COARSER.get(level)
        return {} if coarser is None else _merged(kept, coarser.step, changed)


def _merged(summaries: _Summaries, step: Step, changed: Iterable[int]) -> _Summaries:
    """The summaries of this length that hold one of these starts."""
    merged = {}
    for start in sorted({floor_ms(step, one) for one in changed}):
        end = next_ms(step, start)
        merged[start] = merge_summaries(
            summary for one, summary in summaries.items() if start <= one < end
        )
    return merged


def _within(rows: list[Row[_T]], start_ms: int, end_ms: int) -> list[Row[_T]]:
    if rows and (rows[0][0] < start_ms or rows[-1][0] >= end_ms):
        return [row for row in rows if start_ms <= row[0] < end_ms]
    return rows
