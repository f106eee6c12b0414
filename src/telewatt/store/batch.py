"""A batch: consecutive entries as one self-checked, compressed run of bytes.

A commit is a batch, and so is a block, into which the commits of an hour are packed.

Layout, big-endian: magic (7 bytes), version (1), first sequence number (8), number of entries (4),
length of the body (4), CRC-32 of the three numbers and the body (4), body. The body is that of
`telewatt.store.block` (version 2, the only one written) or `telewatt.store.batch_v1`. Both repeat
the places of the readers, so that a batch found in the ruins of a file still tells where
everybody was.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from telewatt.columns import Cursor
from telewatt.reading import Reading
from telewatt.store import batch_v1
from telewatt.store.block import content
from telewatt.store.block.compression import compress, decompress

MAGIC = b"tlwbatc"
HEADER = struct.Struct(">8sQIII")  # the version is the last byte of the first 8
VERSION = 2
ENTRIES_MAX = 256  # of a commit: it is read often, a part at a time
RAW_BYTES_MAX = 1 << 20  # nor may a noisy line make commits of any size (a frame may exceed it)
BLOCK_ENTRIES_MAX = 16384  # of any batch of version 2
PAYLOAD_MAX = 16 << 20
_LIMITS = {1: 256, VERSION: BLOCK_ENTRIES_MAX}
_NUMBERS = struct.Struct(">QII")


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


class Sealing:
    """A batch in the making: takes entries one by one and keeps only what differs between them.

    Attributes:
        first_seq: number of the first entry.
        entries: how many there are; `BLOCK_ENTRIES_MAX` is the limit.
        raw_bytes: of their frames.
    """

    def __init__(self) -> None:
        self.first_seq = self.entries = self.raw_bytes = 0
        self._content = content.ContentWriter()

    def add(self, entry: Entry) -> None:
        """Take the next entry; its number follows that of the one before.

        Raises:
            ValueError: it does not, or the batch is full.
        """
        if not self.entries:
            self.first_seq = entry.seq
        if entry.seq != self.first_seq + self.entries or self.entries == BLOCK_ENTRIES_MAX:
            raise ValueError(f"no room for entry {entry.seq} after {self.entries} entries")
        self._content.add(entry.reading)
        self.entries += 1
        self.raw_bytes += len(entry.reading.frame.raw)

    def seal(self, places: Mapping[str, int]) -> Sealed:
        """The batch of the entries taken, at least one, and of the readers' places."""
        body = compress(self._content.encode(self.first_seq, places))
        numbers = self.first_seq, self.entries, len(body)
        crc = zlib.crc32(body, zlib.crc32(_NUMBERS.pack(*numbers)))
        header = HEADER.pack(MAGIC + bytes((VERSION,)), *numbers, crc)
        return Sealed(self.first_seq, self.entries, header + body)


def seal(entries: Iterable[Entry], places: Mapping[str, int]) -> Sealed:
    """Encode consecutive entries (1 to `BLOCK_ENTRIES_MAX`) and the readers' places."""
    sealing = Sealing()
    for entry in entries:
        sealing.add(entry)
    return sealing.seal(places)


def check(payload: bytes) -> Sealed:
    """The batch whose payload this is, verified but not decoded.

    Raises:
        BatchError: it is none.
    """
    if len(payload) < HEADER.size:
        raise BatchError("shorter than a batch header")
    magic, first_seq, count, length, crc = HEADER.unpack_from(payload)
    body = _body(payload)
    limit = _LIMITS.get(magic[-1], 0) if magic.startswith(MAGIC) else 0
    if length != len(body) or not 0 < count <= limit:
        raise BatchError("not a batch header")
    if crc != zlib.crc32(body, zlib.crc32(_NUMBERS.pack(first_seq, count, length))):
        raise BatchError(f"the CRC of the batch of entry {first_seq} does not match")
    return Sealed(first_seq, count, payload)


def unseal(payload: bytes, after: int = 0, limit: int | None = None) -> list[Entry]:
    """Decode a batch: ascending, without holes; equal to what was sealed.

    Args:
        payload: of the batch.
        after: leave out the entries up to this number; they cost little time.
        limit: at most so many; ``None`` for all.

    Raises:
        BatchError: the bytes are no intact batch.
    """
    return list(read(payload, after, limit))


def read(payload: bytes, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
    """As `unseal`, one entry after the other; what was read can be let go."""
    first_seq, count, _ = check(payload)
    first = min(max(after + 1 - first_seq, 0), count)
    last = count if limit is None else min(first + limit, count)
    readings: Iterator[Reading]
    if payload[len(MAGIC)] == 1:
        readings = islice(batch_v1.read_readings(_body(payload)), first, last)
    else:
        plain = Cursor(decompress(_body(payload)))
        readings = content.read_readings(plain, count, first, last)
    return map(Entry, range(first_seq + first, first_seq + last), readings)


def places(payload: bytes) -> dict[str, int]:
    """The readers' places when the batch was sealed.

    Raises:
        BatchError: the bytes are no intact batch.
    """
    first_seq, _, _ = check(payload)
    if payload[len(MAGIC)] == 1:
        return batch_v1.read_places(_body(payload))
    return content.read_places(Cursor(decompress(_body(payload))), first_seq)


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a run of entries into what fits one commit each."""
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


def _body(payload: bytes) -> memoryview:
    return memoryview(payload)[HEADER.size :]
