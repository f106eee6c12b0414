"""The chunks of one meter and origin in the file: read as rows, written with all their levels."""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from telewatt.rollup import Level, Step, Summary, Withdrawal, merge_summaries
from telewatt.rollup.calendar import floor_ms, next_ms
from telewatt.rollup.chunk import Chunk, Counters, Gauges, encode
from telewatt.rollup.instant import ALWAYS
from telewatt.rollup.rows import Counts
from telewatt.rollup.summary import EMPTY

JOURNAL = 0
"""The origin of what was folded from the journal; the others are numbers of imports."""
_COARSER = {Level.MINUTE: Level.QUARTER, Level.QUARTER: Level.HOUR, Level.HOUR: Level.DAY}
_Summaries = dict[int, Summary]


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
        self._last: tuple[tuple[Level, int] | None, Any] = None, None

    # -- reading: see `telewatt.rollup.rows.Rows` ------------------------------------------------

    def counters(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Counters:
        """See `Rows`."""
        found = Counters([], [], [], [], [])
        for chunk in self._chunks(level, start_ms, end_ms):
            _append(found, chunk.counter(quantity), start_ms, end_ms)
        return found

    def gauges(self, quantity: str, level: Level, start_ms: int, end_ms: int) -> Gauges:
        """See `Rows`."""
        found = Gauges([], [], [], [], [])
        for chunk in self._chunks(level, start_ms, end_ms):
            _append(found, chunk.gauge(quantity), start_ms, end_ms)
        return found

    def counts(self, level: Level, start_ms: int, end_ms: int) -> Counts:
        """See `Rows`."""
        found = Counts([], [], [], [])
        for chunk in self._chunks(level, start_ms, end_ms):
            _append(found, chunk.frames[:4], start_ms, end_ms)
        return found

    def quantities(self) -> set[str]:
        """See `Rows`."""
        return set().union(*(chunk.quantities for chunk in self._chunks(Level.DAY, *ALWAYS)))

    def summaries(self, level: Level, start_ms: int, end_ms: int) -> Iterator[tuple[int, Summary]]:
        """All there is of a level, ascending."""
        for chunk in self._chunks(level, start_ms, end_ms):
            for start, summary in chunk.summaries().items():
                if start_ms <= start < end_ms:
                    yield start, summary

    def _chunks(self, level: Level, start_ms: int, end_ms: int) -> Iterator[Chunk]:
        """The chunks of these rows; the last one is kept: the next rows may be in it too."""
        sql = """
            SELECT start_ms, payload FROM chunk WHERE stage = ? AND origin = ? AND meter = ?
            AND level = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms"""
        key = (*self._key, level, floor_ms(level.span, start_ms), end_ms)
        for span, payload in self._connection.execute(sql, key):
            if self._last[0] != (level, span):
                self._last = (level, span), Chunk(payload)
            yield self._last[1]

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


def _append(
    found: Sequence[list[int]], columns: Sequence[list[int]] | None, start_ms: int, end_ms: int
) -> None:
    """Add the rows of these columns that start in ``[start_ms, end_ms)``."""
    if columns is not None:
        first, after = bisect_left(columns[0], start_ms), bisect_left(columns[0], end_ms)
        for column, more in zip(found, columns, strict=True):
            column.extend(more[first:after])
