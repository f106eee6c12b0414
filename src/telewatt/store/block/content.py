"""The content of a batch of layout version 2: places, streams, and the order of their entries.

Layout: number of places, each name (length, UTF-8) and number less the batch's first; number of
streams, each source (length, UTF-8) and meter (length + 1, UTF-8; 0 for none); a column with the
stream of each entry; the frames of each stream (`telewatt.store.block.framewriter`). A stream are
the readings of one meter from one source.
"""

from collections.abc import Iterator, Mapping

from telewatt.columns import Cursor, encode_columns, encode_count, encode_number
from telewatt.reading import Reading
from telewatt.store.block.framereader import FrameReader
from telewatt.store.block.framewriter import FrameWriter


class ContentWriter:
    """Collects consecutive readings of any number of meters."""

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str | None], int] = {}
        self._writers: list[FrameWriter] = []
        self._order: list[int] = []

    def __len__(self) -> int:
        return len(self._order)

    def add(self, reading: Reading) -> None:
        """Add the next reading."""
        key = reading.source, reading.meter
        stream = self._streams.setdefault(key, len(self._streams))
        if stream == len(self._writers):
            self._writers.append(FrameWriter())
        self._writers[stream].add(reading)
        self._order.append(stream)

    def encode(self, first_seq: int, places: Mapping[str, int]) -> bytes:
        """All of it, not compressed."""
        parts = [encode_count(len(places))]
        for name, seq in places.items():
            parts += [_encode_text(name), encode_number(seq - first_seq)]
        parts.append(encode_count(len(self._streams)))
        for source, meter in self._streams:
            parts += [_encode_text(source), b"\x00" if meter is None else _encode_text(meter, 1)]
        parts.append(encode_columns((self._order,)))
        return b"".join((*parts, *(writer.encode() for writer in self._writers)))


def read_places(cursor: Cursor, first_seq: int) -> dict[str, int]:
    """The readers' places, at the beginning of a content."""
    return {_read_text(cursor): first_seq + cursor.number() for _ in range(cursor.count())}


def read_readings(cursor: Cursor, count: int, first: int, last: int) -> Iterator[Reading]:
    """The readings from number ``first``, the first is 0, to before ``last``, of ``count``."""
    read_places(cursor, 0)
    streams = [(_read_text(cursor), _read_meter(cursor)) for _ in range(cursor.count())]
    (order,) = cursor.columns((count,))
    readings = []
    for number, (source, meter) in enumerate(streams):
        reader = FrameReader(cursor, order.count(number))
        before, asked = order[:first].count(number), order[first:last].count(number)
        readings.append(reader.readings(source, meter, before, before + asked))
    return (next(readings[number]) for number in order[first:last])


def _encode_text(text: str, more: int = 0) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return encode_count(len(data) + more) + data


def _read_text(cursor: Cursor) -> str:
    return cursor.take(cursor.count()).decode("utf-8", "surrogatepass")


def _read_meter(cursor: Cursor) -> str | None:
    length = cursor.count()
    return cursor.take(length - 1).decode("utf-8", "surrogatepass") if length else None
