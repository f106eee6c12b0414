"""Batches of layout version 1, as releases before blocks wrote them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from telewatt.store.batch import HEADER, Entry, Sealed
from telewatt.tic import Dataset, Frame, Rejected

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seal_v1(entries: Sequence[Entry], places: Mapping[str, int]) -> Sealed:
    """As `telewatt.store.batch.seal` did: up to 256 entries."""
    table: dict[tuple[Any, ...], int] = {}
    rows, previous = [], 0
    for _, reading in entries:
        received = (reading.received_at - _EPOCH) // timedelta(microseconds=1)
        frame = reading.frame
        numbers = [table.setdefault(_row(frame, each), len(table)) for each in frame.datasets]
        rejected = [_rejected_row(frame, each) for each in frame.rejected]
        head = reading.source, reading.meter, received - previous, frame.mode, frame.status
        rows.append((*head, frame.offset, len(frame.raw), numbers, rejected))
        previous = received
    content = {"places": dict(places), "datasets": list(table), "entries": rows}
    text = json.dumps(content, separators=(",", ":")).encode()
    raws = [entry.reading.frame.raw for entry in entries]
    body = zlib.compress(b"".join((struct.pack(">I", len(text)), text, *raws)))
    numbers_of = entries[0].seq, len(entries), len(body)
    crc = zlib.crc32(body, zlib.crc32(struct.pack(">QII", *numbers_of)))
    return Sealed(*numbers_of[:2], HEADER.pack(b"tlwbatc\x01", *numbers_of, crc) + body)


def _row(frame: Frame, dataset: Dataset) -> tuple[Any, ...]:
    return (frame.mode, dataset.label, dataset.data, dataset.horodate, dataset.repaired)


def _rejected_row(frame: Frame, rejected: Rejected) -> tuple[int, str, int | str]:
    start, length = rejected.offset - frame.offset, len(rejected.bytes)
    inside = start >= 0 and frame.raw[start : start + length] == rejected.bytes
    return start, rejected.reason, length if inside else rejected.bytes.hex()
