"""A chunk: the summaries of one stretch of time as compressed columns.

What is compressed (numbers and tables of columns are those of `telewatt.columns`):

- the number of rows; the table of their starts in minutes, frames, rejected and repaired;
- which rows have an arrival; of those the table of the first, relative to the start, and of the
  last, relative to the first;
- the length of the names of the quantities, and these, ascending, separated by spaces; the length
  of the block of each; the blocks: ``c`` or ``g``, which rows have it, and a table. Of a counter:
  first time relative to the arrival, last time relative to the arrival, first and last totals in
  turn. Of a gauge: samples relative to the frames, least, greatest relative to the least, sum
  relative to as many times the least.

"Which rows" is their number and, unless it is all, the column of their places. So most columns are
constant, which costs two bytes, and one quantity is read without the others. The names themselves
cost next to nothing: the compressor knows the usual ones beforehand.
"""

import contextlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import add, mul, sub
from typing import NamedTuple

from telewatt.columns import Cursor, encode_columns, encode_count
from telewatt.rollup.instant import MINUTE_MS
from telewatt.rollup.summary import Counter, Gauge, Summary

_VERSION = b"\x01"
_COUNTER, _GAUGE = b"c", b"g"
_USUAL_NAMES = (  # part of the layout: never to be changed
    b"active_export_w active_w apparent_1_va apparent_2_va apparent_3_va apparent_export_va "
    b"apparent_va current_1_a current_2_a current_3_a export_wh grid_1_wh grid_2_wh grid_3_wh "
    b"grid_4_wh import_10_wh import_1_wh import_2_wh import_3_wh import_4_wh import_5_wh "
    b"import_6_wh import_7_wh import_8_wh import_9_wh import_wh reactive_1_varh reactive_2_varh "
    b"reactive_3_varh reactive_4_varh voltage_1_v voltage_2_v voltage_3_v"
)


class ChunkError(Exception):
    """These bytes are no chunk, or one of a newer version."""


class Frames(NamedTuple):
    """The columns of the frames, ascending by start; the start stands for a missing arrival."""

    starts_ms: list[int]
    frames: list[int]
    rejected: list[int]
    repaired: list[int]
    first_ms: list[int]
    last_ms: list[int]


class Counters(NamedTuple):
    """The columns of one counter, only the rows that have it, ascending by start."""

    starts_ms: list[int]
    first_ms: list[int]
    first_total: list[int]
    last_ms: list[int]
    last_total: list[int]


class Gauges(NamedTuple):
    """The columns of one gauge, only the rows that have it, ascending by start."""

    starts_ms: list[int]
    samples: list[int]
    sum: list[int]
    min: list[int]
    max: list[int]


