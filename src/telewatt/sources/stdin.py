"""``-``: standard input, whatever it is: a pipe, a terminal, a file."""

import os
from collections.abc import AsyncGenerator

from telewatt.sources import Chunk, LineState, Source, SourceError, arrived
from telewatt.sources.descriptor import readable

STDIN = 0
PIECE_BYTES = 65536


class StdinSource(Source):
    """Reads when there is something: never blocks, and leaves the descriptor's flags alone.

    (Another process may share them, so it is not made non-blocking.)
    """

    wired = False

    def __init__(self, address: str = "") -> None:
        if address:
            raise ValueError(f"stdin:{address}: standard input has no address; write -")

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        try:
            os.fstat(STDIN)
        except OSError as error:
            detail = "standard input is closed"
            raise SourceError(LineState.UNUSABLE, port="-", detail=detail) from error

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        while True:
            await readable(STDIN)
            try:
                data = os.read(STDIN, PIECE_BYTES)
            except OSError as error:
                detail = error.strerror or str(error)
                raise SourceError(LineState.UNUSABLE, port="-", detail=detail) from error
            if not data:
                return
            yield arrived(data)

    async def close(self) -> None:
        """See `Source`. Standard input stays open: it is not ours alone."""
