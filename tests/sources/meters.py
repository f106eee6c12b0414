"""Small meters: their frames, and their frames in wire timing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from telewatt.lines import Chunk
from telewatt.tic import Mode, add_parity, encode_dataset, encode_frame

BAUD = {Mode.HISTORIC: 1200, Mode.STANDARD: 9600}
LINKY, OTHER = "021861348497", "021861348498"


def make_frame(mode: Mode = Mode.STANDARD, meter: str | None = LINKY, index_wh: int = 1) -> bytes:
    """One small frame with parity in bit 7; without an address if ``meter`` is ``None``."""
    identity, index, power = ("ADSC", "EAST", "SINSTS")
    if mode is Mode.HISTORIC:
        identity, index, power = ("ADCO", "BASE", "PAPP")
    datasets = [] if meter is None else [encode_dataset(mode, identity, meter)]
    datasets.append(encode_dataset(mode, index, f"{index_wh:09}"))
    datasets.append(encode_dataset(mode, power, "00750"))
    return add_parity(encode_frame(datasets))


def wire(frames: list[bytes], mode: Mode = Mode.STANDARD) -> Iterator[Chunk]:
    """The frames in wire timing, 20 ms apart."""
    due = datetime.now(UTC)
    for frame in frames:
        yield Chunk(due, frame, BAUD[mode])
        due += timedelta(seconds=len(frame) * 10 / BAUD[mode] + 0.02)