def encode(summaries: Mapping[int, Summary]) -> bytes:
    """The chunk of these summaries by start (whole minutes, in milliseconds); at least one."""
    starts = sorted(summaries)
    rows = [summaries[start] for start in starts]
    frames, arrived = _frames_of(starts, rows)
    names = sorted({name for row in rows for name in (*row.counters, *row.gauges)})
    text = " ".join(names).encode()
    blocks = [_block_of(name, rows, frames) for name in names]
    parts = [
        encode_count(len(rows)),
        encode_columns(([start // MINUTE_MS for start in starts], *frames[1:4])),
        _encode_places(arrived, len(rows)),
        encode_columns(
            (
                _relative(frames.first_ms, frames.starts_ms, arrived),
                _relative(frames.last_ms, frames.first_ms, arrived),
            )
        ),
        encode_count(len(text)),
        text,
        *(encode_count(len(block)) for block in blocks),
        *blocks,
    ]
    compressor = zlib.compressobj(9, zdict=_USUAL_NAMES)
    return _VERSION + compressor.compress(b"".join(parts)) + compressor.flush()


class Chunk:
    """A chunk being read.

    Attributes:
        frames: the columns of the frames.
        quantities: those it holds.

    Raises:
        ChunkError: these bytes are no chunk; also from the methods.
    """

    def __init__(self, payload: bytes) -> None:
        if payload[:1] != _VERSION:
            raise ChunkError(f"begins with {payload[:1].hex() or 'nothing'}, not with 01")
        with _telling_damage():
            cursor = Cursor(_decompress(payload[1:]))
            self._data = cursor.data
            self.frames, self._arrived = _read_frames(cursor)
            self._blocks = _read_directory(cursor)
        self.quantities = frozenset(self._blocks)
        self._counters: dict[str, Counters | None] = {}

    def counter(self, quantity: str) -> Counters | None:
        """The columns of this counter; ``None`` if it is not there. Not to be changed."""
        if quantity not in self._counters:
            self._counters[quantity] = self._read_counter(quantity)
        return self._counters[quantity]

    def _read_counter(self, quantity: str) -> Counters | None:
        with _telling_damage():
            if (cursor := self._block(quantity, _COUNTER)) is None:
                return None
            places = _read_places(cursor, len(self.frames.starts_ms))
            count = len(places)
            first_ms, last_ms, totals = cursor.columns((count, count, 2 * count))
        return Counters(
            _pick(self.frames.starts_ms, places),
            list(map(add, first_ms, _pick(self.frames.first_ms, places))),
            totals[::2],
            list(map(add, last_ms, _pick(self.frames.last_ms, places))),
            totals[1::2],
        )

    def gauge(self, quantity: str) -> Gauges | None:
        """The columns of this gauge; ``None`` if it is not there."""
        with _telling_damage():
            if (cursor := self._block(quantity, _GAUGE)) is None:
                return None
            places = _read_places(cursor, len(self.frames.starts_ms))
            samples, least, spread, excess = cursor.columns((len(places),) * 4)
        samples = list(map(add, samples, _pick(self.frames.frames, places)))
        return Gauges(
            _pick(self.frames.starts_ms, places),
            samples,
            list(map(add, excess, map(mul, samples, least))),
            least,
            list(map(add, spread, least)),
        )

    def summaries(self) -> dict[int, Summary]:
        """Everything, by start in milliseconds."""
        counters: dict[int, dict[str, Counter]] = {}
        gauges: dict[int, dict[str, Gauge]] = {}
        for quantity in self._blocks:
            for start, *counter in zip(*(self.counter(quantity) or ()), strict=True):
                counters.setdefault(start, {})[quantity] = Counter(*counter)
            for start, *gauge in zip(*(self.gauge(quantity) or ()), strict=True):
                gauges.setdefault(start, {})[quantity] = Gauge(*gauge)
        arrived = set(self._arrived)
        return {
            start: Summary(
                frames,
                rejected,
                repaired,
                (first_ms, last_ms) if number in arrived else None,
                counters.get(start, {}),
                gauges.get(start, {}),
            )
            for number, (start, frames, rejected, repaired, first_ms, last_ms) in enumerate(
                zip(*self.frames, strict=True)
            )
        }

    def _block(self, quantity: str, kind: bytes) -> Cursor | None:
        place = self._blocks.get(quantity)
        if place is None or self._data[place : place + 1] != kind:
            return None
        return Cursor(self._data, place + 1)


_Places = Sequence[int]


def _read_frames(cursor: Cursor) -> tuple[Frames, _Places]:
    count = cursor.count()
    minutes, frames, rejected, repaired = cursor.columns((count,) * 4)
    arrived = _read_places(cursor, count)
    after_ms, during_ms = cursor.columns((len(arrived),) * 2)
    starts_ms = [minute * MINUTE_MS for minute in minutes]
    first_ms = list(map(add, _pick(starts_ms, arrived), after_ms))
    last_ms = list(map(add, first_ms, during_ms))
    if len(arrived) < count:
        first_ms, last_ms = (_spread(times, arrived, starts_ms) for times in (first_ms, last_ms))
    return Frames(starts_ms, frames, rejected, repaired, first_ms, last_ms), arrived


def _read_directory(cursor: Cursor) -> dict[str, int]:
    names = cursor.take(cursor.count()).decode().split()
    sizes = [cursor.count() for _ in names]
    return dict(zip(names, accumulate(sizes, initial=cursor.place), strict=False))


def _decompress(data: bytes) -> bytes:
    decompressor = zlib.decompressobj(zdict=_USUAL_NAMES)
    found = decompressor.decompress(data)
    if not decompressor.eof or decompressor.unused_data:
        raise ValueError("the compressed bytes end too early or too late")
    return found


def _frames_of(starts: list[int], rows: list[Summary]) -> tuple[Frames, list[int]]:
    arrivals = [row.arrival or (start, start) for start, row in zip(starts, rows, strict=True)]
    columns = Frames(
        starts,
        [row.frames for row in rows],
        [row.rejected for row in rows],
        [row.repaired for row in rows],
        [arrival[0] for arrival in arrivals],
        [arrival[1] for arrival in arrivals],
    )
    return columns, [number for number, row in enumerate(rows) if row.arrival]


def _block_of(name: str, rows: list[Summary], frames: Frames) -> bytes:
    places = [number for number, row in enumerate(rows) if name in row.counters]
    if places:
        counters = [rows[number].counters[name] for number in places]
        kind, columns = _COUNTER, _counter_columns(counters, places, frames)
    else:
        places = [number for number, row in enumerate(rows) if name in row.gauges]
        gauges = [rows[number].gauges[name] for number in places]
        kind, columns = _GAUGE, _gauge_columns(gauges, places, frames)
    return kind + _encode_places(places, len(rows)) + encode_columns(columns)


def _counter_columns(rows: list[Counter], places: _Places, frames: Frames) -> list[list[int]]:
    first_ms, first_total, last_ms, last_total = zip(*rows, strict=True)
    return [
        list(map(sub, first_ms, _pick(frames.first_ms, places))),
        list(map(sub, last_ms, _pick(frames.last_ms, places))),
        list(chain.from_iterable(zip(first_total, last_total, strict=True))),
    ]


def _gauge_columns(rows: list[Gauge], places: _Places, frames: Frames) -> list[list[int]]:
    samples, total, least, greatest = zip(*rows, strict=True)
    return [
        list(map(sub, samples, _pick(frames.frames, places))),
        list(least),
        list(map(sub, greatest, least)),
        list(map(sub, total, map(mul, samples, least))),
    ]


def _encode_places(places: _Places, count: int) -> bytes:
    return encode_count(len(places)) + encode_columns([places] if len(places) < count else [])


def _read_places(cursor: Cursor, count: int) -> _Places:
    present = cursor.count()
    return range(count) if present == count else cursor.columns((present,))[0]


def _pick(values: list[int], places: _Places) -> list[int]:
    if len(places) == len(values):
        return values
    return [values[number] for number in places]


def _spread(values: list[int], places: _Places, others: list[int]) -> list[int]:
    """These values at their places, and the others everywhere else."""
    spread = others.copy()
    for number, value in zip(places, values, strict=True):
        spread[number] = value
    return spread


def _relative(values: list[int], to: list[int], places: _Places) -> list[int]:
    return list(map(sub, _pick(values, places), _pick(to, places)))


@contextlib.contextmanager
def _telling_damage() -> Iterator[None]:
    try:
        yield
    except (zlib.error, ValueError, IndexError) as error:
        raise ChunkError(str(error)) from error
