"""The frames of one meter again, from the columns that `telewatt.store.block.framewriter` made."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from io import StringIO
from itertools import accumulate, groupby, repeat
from operator import add
from typing import Any

from telewatt.columns import Cursor
from telewatt.reading import Reading
from telewatt.store.block.fields import text_of
from telewatt.store.block.framewriter import EPOCH
from telewatt.store.block.kinds import Kind, decode_kind
from telewatt.store.block.layout import Plan, decode_layouts
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
        kinds = [decode_kind(line) for line in lines]
        layouts = decode_layouts(cursor)
        self._plans = [Plan(layout, [kind for kind, _ in kinds]) for layout in layouts]
        offset = cursor.number()
        self._rows, self._milliseconds, self._microseconds, jumps = cursor.columns((count,) * 4)
        lengths = [0, *(self._plans[row].length for row in self._rows[:-1])]
        self._offsets = list(accumulate(map(add, lengths, jumps), initial=offset))[1:]
        self._columns = _read_columns(cursor, kinds, self._counts(len(kinds), count))

    def readings(self, source: str, meter: str | None, first: int, last: int) -> Iterator[Reading]:
        """The readings from number ``first``, the first is 0, to before number ``last``."""
        at = self._counts(len(self._columns), first)
        place = first
        for row, run in groupby(self._rows[first:last]):
            count = sum(1 for _ in run)
            for frame in self._frames(self._plans[row], at, place, count):
                received = self._milliseconds[place] * 1000 + self._microseconds[place]
                yield Reading(meter, source, EPOCH + timedelta(microseconds=received), frame)
                place += 1

    def _frames(self, plan: Plan, at: list[int], first: int, count: int) -> Iterator[Frame]:
        """The next frames of one layout; ``at`` are the places of the kinds, and move on."""
        keys = {}
        for number, _ in plan.fields:
            keys[number] = self._columns[number].keys[at[number] : at[number] + count]
            at[number] += count
        columns = [
            map(self._columns[number].datasets[repaired].__getitem__, keys[number])
            for number, repaired in plan.fields
        ]
        parity = plan.layout.parity
        pieces = [
            repeat(piece, count)
            if isinstance(piece, bytes)
            else map(self._columns[piece].parts[parity].__getitem__, keys[piece])
            for piece in plan.pieces
        ]
        datasets = zip(*columns, strict=True) if columns else repeat((), count)
        raws = map(b"".join, zip(*pieces, strict=True)) if pieces else repeat(b"", count)
        offsets = self._offsets[first : first + count]
        mode, status = plan.layout[:2]
        for offset, raw, found in zip(offsets, raws, datasets, strict=True):
            yield _new_frame(Frame, (mode, status, offset, raw, found, plan.rejected_from(offset)))

    def _counts(self, kinds: int, last: int) -> list[int]:
        """How many of the frames before number ``last`` have each kind."""
        counts = [0] * kinds
        for row, times in Counter(self._rows[:last]).items():
            for number, _ in self._plans[row].fields:
                counts[number] += times
        return counts


class _Made(dict[Any, Any]):
    """What is made when it is first asked for, by what it is made from."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make

    def __missing__(self, key: Any) -> Any:
        made = self[key] = self._make(key)
        return made


class _Column:
    """The datasets of one kind.

    Attributes:
        keys: for each of them, what tells it from the others.
        datasets: by key: as they are, and repaired.
        parts: by key, their bytes: without parity, and with it.
    """

    __slots__ = ("datasets", "keys", "parts")

    def __init__(
        self, kind: Kind, keys: Sequence[Any], fields_of: Callable[[Any], tuple[str, str | None]]
    ) -> None:
        def restore(key: Any) -> Dataset:
            return kind.restore(*fields_of(key))

        def write(key: Any, *, parity: bool) -> bytes | None:
            dataset = self.datasets[0][key]
            return kind.write(dataset.data, dataset.horodate, parity=parity)

        self.keys = keys
        self.datasets = (_Made(restore), _Made(lambda key: restore(key)._replace(repaired=True)))
        self.parts = tuple(_Made(partial(write, parity=parity)) for parity in (False, True))


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
        return _Column(kind, data, lambda key: (data_of(key), None))
    horodates = next(columns)
    horodate_of = _text_of(forms[1], kind.horodate_width, horodates, texts)
    keys = list(zip(data, horodates, strict=True))
    return _Column(kind, keys, lambda key: (data_of(key[0]), horodate_of(key[1])))


def _text_of(form: str, width: int, numbers: list[int], texts: StringIO) -> Callable[[int], str]:
    distinct = [texts.read(width) for _ in range(max(numbers) + 1)] if form == "t" else []
    return text_of(form, width, distinct)
