"""Lines with identifiers, damaged in every way the simulator knows."""

from __future__ import annotations

from telewatt.exchange.identities import IDENTIFYING, identifiers_in
from telewatt.simulator import parse_settings, stream_bytes
from telewatt.tic import Decoder, Frame


def noisy(mode: str, noise: str, *, parity: bool, seed: int, size: int = 20_000) -> bytes:
    text = f"sim:?mode={mode}&parity={int(parity)}&seed={seed}"
    return stream_bytes(parse_settings(f"{text}&noise={noise}" if noise else text), size)


def decode(line: bytes) -> list[Frame]:
    decoder = Decoder()
    return decoder.feed(line) + decoder.close()


def identifiers(frames: list[Frame]) -> set[str]:
    return {
        each for frame in frames for dataset in frame.datasets for each in identifiers_in(dataset)
    }


def meaning(frame: Frame) -> tuple[object, ...]:
    """All that a frame says but for what identifies."""
    datasets = [
        (d.label, None if d.label in IDENTIFYING else d.data, d.horodate, d.repaired)
        for d in frame.datasets
    ]
    rejected = [(each.offset, len(each.bytes)) for each in frame.rejected]
    return frame.mode, frame.status, frame.kind, frame.offset, datasets, rejected
