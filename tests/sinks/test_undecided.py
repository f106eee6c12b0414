"""Which readings are decided: each with an index, once, in order, with its own totals."""

import itertools
from dataclasses import replace

import pytest

from telewatt.sinks.undecided import Undecided
from telewatt.truth import HELD_FRAMES
from telewatt.truth.sight import INDEXES
from tests.exchange.houses import readings
from tests.sinks.judging import judged

NOISE = "noise=flip:0.001,framing:0.02,cut:0.02,pair:0.01"


def has_index(reading) -> bool:
    return any(dataset.label in INDEXES for dataset in reading.frame.datasets)


@pytest.mark.parametrize(
    "settings",
    [
        f"mode=historic&contract=base&base=6000&{NOISE}",
        f"mode=historic&contract=tempo&phases=3&kva=18&{NOISE}",
        f"mode=standard&contract=hc&producer=1&{NOISE}",
        "mode=historic&contract=hc&phases=3&kva=18&events=+1m overcurrent kva=30 for=2m",
    ],
)
def test_every_reading_is_decided_once_with_its_own_totals(settings) -> None:
    found = itertools.islice(readings("house", f"sim:?seed=5&{settings}"), 600)
    own = [replace(reading, meter="021964192998") for reading in found]  # whatever noise made of it
    entries = judged(own)
    undecided = Undecided()
    decided = [each for entry in entries for each in undecided.take(entry)]
    expected = [reading for reading in own if has_index(reading)]
    assert [reading for reading, _ in decided] == expected[: len(decided)]
    assert len(decided) >= len(expected) - HELD_FRAMES
    told = [(reading.received_at, totals) for reading, totals in decided if totals]
    settled = [(s.received_at, s.totals) for entry in entries for s in entry.judgement.settled]
    assert told == settled


def test_what_was_taken_decides_nothing_again() -> None:
    entries = judged(itertools.islice(readings("house", "sim:?seed=5"), 40))
    undecided = Undecided()
    first, second = ([undecided.take(entry) for entry in entries] for _ in range(2))
    assert any(first)
    assert not any(second)
