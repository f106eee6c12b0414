"""``-``: standard input, whatever it is: a pipe, a terminal, a file."""

import os
from collections.abc import AsyncGenerator

from telewatt.language import Text
from telewatt.sources import AddressError, Chunk, LineState, Source, SourceError, arrived
from telewatt.sources.descriptor import readable

STDIN = 0
PIECE_BYTES = 65536

_NO_ADDRESS = Text(
    "stdin:{address}: standard input has no address; write -",
    "stdin:{address} : l'entrée standard n'a pas d'adresse ; écrivez -",
)
_CLOSED = Text("standard input is closed", "l'entrée standard est fermée")


class StdinSource(Source):
    """Reads when there is something: never blocks, and leaves the descriptor's flags alone.

    (Another process may share them, so it is not made non-blocking.)
    """

    wired = False

    def __init__(self, address: str = "") -> None:
        if address:
            raise AddressError(_NO_ADDRESS.fill(address=address))

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        try:
            os.fstat(STDIN)
        except OSError as error:
            raise SourceError(LineState.UNUSABLE, port="-", detail=_CLOSED) from error

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
