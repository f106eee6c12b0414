"""Frames as rows (one a dataset), as JSON objects (one a frame) and as the bytes of their line."""

from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from telewatt.exchange.tables import (
    FLAG,
    NUMBER,
    WORD,
    Column,
    Row,
    time_cells,
    time_columns,
)
from telewatt.reading import Reading
from telewatt.shapes.frame import JsonFrames, PerDataset
from telewatt.shapes.reading import place_object
from telewatt.shapes.values import cell_of, json_text, mode_name
from telewatt.tic import Dataset
from telewatt.tic.values import plain

COLUMNS = (
    Column("seq", NUMBER),
    *time_columns("received_at"),
    *(Column(name, WORD) for name in ("line", "meter", "mode", "status", "kind")),
    *(Column(name, WORD) for name in ("label", "data", "value", "unit", "horodate")),
    *time_columns("time"),
    Column("repaired", FLAG),
)


class Numbered(NamedTuple):
    """An entry of the journal: its number and its reading."""

    seq: int
    reading: Reading


def rows_of_frames(entries: Iterable[Numbered]) -> Iterator[Row]:
    """One row a dataset; see ``COLUMNS``."""
    cells_of = PerDataset(_cells)
    for seq, reading in entries:
        frame = reading.frame
        start = (
            seq,
            *time_cells(reading.received_at),
            reading.source,
            reading.meter,
            mode_name(frame.mode),
            str(frame.status),
            str(frame.kind),
        )
        for dataset in frame.datasets:
            yield (*start, *cells_of(dataset))


def _cells(dataset: Dataset) -> Row:
    value = cell_of(plain(dataset.value))
    return (
        dataset.label,
        dataset.data,
        None if value is None else str(value),
        dataset.unit or None,
        dataset.horodate,
        *(time_cells(dataset.time) if dataset.time else (None, None)),
        dataset.repaired,
    )


def write_frames_jsonl(entries: Iterable[Numbered], file: IO[bytes]) -> None:
    """The objects of ``telewatt decode --format jsonl``, with where and when they came."""
    frames = JsonFrames()
    for seq, reading in entries:
        start = json_text(place_object(seq, reading))
        frame = frames.text_of(reading.frame, reading.meter)
        file.write(f"{start[:-1]},{frame[1:]}\n".encode())
