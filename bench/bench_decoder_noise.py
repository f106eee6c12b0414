"""What the decoder makes of damaged lines: nothing intact lost, next to nothing wrong accepted.

``noise.*``: 1 % of the bytes of a 7-bit stream are replaced by random 7-bit values. A dataset
is intact if no byte from its LF to its CR changed.
``parity.*``: bits of a stream with parity flip independently with probability 1e-3. A dataset is
usable if it is read with the right content.

Both against the simulator's own stream before the damage, frame by frame: the damage keeps
every byte in its place.
"""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import log
from typing import NamedTuple

from bench.figure import Figure
from telewatt.simulator import parse_settings, stream_bytes
from telewatt.tic import Decoder, add_parity, parse_dataset
from telewatt.tic.frame import Mode

SIZE = 10_000_000
BYTE_RATE = 0.01
BIT_ERROR_RATE = 1e-3
NAMES = tuple(
    f"{kind}.{mode}.{what}"
    for mode in ("standard", "historic")
    for kind, whats in (("noise", ("lost", "wrong")), ("parity", ("usable", "wrong", "unflagged")))
    for what in whats
)
Fields = tuple[str, str, str | None]


class Truth(NamedTuple):
    """One dataset of the stream before the damage: its place and its content."""

    start: int
    stop: int
    fields: Fields


class Verdict(NamedTuple):
    """Datasets counted: all, damaged ones, intact ones lost, read rightly, wrong, unflagged."""

    total: int
    damaged: int
    lost: int
    right: int
    wrong: int
    unflagged: int


def figures() -> Iterator[Figure]:
    for mode in (Mode.STANDARD, Mode.HISTORIC):
        stream = stream_bytes(parse_settings(f"sim:?mode={mode}&contract=hc&seed=2"), SIZE)
        truth = list(_datasets(stream, mode))
        noise = _judge(truth, stream, _replace_bytes(stream, random.Random(3)))
        wrong = noise.wrong / noise.damaged * 1e6
        yield Figure(f"noise.{mode}.lost", noise.lost, "datasets", "= 0", noise.lost == 0)
        yield Figure(f"noise.{mode}.wrong", wrong, "ppm of damaged", "<= 350", wrong <= 350)
        line = add_parity(stream)
        flips = _judge(truth, line, _flip_bits(line, random.Random(4)))
        usable, wrong = flips.right / flips.total * 100, flips.wrong / flips.total * 1e6
        yield Figure(f"parity.{mode}.usable", usable, "%", ">= 96", usable >= 96)
        yield Figure(f"parity.{mode}.wrong", wrong, "ppm", "<= 100", wrong <= 100)
        yield Figure(
            f"parity.{mode}.unflagged", flips.unflagged, "datasets", "= 0", flips.unflagged == 0
        )


def _datasets(stream: bytes, mode: Mode) -> Iterator[Truth]:
    memo: dict[bytes, Fields] = {}
    start = stream.find(b"\n")
    while start >= 0:
        stop = stream.index(b"\r", start) + 1
        raw = stream[start:stop]
        if raw not in memo:
            dataset = parse_dataset(raw, mode)
            memo[raw] = (dataset.label, dataset.data, dataset.horodate)
        yield Truth(start, stop, memo[raw])
        start = stream.find(b"\n", stop)


def _places(length: int, rate: float, rng: random.Random) -> Iterator[int]:
    """Independent events: the gap to the next one is geometric."""
    at = -1
    while True:
        at += 1 + int(log(1 - rng.random()) / log(1 - rate))
        if at >= length:
            return
        yield at


def _replace_bytes(stream: bytes, rng: random.Random) -> bytes:
    line = bytearray(stream)
    for at in _places(len(line), BYTE_RATE, rng):
        line[at] = rng.randrange(128)
    return bytes(line)


def _flip_bits(stream: bytes, rng: random.Random) -> bytes:
    line = bytearray(stream)
    for at in _places(8 * len(line), BIT_ERROR_RATE, rng):
        line[at // 8] ^= 1 << at % 8
    return bytes(line)


def _judge(truth: list[Truth], clean: bytes, line: bytes) -> Verdict:
    """Compare what is read between two frame ends with what was sent there."""
    decoder = Decoder()
    frames = decoder.feed(line) + decoder.close()
    ends = [0, *(frame.offset + len(frame.raw) for frame in frames), len(line)]
    sent = iter([*truth, Truth(len(line) + 1, len(line) + 1, ("", "", None))])
    each = next(sent)
    damaged = lost = right = wrong = unflagged = 0
    for (_, stop), frame in zip(pairwise(ends), [*frames, None], strict=True):
        here: Counter[Fields] = Counter()
        intact: Counter[Fields] = Counter()
        while each.start + 1 < stop:  # where its label begins: both delimiters may be hit
            here[each.fields] += 1
            if clean[each.start : each.stop] == line[each.start : each.stop]:
                intact[each.fields] += 1
            else:
                damaged += 1
            each = next(sent)
        if frame is None:
            lost += intact.total()
            continue
        read = Counter((d.label, d.data, d.horodate) for d in frame.datasets)
        plain = Counter((d.label, d.data, d.horodate) for d in frame.datasets if not d.repaired)
        lost += (intact - read).total()
        right += (read & here).total()
        wrong += (read - here).total()
        unflagged += ((plain & here) - intact).total()
    return Verdict(len(truth), damaged, lost, right, wrong, unflagged)
