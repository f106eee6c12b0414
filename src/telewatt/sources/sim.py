"""``sim:?mode=standard&contract=tempo&speed=10``: a simulated meter, without any line between."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta

from telewatt.simulator.settings import parse_settings
from telewatt.simulator.stream import Transmission, simulate
from telewatt.simulator.text import RefusedError
from telewatt.sources import AddressError, Chunk, Source, arrived


class SimSource(Source):
    """One simulated meter; each frame arrives with its ETX. Opened again, it goes on.

    The address holds the simulator's settings; ``speed=0`` does not wait at all.
    """

    wired = False

    def __init__(self, address: str) -> None:
        try:
            self._settings = parse_settings(address)
        except RefusedError as error:
            raise AddressError(error.text) from error
        self._start = self._settings.start or datetime.now(UTC).replace(microsecond=0)
        self._frames: Iterator[Transmission] = simulate(self._settings, self._start)
        self._next: Transmission | None = None
        self._begun_at: float | None = None

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        if self._begun_at is None:
            self._begun_at = asyncio.get_running_loop().time()

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        while frame := self._next or next(self._frames, None):
            self._next = frame  # it stays the next one if the wait is cancelled
            await asyncio.sleep(self._wait_s(frame))
            self._next = None
            yield arrived(frame.line)

    async def close(self) -> None:
        """See `Source`."""

    def _wait_s(self, frame: Transmission) -> float:
        """Until the last byte of the frame has left; 0 or less if that is over."""
        if not self._settings.speed or self._begun_at is None:
            return 0.0
        end = frame.time + timedelta(seconds=frame.duration_s)
        simulated_s = (end - self._start).total_seconds()
        due = self._begun_at + simulated_s / self._settings.speed
        return due - asyncio.get_running_loop().time()
