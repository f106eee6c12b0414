"""Raw captures: the bytes of a TIC line, without the times at which they came.

Rules, the first one that can be had:
- a table of arrivals beside the capture (``telewatt export`` writes one) has the very times;
- the user says when the first byte came, and the speed of the line gives the rest;
- in standard mode DATE is the meter's own clock: a frame arrives one transmission after it. Frames
  without DATE follow at the speed of the line. A clock that the meter does not trust does not
  count, and time never goes back.

Source: Enedis-NOI-CPT_54E v3, 5.3.1 (speeds), 5.3.5 (16.7 to 33.4 ms between frames), 6.2.2.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from telewatt.exchange import texts
from telewatt.exchange.fault import NotImportableError
from telewatt.exchange.hints import Hints
from telewatt.exchange.measures import Measures, fold_readings
from telewatt.reading import Reading
from telewatt.tic import Decoder, Frame, Mode
from telewatt.tic.horodate import is_degraded

SOURCE = ""
CHUNK = 64 * 1024
LOOK_BYTES = 256 * 1024
_BITS = 10
_BAUD = {Mode.HISTORIC: 1200, Mode.HISTORIC_HT: 1200, Mode.STANDARD: 9600}
_GAP = timedelta(milliseconds=25)
_JITTER = timedelta(seconds=5)
_TICK = timedelta(milliseconds=1)
Timed = tuple[Frame, datetime]


def is_capture(content: bytes) -> bool:
    """Whether there are good datasets at its beginning; text that is none has no checksums."""
    frames = _decode(content[:LOOK_BYTES])
    return sum(len(frame.datasets) for frame in frames) >= 2


def parse_capture(content: bytes, hints: Hints) -> Measures:
    """The readings of a capture, judged, each filed under the meter that spoke last.

    Raises:
        NotImportableError: nothing tells when it was made, or its clock goes back.
    """
    return Measures("capture", fold_readings(_readings(content, hints)))


def _readings(content: bytes, hints: Hints) -> Iterator[Reading]:
    meter = next((frame.meter for frame in _decode(content) if frame.meter), None)
    for frame, at in _timed(_decode(content), hints):
        meter = frame.meter or meter
        yield Reading(meter, SOURCE, at, frame)


def _decode(content: bytes) -> Iterator[Frame]:
    decoder = Decoder()
    for start in range(0, len(content), CHUNK):
        yield from decoder.feed(content[start : start + CHUNK])
    yield from decoder.close()


def _timed(frames: Iterable[Frame], hints: Hints) -> Iterator[Timed]:
    if hints.times is not None:
        times = hints.times
        return ((frame, times(frame.offset + len(frame.raw))) for frame in frames)
    if hints.start is not None:
        return _from_start(frames, hints.start)
    return _from_clock(frames)


def _from_start(frames: Iterable[Frame], start: datetime) -> Iterator[Timed]:
    at = start
    for frame in frames:
        at += _duration(frame)
        yield frame, at


def _duration(frame: Frame) -> timedelta:
    return timedelta(seconds=len(frame.raw) * _BITS / _BAUD[frame.mode]) + _GAP


def _from_clock(frames: Iterable[Frame]) -> Iterator[Timed]:
    """Until the first DATE frames wait; they came before it."""
    waiting: list[Frame] = []
    at: datetime | None = None
    for frame in frames:
        told = _clock_of(frame)
        if at is None and told is None:
            waiting.append(frame)
            continue
        if at is None:
            assert told is not None
            yield from _before(waiting, told)
            at = told
        elif told is not None:
            if told < at - _JITTER:
                raise NotImportableError(
                    texts.CLOCK_BACK, before=at, after=told, offset=frame.offset
                )
            at = max(told, at + _TICK)
        else:
            at += _duration(frame)
        yield frame, at
    if at is None and waiting:
        raise NotImportableError(texts.NO_START)


def _before(waiting: list[Frame], told: datetime) -> Iterator[Timed]:
    at = told - sum(map(_duration, waiting), timedelta())
    for frame in waiting:
        yield frame, at
        at += _duration(frame)


def _clock_of(frame: Frame) -> datetime | None:
    """When this frame had arrived by the meter's clock, if it tells and trusts it."""
    date = frame.get("DATE")
    if date is None or date.time is None or not date.horodate or is_degraded(date.horodate):
        return None
    return date.time + _duration(frame)
