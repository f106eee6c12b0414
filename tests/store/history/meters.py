"""Meters to fold: totals and gauges of a plausible house, reading by reading."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from telewatt.reading import Reading
from telewatt.rollup import Fold, Portion
from telewatt.rollup.instant import from_ms, to_ms
from telewatt.store.history import History
from telewatt.tic import Frame, Mode, Status
from telewatt.truth.judgement import Event, Judgement, Settled

START = datetime(2025, 1, 1, tzinfo=UTC)
START_MS = to_ms(START)
METER = "021861348497"
Point = tuple[int, dict[str, int], dict[str, int]]


def points(
    count: int, every_ms: int = 1400, start_ms: int = START_MS, seed: int = 1, total: int = 10_000
) -> Iterator[Point]:
    """Arrival, settled totals and gauges, one reading after the other."""
    chance = random.Random(seed)
    first, second = total, 0
    for number in range(count):
        grown = chance.randrange(3)
        if number * every_ms % 7_200_000 < 3_600_000:
            first += grown
        else:
            second += grown
        totals = {"import_wh": first + second, "import_1_wh": first, "import_2_wh": second}
        yield (
            start_ms + number * every_ms,
            totals,
            {"apparent_va": 200 + chance.randrange(3000), "voltage_1_v": 228 + chance.randrange(5)},
        )


def reading(at_ms: int, meter: str = METER, source: str = "house") -> Reading:
    """A frame without datasets."""
    frame = Frame(Mode.STANDARD, Status.COMPLETE, 0, b"\x02\x03", ())
    return Reading(meter, source, from_ms(at_ms), frame)


def judgement(
    at_ms: int,
    totals: dict[str, int],
    gauges: dict[str, int] | None = None,
    events: tuple[Event, ...] = (),
) -> Judgement:
    """One that settles at once."""
    return Judgement((Settled(from_ms(at_ms), totals),), MappingProxyType(gauges or {}), events)


def folded(found: Iterable[Point], meter: str = METER, source: str = "house") -> Fold:
    """All of it folded, nothing taken yet."""
    fold = Fold(meter)
    for at_ms, totals, gauges in found:
        fold.add(reading(at_ms, meter, source), judgement(at_ms, totals, gauges))
    return fold


def portion(found: Iterable[Point], meter: str = METER, source: str = "house") -> Portion:
    """All of it folded and taken."""
    return folded(found, meter, source).take()


@contextlib.contextmanager
def new_history() -> Iterator[History]:
    """An empty history that goes away."""
    with TemporaryDirectory() as folder:
        opened = History.open(Path(folder) / "history.db")
        yield opened
        opened.close()
