"""Decode the raw bytes of journal entries again, with today's decoder.

Rules:
- an entry keeps its number, its arrival time, its meter and its exact bytes; only what was read
  from the bytes (mode, status, datasets, rejected) may change;
- the stream is decoded as a whole, as it came: the decoder knows what was before. Where a source
  was opened anew (its offsets do not go on) the decoder begins anew too;
- nobody waits for long: an entry without ETX whose source falls silent is read as it stands;
- values that another program had decoded stay that (``RELAYED``), each frame by itself;
- should today's decoder cut frames at other places, each new frame belongs to the entry in which
  it ends.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from telewatt.reading import Reading
from telewatt.tic import Decoder, Frame, Mode, Status
from telewatt.tic.relayed import read_frame

WAITING_MAX = 512
"""Entries of other sources that may come before the next one of a source."""

Numbered = tuple[int, Reading]
"""An entry of a journal: its number and its reading."""


class Redecoding:
    """Decodes any number of interleaved sources.

    Args:
        modes: the mode a source was fixed to, by its name; the others recognise theirs.
    """

    def __init__(self, modes: Mapping[str, Mode] | None = None) -> None:
        self._modes = modes or {}
        self._streams: dict[str, _Stream] = {}

    def take(self, number: int, reading: Reading) -> list[Numbered]:
        """Take the next entry; give the entries whose bytes are fully decoded, ascending a source.

        An entry without ETX is given with, or after, the next one of its source.
        """
        stream = self._streams.get(reading.source)
        done: list[Numbered] = []
        if reading.frame.status is Status.RELAYED:
            done = self._streams.pop(reading.source).close() if stream else []
            frame = read_frame(reading.frame.raw, reading.frame.offset)
            return [*done, (number, replace(reading, frame=frame))]
        if stream is None or not stream.goes_on(reading.frame.offset):
            done = stream.close() if stream else []
            mode = self._modes.get(reading.source)
            stream = self._streams[reading.source] = _Stream(mode, reading.frame.offset)
        return done + stream.take(number, reading)

    def close(self) -> list[Numbered]:
        """Nothing more comes: give the entries that still waited."""
        return sorted(
            (entry for stream in self._streams.values() for entry in stream.close()),
            key=lambda entry: entry[0],
        )

    def run(self, entries: Iterable[Numbered]) -> Iterator[Numbered]:
        """Decode these entries and give all of them, in their order."""
        waiting: dict[int, Numbered] = {}
        order: deque[tuple[int, str]] = deque()
        for number, reading in entries:
            order.append((number, reading.source))
            waiting.update((entry[0], entry) for entry in self.take(number, reading))
            if len(order) > WAITING_MAX:
                stream = self._streams.pop(order[0][1])
                waiting.update((entry[0], entry) for entry in stream.close())
            while order and order[0][0] in waiting:
                yield waiting.pop(order.popleft()[0])
        waiting.update((entry[0], entry) for entry in self.close())
        yield from (waiting[number] for number, _ in order)


class _Stream:
    """The bytes of one source since it was opened."""

    def __init__(self, mode: Mode | None, start: int) -> None:
        self._decoder = Decoder(mode)
        self._start = start  # the decoder counts from the first byte it was given
        self._end = start
        self._entries: deque[Numbered] = deque()
        self._frames: list[Frame] = []  # that end in the first waiting entry

    def goes_on(self, offset: int) -> bool:
        """Whether bytes at this offset follow those taken so far."""
        return offset == self._end

    def take(self, number: int, reading: Reading) -> list[Numbered]:
        self._entries.append((number, reading))
        self._end += len(reading.frame.raw)
        return self._sort(self._decoder.feed(reading.frame.raw))

    def close(self) -> list[Numbered]:
        done = self._sort(self._decoder.close())
        while self._entries:
            done.append(self._complete())
        return done

    def _sort(self, frames: list[Frame]) -> list[Numbered]:
        """Give each frame to the entry in which it ends, and the entries that are complete."""
        done = []
        for frame in frames:
            moved = _move(frame, self._start)
            end = moved.offset + len(moved.raw)
            while self._entries and _end(self._entries[0]) < end:
                done.append(self._complete())
            self._frames.append(moved)
            if self._entries and _end(self._entries[0]) == end:
                done.append(self._complete())
        return done

    def _complete(self) -> Numbered:
        number, reading = self._entries.popleft()
        frames, self._frames = self._frames, []
        return number, replace(reading, frame=_join(reading.frame, frames))


def _end(entry: Numbered) -> int:
    frame = entry[1].frame
    return frame.offset + len(frame.raw)


def _move(frame: Frame, by: int) -> Frame:
    if not by:
        return frame
    rejected = tuple(each._replace(offset=each.offset + by) for each in frame.rejected)
    return frame._replace(offset=frame.offset + by, rejected=rejected)


def _join(old: Frame, frames: list[Frame]) -> Frame:
    """What these frames say about the bytes of one entry."""
    if len(frames) == 1 and frames[0].raw == old.raw:
        return frames[0]
    return Frame(
        frames[-1].mode if frames else old.mode,
        frames[-1].status if len(frames) == 1 else Status.TRUNCATED,
        old.offset,
        old.raw,
        tuple(dataset for frame in frames for dataset in frame.datasets),
        tuple(rejected for frame in frames for rejected in frame.rejected),
    )
