"""Lines as readings: what a service would have filed, with times of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from random import Random

from telewatt.reading import Reading
from telewatt.simulator import parse_settings, simulate
from telewatt.simulator.noise import Noise, parse_noise
from telewatt.store.batch import Entry
from telewatt.tic import Decoder, add_parity

START = datetime(2026, 1, 15, 17, tzinfo=UTC)


def number(readings: Iterable[Reading], first_seq: int = 1) -> list[Entry]:
    """The readings as entries of a journal."""
    return [Entry(seq, reading) for seq, reading in enumerate(readings, first_seq)]


def decode(chunks: Sequence[bytes], source: str = "house") -> Iterator[Reading]:
    """The readings of a line that carried these bytes; any times, to the microsecond."""
    decoder, chance, time = Decoder(), Random(1), START
    meter = None
    for chunk in [*chunks, None]:
        time += timedelta(microseconds=chance.randrange(3_000_000))
        for frame in decoder.close() if chunk is None else decoder.feed(chunk):
            meter = frame.meter or meter
            yield Reading(meter, source, time, frame)


@cache
def simulate_lines(settings: str, frames: int, parity: bool) -> list[bytes]:
    """What a simulated meter sends in so many frames, one after the other."""
    sent = islice(simulate(parse_settings(f"sim:?{settings}"), START), frames)
    return [add_parity(each.line) if parity else each.line for each in sent]


def spoil(lines: Sequence[bytes], noise: str, parity: bool, seed: int = 1) -> list[bytes]:
    """The same after some damage."""
    injectors = Noise(parse_noise(noise), seed, parity)
    return [injectors.spoil(line) for line in lines]


def live_readings(settings: str, frames: int) -> list[Reading]:
    """What a service files in so many frames: times to the millisecond, parity in bit 7."""
    decoder, chance = Decoder(), Random(1)
    readings = []
    for sent in islice(simulate(parse_settings(f"sim:?{settings}&parity=yes"), START), frames):
        late = timedelta(milliseconds=chance.randrange(3))
        arrived = sent.time + timedelta(seconds=sent.duration_s) + late
        arrived = arrived.replace(microsecond=arrived.microsecond // 1000 * 1000)
        for frame in decoder.feed(sent.line):
            readings.append(Reading(frame.meter, "house", arrived, frame))
    return readings
