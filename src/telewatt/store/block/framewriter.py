"""The frames of one meter as columns: layouts once, fields by kind of dataset, times, offsets.

A column is in the order of the frames; that of a kind has a value for each frame whose layout has
the kind. Layout of the bytes: the kinds (length, lines of text), the layouts, the first offset, a
table of four columns (numbers of the layouts, milliseconds since 1970, microseconds beyond, how far
each frame begins from the end of the one before), a table of the columns of all kinds (data,
horodates), and the distinct texts of those columns whose form needs them (length, UTF-8).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from telewatt.columns import encode_columns, encode_count, encode_number
from telewatt.reading import Reading
from telewatt.store.block.fields import TextColumn
from telewatt.store.block.kinds import Kind, encode_kind
from telewatt.store.block.lastframe import LastFrame
from telewatt.store.block.layout import Layout, encode_layouts, lay_out
from telewatt.tic import Dataset, Frame

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RUN_MAX = 256
_RECENT_MAX = 16
_get_data, _get_horodate = attrgetter("data"), attrgetter("horodate")


class FrameWriter:
    """Collects the frames of one meter; keeps what differs between them, not the frames."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[Kind, int], int] = {}
        self._columns: list[tuple[TextColumn, TextColumn | None]] = []
        self._layouts: dict[Layout, int] = {}
        self._recent: dict[int, LastFrame] = {}  # by the length of the raw bytes
        self._run: list[tuple[Dataset, ...]] = []  # of the last layout, not yet in the columns
        self._numbers: list[int] = []  # of the kinds of the last layout
        self._rows: list[int] = []  # numbers of layouts
        self._milliseconds: list[int] = []
        self._microseconds: list[int] = []
        self._jumps: list[int] = []
        self._offset = self._end = 0  # of the first frame; of the end of the last one

    def add(self, reading: Reading) -> None:
        """Add a frame of this meter."""
        frame = reading.frame
        row, numbers = self._row_of(frame)
        if self._run and (row != self._rows[-1] or len(self._run) == _RUN_MAX):
            self._flush()
        self._numbers = numbers
        self._run.append(frame.datasets)
        self._rows.append(row)
        received = (reading.received_at - EPOCH) // _MICROSECOND
        self._milliseconds.append(received // 1000)
        self._microseconds.append(received % 1000)
        if not self._jumps:
            self._offset = self._end = frame.offset
        self._jumps.append(frame.offset - self._end)
        self._end = frame.offset + len(frame.raw)

    def encode(self) -> bytes:
        """All of it, so that `FrameReader` can read it; not compressed."""
        self._flush()
        forms: list[str] = []
        texts: list[str] = []
        fields = encode_columns(self._encode_fields(forms, texts))
        kinds = [
            encode_kind(kind, each) for (kind, _), each in zip(self._kinds, forms, strict=True)
        ]
        frames = self._rows, self._milliseconds, self._microseconds, self._jumps
        return b"".join(
            (
                _sized("\n".join(kinds).encode("ascii")),
                encode_layouts(list(self._layouts)),
                encode_number(self._offset),
                encode_columns(frames),
                fields,
                _sized("".join(texts).encode("utf-8", "surrogatepass")),
            )
        )

    def _encode_fields(self, forms: list[str], texts: list[str]) -> Iterator[list[int]]:
        """One column of numbers after the other; notes the forms of each kind, and the texts."""
        for columns in self._columns:
            forms.append("")
            for column in filter(None, columns):
                form, numbers, distinct = column.encode()
                forms[-1] += form
                texts += distinct
                yield numbers

    def _row_of(self, frame: Frame) -> tuple[int, list[int]]:
        """The number of its layout, and those of its datasets' kinds."""
        last = self._recent.get(len(frame.raw))
        if last is not None and last.is_like(frame):
            return last.row, last.numbers
        layout = lay_out(frame, self._number_of)
        row = self._layouts.setdefault(layout, len(self._layouts))
        if layout.is_plain:
            if len(self._recent) >= _RECENT_MAX:
                self._recent.clear()
            kinds = [kind for kind, _ in self._kinds]
            self._recent[len(frame.raw)] = LastFrame(frame, layout, kinds, row)
        return row, layout.numbers

    def _number_of(self, kind: Kind, turn: int) -> int:
        number = self._kinds.setdefault((kind, turn), len(self._kinds))
        if number == len(self._columns):
            horodates = None if kind.horodate_width is None else TextColumn()
            self._columns.append((TextColumn(), horodates))
        return number

    def _flush(self) -> None:
        if not self._run:
            return
        for number, datasets in zip(self._numbers, zip(*self._run, strict=True), strict=True):
            first, times = datasets[0], len(datasets)
            if datasets.count(first) == times:
                self._extend(number, datasets[:1], times)
            else:
                self._extend(number, datasets, 1)
        self._run = []

    def _extend(self, number: int, datasets: Sequence[Dataset], times: int) -> None:
        data, horodates = self._columns[number]
        data.extend(map(_get_data, datasets), times)
        if horodates is not None:
            horodates.extend(map(_get_horodate, datasets), times)


def _sized(data: bytes) -> bytes:
    return encode_count(len(data)) + data
