"""What the benchmark and the tests tell the truth engine: readings whose truth is known.

`noisy`: a simulated meter on a line that replaces bytes, decoded like any line. `Story`: clean
frames of which some indexes are wrong for a while, with good checksums, perhaps after a gap.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from math import log
from typing import NamedTuple

from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.reading import Reading
from telewatt.simulator import Transmission, parse_settings, simulate
from telewatt.tic import Dataset, Decoder, Frame, Mode, Status, encode_dataset, parse_dataset
from telewatt.tic.labels import LABELS
from telewatt.tic.values import Stge
from telewatt.truth.running import PERIODS

START = datetime(2025, 1, 15, 17, tzinfo=UTC)
INDEXES = {
    label.label: label.quantity
    for label in LABELS
    if label.quantity and QUANTITIES[label.quantity].kind is QuantityKind.COUNTER
}
MODULO = 10**9


class Told(NamedTuple):
    """A reading, and the truth at its arrival: quantity -> Wh or varh."""

    reading: Reading
    truth: Mapping[str, int]


def transmissions(settings: str, datasets: int) -> list[Transmission]:
    """Clean transmissions of a simulated meter, of so many datasets in all."""
    sent, count = [], 0
    for transmission in simulate(parse_settings(settings), START):
        sent.append(transmission)
        count += len(transmission.datasets)
        if count >= datasets:
            break
    return sent


def truth_of(transmission: Transmission) -> dict[str, int]:
    """What the meter means."""
    truth = {
        INDEXES[dataset.label]: int(dataset.data)
        for dataset in transmission.datasets
        if dataset.label in INDEXES
    }
    if transmission.mode is Mode.STANDARD or transmission.status is not Status.COMPLETE:
        return truth
    return _with_whole(truth)


def _with_whole(truth: dict[str, int]) -> dict[str, int]:
    """Historic mode has no index of the whole: it is the sum of the registers."""
    return {"import_wh": sum(truth.values()), **truth} if truth else truth


def noisy(sent: Sequence[Transmission], rate: float, seed: int) -> Iterator[Told]:
    """The readings of a line where each byte is replaced by a random 7-bit one at this rate."""
    rng, decoder = random.Random(seed), Decoder()
    stops = list(accumulate(len(transmission.line) for transmission in sent))
    truths = [truth_of(transmission) for transmission in sent]
    last = START
    for transmission in [*sent, None]:
        line = b"" if transmission is None else _spoil(transmission.line, rate, rng)
        for frame in decoder.feed(line) if transmission else decoder.close():
            place = bisect_right(stops, frame.offset + len(frame.raw) - 1)
            last = max(_arrival(sent[place]), last + timedelta(milliseconds=1))
            yield Told(Reading("meter", "house", last, frame), truths[place])


def _arrival(transmission: Transmission) -> datetime:
    at = transmission.time + timedelta(seconds=transmission.duration_s)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _spoil(line: bytes, rate: float, rng: random.Random) -> bytes:
    at = int(log(1 - rng.random()) / log(1 - rate))
    if at >= len(line):
        return line
    spoilt = bytearray(line)
    while at < len(line):
        spoilt[at] = rng.randrange(128)
        at += 1 + int(log(1 - rng.random()) / log(1 - rate))
    return bytes(spoilt)


class Lie(NamedTuple):
    """From frame ``first`` on, some indexes are wrong for so many frames.

    Attributes:
        first, frames: where.
        step_wh: how wrong.
        subject: ``running`` (the register that runs), ``resting`` (one that does not),
            ``total`` (EAST), ``all`` (the total and the running registers alike), ``export``.
    """

    first: int
    frames: int
    step_wh: int
    subject: str


class Story(NamedTuple):
    """A meter, what is wrong with it, and when nobody listened.

    Attributes:
        settings: of the simulated meter.
        frames: how many.
        lies: what is wrong.
        gap_at, gap_s: before this frame, nobody listened for so long, at 500 W on average.
    """

    settings: str
    frames: int
    lies: tuple[Lie, ...]
    gap_at: int = 0
    gap_s: int = 0

    def tell(self) -> Iterator[Told]:
        """The readings."""
        energy_wh, late = self.gap_s * 500 // 3600, timedelta(seconds=self.gap_s)
        for number, (frame, at) in enumerate(clean_frames(self.settings)[: self.frames]):
            if self.gap_s and number >= self.gap_at:
                frame = shift(frame, dict.fromkeys(_moving(frame, "all"), energy_wh))  # noqa: PLW2901
                at += late  # noqa: PLW2901
            truth = {INDEXES[d.label]: int(d.data) for d in frame.datasets if d.label in INDEXES}
            if frame.mode is not Mode.STANDARD:
                truth = _with_whole(truth)
            for lie in self.lies:
                if lie.first <= number < lie.first + lie.frames:
                    wrong = dict.fromkeys(_moving(frame, lie.subject), lie.step_wh)
                    frame = shift(frame, wrong)  # noqa: PLW2901
            yield Told(Reading("meter", "house", at, frame), truth)


@cache
def clean_frames(settings: str) -> tuple[tuple[Frame, datetime], ...]:
    """2,000 frames of a simulated meter and their arrival."""
    decoder, frames = Decoder(), []
    for transmission in simulate(parse_settings(settings), START):
        frames += [(frame, _arrival(transmission)) for frame in decoder.feed(transmission.line)]
        if len(frames) >= 2000:
            return tuple(frames)
    raise AssertionError("a simulated meter sends for ever")


def shift(frame: Frame, wh: Mapping[str, int]) -> Frame:
    """The frame with these indexes that much higher, checksums good."""
    datasets = tuple(
        _shifted(frame.mode, dataset, wh[INDEXES[dataset.label]])
        if INDEXES.get(dataset.label) in wh
        else dataset
        for dataset in frame.datasets
    )
    return frame._replace(datasets=datasets)


@cache
def _shifted(mode: Mode, dataset: Dataset, wh: int) -> Dataset:
    data = f"{(int(dataset.data) + wh) % MODULO:0{len(dataset.data)}}"
    return parse_dataset(encode_dataset(mode, dataset.label, data), mode)


def _moving(frame: Frame, subject: str) -> list[str]:
    """The quantities a lie is about."""
    if subject in ("total", "export"):
        return [{"total": "import_wh", "export": "export_wh"}[subject]]
    period, number, status = frame.get("PTEC"), frame.get("NTARF"), frame.get("STGE")
    running = PERIODS[period.data] if period else int(number.data) if number else 1
    if subject == "running":
        return [f"import_{running}_wh"]
    if subject == "resting":
        return ["import_2_wh" if running == 1 else "import_1_wh"]
    register = status.value if status else None
    grid = [f"grid_{register.distributor_index}_wh"] if isinstance(register, Stge) else []
    return ["import_wh", f"import_{running}_wh", *grid]
