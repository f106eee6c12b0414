"""Simulated meters, frame by frame, judged and followed."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

from telewatt.derivation import Judge, Judged
from telewatt.situation import Present
from tests.exchange.houses import readings

WINTER_NIGHT = datetime(2025, 1, 15, 20, 58, tzinfo=UTC)  # 21:58 in France


def judged(settings: str, count: int, start: datetime = WINTER_NIGHT) -> Iterator[Judged]:
    """The first entries of a meter of the simulator."""
    judge = Judge()
    sent = readings("house", f"sim:?seed=4&{settings}", start)
    for seq, reading in enumerate(itertools.islice(sent, count), 1):
        yield judge.take(seq, reading)


def present(settings: str, count: int = 40, start: datetime = WINTER_NIGHT) -> Present:
    """A meter after so many frames."""
    found = Present()
    for each in judged(settings, count, start):
        found.take(each)
    return found
