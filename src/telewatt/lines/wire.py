"""The timing of a wire: every byte leaves when its last bit would, not before.

A character has 10 bits (start, 7 data, parity, stop): 8.3 ms at 1200 Bd, 1.04 ms at 9600 Bd.
A receiver's FIFO hands them on in pieces; so does `feed`. The schedule is absolute: a late
piece does not delay those after it. Source: Enedis-NOI-CPT_54E v3, 5.3.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from telewatt.lines.line import Chunk, Line

BITS_PER_BYTE = 10
PIECE_S = 0.0083  # eight bytes at 9600 Bd, one at 1200 Bd: the usual trigger level of a UART
_BREATH_BYTES = 65536  # at full speed the event loop gets its turn this often


@dataclass(slots=True)
class Tally:
    """How many bytes a line took, and how many nobody took, so far."""

    sent: int = 0
    dropped: int = 0


class Timed(Iterator[tuple[Chunk, float]]):
    """The chunks of one wire, each with its start in seconds after the first one's.

    A chunk that is due before its predecessor has left starts when that one has.
    """

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = iter(chunks)
        self._origin: datetime | None = None
        self._free_s = 0.0

    def __next__(self) -> tuple[Chunk, float]:
        chunk = next(self._chunks)
        self._origin = self._origin or chunk.due
        begin_s = max(self._free_s, (chunk.due - self._origin).total_seconds())
        self._free_s = begin_s + len(chunk.data) * BITS_PER_BYTE / chunk.baud
        return chunk, begin_s


async def feed(
    chunks: Iterable[Chunk], line: Line, *, speed: float = 1.0, tally: Tally | None = None
) -> Tally:
    """Send a stream to its line until the stream ends.

    Args:
        chunks: ascending by ``due``.
        line: plugged; it may be unplugged and plugged again meanwhile.
        speed: simulated seconds per second. 1 is the real wire: what nobody reads is lost.
            0 is as fast as the reader takes it: waits for the reader and loses nothing.
        tally: counts up while the stream runs, for whoever shows progress.

    Returns:
        The tally at the end.
    """
    if speed < 0:
        raise ValueError(f"speed must not be negative: {speed}")
    tally = tally or Tally()
    if speed == 0:
        await _feed_all(chunks, line, tally)
    else:
        await _feed_paced(chunks, line, speed, tally)
    return tally


async def _feed_all(chunks: Iterable[Chunk], line: Line, tally: Tally) -> None:
    breath = _BREATH_BYTES
    for chunk in chunks:
        data = chunk.data
        while data:
            await line.ready()
            taken = line.write(data, chunk.baud)
            tally.sent += taken
            data = data[taken:]
        if tally.sent >= breath:
            breath = tally.sent + _BREATH_BYTES
            await asyncio.sleep(0)


async def _feed_paced(chunks: Iterable[Chunk], line: Line, speed: float, tally: Tally) -> None:
    loop = asyncio.get_running_loop()
    origin: float | None = None
    for chunk, begin_s in Timed(chunks):
        origin = loop.time() if origin is None else origin
        byte_s = BITS_PER_BYTE / chunk.baud / speed
        start = origin + begin_s / speed
        for first, last in _pieces(len(chunk.data), byte_s):
            # Sleeping even when late gives the other lines and a cancellation their turn.
            await asyncio.sleep(start + last * byte_s - loop.time())
            piece = chunk.data[first:last]
            taken = line.write(piece, chunk.baud)
            tally.sent += taken
            tally.dropped += len(piece) - taken


def _pieces(length: int, byte_s: float) -> Iterator[tuple[int, int]]:
    size = max(1, round(PIECE_S / byte_s))
    for first in range(0, length, size):
        yield first, min(first + size, length)
