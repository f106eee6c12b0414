"""``file:PATH``: a capture, as fast as possible or paced like a line (``file:x.tic?pace=9600``)."""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

from telewatt.language import Text
from telewatt.sources import AddressError, Chunk, LineState, Source, SourceError, arrived

PIECE_BYTES = 65536
PACED_PIECES_PER_S = 50
BITS_PER_CHARACTER = 10
READ_AT_ONCE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
"""A pipe nobody writes to would keep the whole program waiting."""

_NO_PATH = Text("file: names no file; write file:PATH", "file: sans fichier ; écrivez file:CHEMIN")
_NO_PACE = Text(
    "file:{address}: after ? only pace=BAUD is known, for example pace=9600",
    "file:{address} : après ?, seul pace=BAUD est connu, par exemple pace=9600",
)


class FileSource(Source):
    """The bytes of a file, once. Opened again, it goes on where it was."""

    wired = False

    def __init__(self, address: str) -> None:
        path, _, query = address.partition("?")
        self._path = path.removeprefix("//")
        self._baud = _pace(address, query)
        self._place = 0
        self._fd: int | None = None
        self._begun_at: float | None = None
        if not self._path:
            raise AddressError(_NO_PATH)

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        if self._begun_at is None:
            self._begun_at = asyncio.get_running_loop().time()
        try:
            self._fd = os.open(self._path, READ_AT_ONCE)
            if not stat.S_ISREG(os.fstat(self._fd).st_mode):
                await self.close()
                raise SourceError(LineState.UNUSABLE, "no file", port=self._path)
            os.lseek(self._fd, self._place, os.SEEK_SET)
        except OSError as error:
            await self.close()
            detail = error.strerror or str(error)
            raise SourceError(LineState.UNUSABLE, port=self._path, detail=detail) from error

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._fd is None:
            raise ValueError(f"{self._path} is not open")
        piece = PIECE_BYTES if self._baud is None else self._paced_piece(self._baud)
        while data := self._read(self._fd, piece):
            end = self._place + len(data)
            await asyncio.sleep(self._wait_s(end))
            self._place = end
            yield arrived(data)

    async def close(self) -> None:
        """See `Source`."""
        descriptor, self._fd = self._fd, None
        if descriptor is not None:
            os.close(descriptor)

    def _read(self, descriptor: int, size: int) -> bytes:
        try:
            return os.read(descriptor, size)
        except OSError as error:
            detail = error.strerror or str(error)
            raise SourceError(LineState.UNUSABLE, port=self._path, detail=detail) from error

    def _wait_s(self, end: int) -> float:
        """Until byte number ``end`` has left; 0 or less if that is over."""
        if self._baud is None or self._begun_at is None:
            return 0.0
        due = self._begun_at + end * BITS_PER_CHARACTER / self._baud
        return due - asyncio.get_running_loop().time()

    @staticmethod
    def _paced_piece(baud: int) -> int:
        return max(1, baud // BITS_PER_CHARACTER // PACED_PIECES_PER_S)


def _pace(address: str, query: str) -> int | None:
    if not query:
        return None
    values = parse_qs(query)
    if set(values) != {"pace"} or not values["pace"][0].isdecimal() or not int(values["pace"][0]):
        raise AddressError(_NO_PACE.fill(address=address))
    return int(values["pace"][0])
