"""Simulated meters on pseudo-terminals at their true speed, and what they have said so far."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telewatt.lines import Chunk, Pty, feed
from telewatt.simulator import Transmission, parse_settings, simulate
from telewatt.tic import encode_dataset, encode_frame

PATIENCE_S = 60.0
KEPT = 12


class SimulatedMeter:
    """One meter, in a thread of its own.

    Args:
        path: of the pseudo-terminal.
        settings: of the simulator.
    """

    def __init__(self, path: Path, settings: str) -> None:
        self.path = path
        self._settings = parse_settings(settings)
        self._said: deque[dict[str, str]] = deque(maxlen=KEPT)
        self._lie: Callable[[Transmission], bytes] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        """Begin to send; return once somebody could read."""
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_S
        while not self.path.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)

    def said(self, label: str) -> set[str]:
        """The values of a label in the newest frames."""
        return {frame[label] for frame in list(self._said) if label in frame}

    def now(self, label: str) -> str:
        """The newest value."""
        return list(self._said)[-1][label]

    def lie_once(self, lie: Callable[[Transmission], bytes]) -> None:
        """Send these bytes in the place of the next frame."""
        self._lie = lie

    async def has_lied(self) -> bool:
        """Whether it is past that."""
        return self._lie is None

    async def _run(self) -> None:
        async with Pty(self.path) as line:
            feeding = asyncio.create_task(feed(self._chunks(), line))
            await asyncio.to_thread(self._stop.wait)
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    def _chunks(self) -> Iterator[Chunk]:
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        for sent in simulate(self._settings, start):
            self._said.append({each.label: each.data for each in sent.datasets})
            line, lie = sent.line, self._lie
            if lie is not None:
                self._lie = None
                line = lie(sent)
            yield Chunk(sent.time, line, sent.baud)


def raised(sent: Transmission, wh: int) -> bytes:
    """The frame with all its indexes so much higher, each with a good checksum."""
    indexes = ("BASE", "HC", "HP", "EAST", "EASF", "EAIT")
    encoded = []
    for each in sent.datasets:
        data = each.data
        if each.label.startswith(indexes) and len(data) == 9 and data.isdecimal():
            data = f"{(int(data) + wh) % 10**9:09}"
        encoded.append(encode_dataset(sent.mode, each.label, data, each.horodate))
    return encode_frame(encoded)


def flipped(sent: Transmission) -> bytes:
    """The frame with bit 6 of the first digit of every index turned over."""
    line = bytearray(sent.line)
    for label in (b"HCHC ", b"HCHP ", b"EAST\t", b"EASF01\t", b"EASF02\t"):
        at = line.find(b"\n" + label)
        if at >= 0:
            line[at + 1 + len(label)] ^= 0x40
    return bytes(line)
