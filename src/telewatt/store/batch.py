"""A batch: the entries of one commit as one self-checked, compressed run of bytes.

Layout, big-endian: magic (8 bytes, the last one is the layout's version), first sequence number
(8), number of entries (4), length of the body (4), CRC-32 of the three numbers and the body (4),
body. The body is zlib over: length of the text (4), a JSON text, the raw bytes of all frames.

The JSON text holds each distinct dataset once, and per entry the numbers of its datasets; most
datasets repeat from frame to frame. It also repeats the places of the readers, so that a batch
found in the ruins of a file still tells where everybody was.
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from telewatt.reading import Reading
from telewatt.tic import Dataset, Frame, Mode, Reason, Rejected, Status, restore_dataset

MAGIC = b"tlwbatc"  # and one byte, the layout's version
HEADER = struct.Struct(">8sQIII")
ENTRIES_MAX = 256  # reading one entry decodes its whole batch
RAW_BYTES_MAX = 1 << 20  # nor may a noisy line make batches of any size (one frame may exceed it)
PAYLOAD_MAX = 16 << 20
_VERSION_1 = MAGIC + b"\x01"
_NUMBERS = struct.Struct(">QII")
_LENGTH = struct.Struct(">I")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MODES = {str(mode): mode for mode in Mode}
_STATUSES = {str(status): status for status in Status}
_REASONS = {str(reason): reason for reason in Reason}


class BatchError(ValueError):
    """Bytes that are no batch: wrong magic, length or CRC. A good CRC proves the content."""


class Entry(NamedTuple):
    """One reading and its number in the journal; numbers ascend and are never used twice."""

    seq: int
    reading: Reading


class Sealed(NamedTuple):
    """A batch ready to be stored: entries ``first_seq`` to ``first_seq + entries - 1``."""

    first_seq: int
    entries: int
    payload: bytes

    @property
    def last_seq(self) -> int:
        """Number of the last entry."""
        return self.first_seq + self.entries - 1


def seal(entries: Sequence[Entry], places: Mapping[str, int]) -> Sealed:
    """Encode consecutive entries (1 to `ENTRIES_MAX`) and the readers' places."""
    datasets = _DatasetTable()
    rows, raws, previous = [], [], 0
    for entry in entries:
        reading, frame = entry.reading, entry.reading.frame
        received = (reading.received_at - _EPOCH) // _MICROSECOND
        rows.append(
            (
                reading.source,
                reading.meter,
                received - previous,
                frame.mode,
                frame.status,
                frame.offset,
                len(frame.raw),
                datasets.numbers(frame),
                [_rejected_row(frame, rejected) for rejected in frame.rejected],
            )
        )
        raws.append(frame.raw)
        previous = received
    content = {"places": dict(places), "datasets": datasets.rows, "entries": rows}
    text = json.dumps(content, separators=(",", ":")).encode()
    body = zlib.compress(b"".join((_LENGTH.pack(len(text)), text, *raws)))
    first_seq, count = entries[0].seq, len(entries)
    crc = zlib.crc32(body, zlib.crc32(_NUMBERS.pack(first_seq, count, len(body))))
    return Sealed(
        first_seq, count, HEADER.pack(_VERSION_1, first_seq, count, len(body), crc) + body
    )


def check(payload: bytes) -> Sealed:
    """The batch whose payload this is, verified but not decoded.

    Raises:
        BatchError: it is none.
    """
    if len(payload) < HEADER.size:
        raise BatchError("shorter than a batch header")
    magic, first_seq, count, length, crc = HEADER.unpack_from(payload)
    body = memoryview(payload)[HEADER.size :]
    if magic != _VERSION_1 or length != len(body) or not 0 < count <= ENTRIES_MAX:
        raise BatchError("not a batch header")
    if crc != zlib.crc32(body, zlib.crc32(_NUMBERS.pack(first_seq, count, length))):
        raise BatchError(f"the CRC of the batch of entry {first_seq} does not match")
    return Sealed(first_seq, count, payload)


