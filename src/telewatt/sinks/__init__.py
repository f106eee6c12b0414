"""Sinks: where readings go besides the journal.

A sink writes a batch of readings or raises. Its place in the journal, retry, back-off, counting and
logging are the framework's (`telewatt.service.delivery`), so a sink that was away misses nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from telewatt.reading import Reading


class Sink(ABC):
    """One output. Used by one task, in order."""

    @abstractmethod
    async def write(self, readings: Sequence[Reading]) -> None:
        """Write these, the next ones of the journal; all of them, or raise.

        After a crash, and after an error, the same readings come again: writing them a second time
        must change nothing.

        Raises:
            OSError: the world is away; the same readings are given again later.
        """

    async def close(self) -> None:  # noqa: B027 - most sinks have nothing to close
        """Nothing more will come."""
