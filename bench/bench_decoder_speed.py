"""How fast the decoder is, as a ratio to ``bytes.split`` of the same bytes in the same run.

Streams of simulated meters (a standard HC meter, a historic HC meter), 1 KiB chunks, processor
time, the best of several interleaved rounds of each. Fed byte by byte, the decoder must reach a
twentieth of the speed asked of it in chunks (of which the loop that feeds it takes the half).
"""

from collections.abc import Callable, Iterator
from time import process_time

from bench.figure import Figure
from telewatt.simulator import parse_settings, stream_bytes
from telewatt.tic import Decoder, add_parity

SIZE = 10_000_000
BYTEWISE_SIZE = 400_000
ROUNDS = 7
GOALS = {"standard": 0.13, "historic": 0.10}
NAMES = tuple(
    f"decode.{what}.{mode}.{line}"
    for mode in GOALS
    for line in ("plain", "parity")
    for what in ("speed", "bytewise", "linear")
)


def figures() -> Iterator[Figure]:
    for mode, goal in GOALS.items():
        plain = stream_bytes(parse_settings(f"sim:?mode={mode}&contract=hc&seed=1"), SIZE)
        for line, stream, end in (
            ("plain", plain, b"\r"),
            ("parity", add_parity(plain), b"\x8d"),
        ):
            yield from _measure(f"{mode}.{line}", stream, end, goal)


def _measure(name: str, stream: bytes, end: bytes, goal: float) -> Iterator[Figure]:
    short, long = stream[:BYTEWISE_SIZE], stream[: 2 * BYTEWISE_SIZE]
    split, chunks, once, twice = _best_of(
        lambda: stream.split(end),
        lambda: _decode(stream, 1024),
        lambda: _decode(short, 1),
        lambda: _decode(long, 1),
    )
    speed = split / chunks
    yield Figure(f"decode.speed.{name}", speed, "of split", f">= {goal}", speed >= goal)
    bytewise, least = (split / len(stream)) / (once / len(short)), goal / 20
    yield Figure(
        f"decode.bytewise.{name}", bytewise, "of split", f">= {least:.4f}", bytewise >= least
    )
    growth = twice / once
    yield Figure(f"decode.linear.{name}", growth, "x for 2x", "<= 2.3", growth <= 2.3)


def _decode(stream: bytes, size: int) -> None:
    feed = Decoder().feed
    for at in range(0, len(stream), size):
        feed(stream[at : at + size])


def _best_of(*tasks: Callable[[], object]) -> list[float]:
    best = [float("inf")] * len(tasks)
    for _ in range(ROUNDS):
        for i, task in enumerate(tasks):
            start = process_time()
            task()
            best[i] = min(best[i], process_time() - start)
    return best