def unseal(payload: bytes) -> list[Entry]:
    """Decode a batch: ascending, without holes; equal to what was sealed.

    Raises:
        BatchError: the bytes are no intact batch.
    """
    sealed = check(payload)
    content, raws = _open(payload)
    return list(_entries(sealed.first_seq, content, raws))


def places(payload: bytes) -> dict[str, int]:
    """The readers' places when the batch was sealed.

    Raises:
        BatchError: the bytes are no intact batch.
    """
    check(payload)
    return dict(_open(payload)[0]["places"])


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a run of entries into what fits one batch each."""
    chunk: list[Entry] = []
    size = 0
    for entry in entries:
        size += len(entry.reading.frame.raw)
        if chunk and (size > RAW_BYTES_MAX or len(chunk) == ENTRIES_MAX):
            yield chunk
            chunk, size = [], len(entry.reading.frame.raw)
        chunk.append(entry)
    if chunk:
        yield chunk


class _DatasetTable:
    """Numbers a batch's distinct datasets; by identity first, as the decoder shares equal ones."""

    def __init__(self) -> None:
        self.rows: list[tuple[Mode, str, str, str | None, bool]] = []
        self._by_identity: dict[tuple[Mode, int], int] = {}
        self._by_content: dict[tuple[Mode, str, str, str | None, bool], int] = {}

    def numbers(self, frame: Frame) -> list[int]:
        known, mode = self._by_identity, frame.mode
        return [
            number if (number := known.get((mode, id(d)))) is not None else self._add(mode, d)
            for d in frame.datasets
        ]

    def _add(self, mode: Mode, dataset: Dataset) -> int:
        row = (mode, dataset.label, dataset.data, dataset.horodate, dataset.repaired)
        number = self._by_content.setdefault(row, len(self.rows))
        if number == len(self.rows):
            self.rows.append(row)
        self._by_identity[mode, id(dataset)] = number
        return number


def _rejected_row(frame: Frame, rejected: Rejected) -> tuple[int, str, int | str]:
    """Offset in the frame, reason, length; the bytes themselves if ``raw`` has others there."""
    start, length = rejected.offset - frame.offset, len(rejected.bytes)
    inside = start >= 0 and frame.raw[start : start + length] == rejected.bytes
    return start, rejected.reason, length if inside else rejected.bytes.hex()


def _rejected(offset: int, raw: bytes, start: int, reason: str, run: int | str) -> Rejected:
    content = bytes.fromhex(run) if isinstance(run, str) else raw[start : start + run]
    # whatever a release of another time called it: these bytes did not have a dataset's structure
    return Rejected(offset + start, _REASONS.get(reason, Reason.STRUCTURE), content)


def _open(payload: bytes) -> tuple[dict[str, Any], bytes]:
    body = zlib.decompress(memoryview(payload)[HEADER.size :])
    (length,) = _LENGTH.unpack_from(body)
    start = _LENGTH.size
    return json.loads(body[start : start + length]), body[start + length :]


def _entries(first_seq: int, content: dict[str, Any], raws: bytes) -> Iterator[Entry]:
    datasets = [
        restore_dataset(_MODES[mode], label, data, horodate, repaired=repaired)
        for mode, label, data, horodate, repaired in content["datasets"]
    ]
    received, place = _EPOCH, 0
    for seq, row in enumerate(content["entries"], start=first_seq):
        source, meter, delta, mode, status, offset, length, numbers, rejected = row
        received += timedelta(microseconds=delta)
        raw = raws[place : place + length]
        place += length
        frame = Frame(
            _MODES[mode],
            _STATUSES[status],
            offset,
            raw,
            tuple([datasets[number] for number in numbers]),
            tuple([_rejected(offset, raw, *fields) for fields in rejected]) if rejected else (),
        )
        yield Entry(seq, Reading(meter, source, received, frame))
