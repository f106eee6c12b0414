"""The frames of one meter again, from the columns that `telewatt.store.block.framewriter` made."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from io import StringIO
from itertools import accumulate, groupby, repeat
from operator import add
from typing import Any

from telewatt.columns import Cursor
from telewatt.reading import Reading
from telewatt.store.block.fields import TextOf, text_of
from telewatt.store.block.framewriter import EPOCH
from telewatt.store.block.kinds import Kind, decode_kind, restore
from telewatt.store.block.layout import Layout, Plan, decode_layouts
from telewatt.tic import Dataset, Frame

_new_frame = tuple.__new__  # twice as fast as Frame(...)


class FrameReader:
    """Gives back the frames of one meter; only those asked for are made.

    Args:
        cursor: at the first byte; afterwards behind the last one.
        count: how many frames there are.
    """

    def __init__(self, cursor: Cursor, count: int) -> None:
        lines = cursor.take(cursor.count()).decode("ascii").splitlines()
        decoded = [decode_kind(line) for line in lines]
        self._kinds = [kind for kind, _ in decoded]
        self._layouts = decode_layouts(cursor)
        offset = cursor.number()
        self._rows, self._milliseconds, self._microseconds, jumps = cursor.columns((count,) * 4)
        lengths = [Plan(layout, self._kinds).length for layout in self._layouts]
        steps = map(add, jumps, [0, *map(lengths.__getitem__, self._rows)])
        self._offsets = list(accumulate(steps, initial=offset))[1:]
        self._columns = _read_columns(cursor, decoded, self._counts(count))

    def readings(self, source: str, meter: str | None, first: int, last: int) -> Iterator[Reading]:
        """The readings from number ``first``, the first is 0, to before number ``last``."""
        at = self._counts(first)
        place = first
        for row, run in groupby(self._rows[first:last]):
            count = sum(1 for _ in run)
            for frame in self._frames(self._layouts[row], at, place, count):
                received = self._milliseconds[place] * 1000 + self._microseconds[place]
                yield Reading(meter, source, EPOCH + timedelta(microseconds=received), frame)
                place += 1

    def _frames(self, layout: Layout, at: list[int], first: int, count: int) -> Iterator[Frame]:
        """The next frames of one layout; ``at`` are the places of the kinds, and move on."""
        plan = Plan(layout, self._kinds)
        columns: list[Iterable[Dataset]] = []
        parts: dict[int, Iterable[bytes | None]] = {}
        for number, repaired in plan.fields:
            column = self._columns[number]
            keys = column.keys(at[number], at[number] + count)
            at[number] += count
            datasets = map(column.datasets.__getitem__, keys)
            columns.append(map(_repair, datasets) if repaired else datasets)
            parts[number] = map(column.parts(parity=layout.parity).__getitem__, keys)
        pieces = [parts[p] if isinstance(p, int) else repeat(p, count) for p in plan.pieces]
        found = zip(*columns, strict=True) if columns else repeat((), count)
        raws = map(b"".join, zip(*pieces, strict=True)) if pieces else repeat(b"", count)
        offsets = self._offsets[first : first + count]
        mode, status = layout.mode, layout.status
        for offset, raw, own in zip(offsets, raws, found, strict=True):
            rejected = plan.rejected_from(offset)
            yield _new_frame(Frame, (mode, status, offset, raw, own, rejected))

    def _counts(self, last: int) -> list[int]:
        """How many of the frames before number ``last`` have each kind."""
        counts = [0] * len(self._kinds)
        for row, times in Counter(self._rows[:last]).items():
            for number in self._layouts[row].numbers:
                counts[number] += times
        return counts


class _Datasets(dict[Any, Dataset]):
    """The datasets of one kind by their keys, made when they are first asked for."""

    def __init__(self, kind: Kind, data_of: TextOf, horodate_of: TextOf | None) -> None:
        self._kind, self._data_of, self._horodate_of = kind, data_of, horodate_of

    def __missing__(self, key: Any) -> Dataset:
        if self._horodate_of is None:
            data, horodate = self._data_of(key), None
        else:
            data, horodate = self._data_of(key[0]), self._horodate_of(key[1])
        dataset = self[key] = restore(self._kind, data, horodate)
        return dataset


class _Parts(dict[Any, bytes | None]):
    """Their bytes, in the same way."""

    def __init__(self, kind: Kind, datasets: _Datasets, *, parity: bool) -> None:
        self._kind, self._datasets, self._parity = kind, datasets, parity

    def __missing__(self, key: Any) -> bytes | None:
        dataset = self._datasets[key]
        part = self._kind.write(dataset.data, dataset.horodate, parity=self._parity)
        self[key] = part
        return part


class _Column:
    """The datasets of one kind.

    Attributes:
        datasets: by their keys.
    """

    __slots__ = ("_columns", "_kind", "_parts", "datasets")

    def __init__(self, kind: Kind, columns: Sequence[list[int]], datasets: _Datasets) -> None:
        self.datasets = datasets
        self._kind, self._columns = kind, columns
        self._parts: dict[bool, _Parts] = {}

    def keys(self, first: int, last: int) -> list[Any]:
        """What tells each dataset from number ``first`` to before ``last`` from the others."""
        found = [column[first:last] for column in self._columns]
        return found[0] if len(found) == 1 else list(zip(*found, strict=True))

    def parts(self, *, parity: bool) -> _Parts:
        """The bytes of the datasets by their keys."""
        if parity not in self._parts:
            self._parts[parity] = _Parts(self._kind, self.datasets, parity=parity)
        return self._parts[parity]


def _read_columns(
    cursor: Cursor, kinds: Sequence[tuple[Kind, str]], counts: Sequence[int]
) -> list[_Column]:
    sizes = [count for count, (_, forms) in zip(counts, kinds, strict=True) for _ in forms]
    columns = iter(cursor.columns(sizes))
    texts = StringIO(cursor.take(cursor.count()).decode("utf-8", "surrogatepass"), newline="")
    return [_read_column(kind, forms, columns, texts) for kind, forms in kinds]


def _read_column(kind: Kind, forms: str, columns: Iterator[list[int]], texts: StringIO) -> _Column:
    data = next(columns)
    data_of = _text_of(forms[0], kind.width, data, texts)
    if kind.horodate_width is None:
        return _Column(kind, [data], _Datasets(kind, data_of, None))
    horodates = next(columns)
    horodate_of = _text_of(forms[1], kind.horodate_width, horodates, texts)
    return _Column(kind, [data, horodates], _Datasets(kind, data_of, horodate_of))


def _text_of(form: str, width: int, numbers: list[int], texts: StringIO) -> TextOf:
    distinct = [texts.read(width) for _ in range(max(numbers) + 1)] if form == "t" else []
    return text_of(form, width, distinct)


def _repair(dataset: Dataset) -> Dataset:
    return dataset._replace(repaired=True)
