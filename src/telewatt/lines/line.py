"""What every line is: a place where a simulated meter's bytes leave, plugged or unplugged."""

import asyncio
from abc import ABC, abstractmethod
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self

from telewatt.language import TextError

_LOOK_S = 0.002


class LineError(TextError):
    """A line cannot be plugged, or goes away for good.

    ``text`` names what is wrong, where, and the remedy, in both languages.
    """


class Chunk(NamedTuple):
    """Bytes that leave one after the other without a pause.

    Attributes:
        due: aware UTC; when the first byte starts on the line.
        data: the bytes as the reader gets them.
        baud: 1200 in historic, 9600 in standard mode; a character takes 10 bits in both.
    """

    due: datetime
    data: bytes
    baud: int


class Line(ABC):
    """One output. ``async with line:`` plugs it in, and unplugs it at the end.

    Unplugging and plugging again at any time is allowed: what is written meanwhile is lost,
    as on a real line.
    """

    @property
    @abstractmethod
    def address(self) -> str:
        """What a reader opens: a device, a URL or a file; valid while plugged."""

    @abstractmethod
    async def plug(self) -> None:
        """Make the line exist for readers. Raises `LineError`; does nothing if it is plugged."""

    @abstractmethod
    async def unplug(self) -> None:
        """Take it away from its readers; nothing stays open. Does nothing if it is unplugged."""

    @abstractmethod
    def write(self, data: bytes, baud: int) -> int:
        """Hand over what can be handed over at once, and never wait.

        Returns:
            How many of the bytes were taken, from the first on; the others are lost if
            the caller does not offer them again. Raises `LineError` if the line is gone for good.
        """

    @abstractmethod
    def takes(self) -> bool:
        """Whether a reader is there and `write` would take at least one byte."""

    async def ready(self) -> None:
        """Wait until it `takes` bytes."""
        # Looked at again and again: no event tells that somebody opened a pseudo-terminal.
        while not self.takes():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)

    async def __aenter__(self) -> Self:
        await self.plug()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.unplug()
