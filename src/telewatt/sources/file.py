"""``file:PATH``: a capture, as fast as possible or paced like a line (``file:x.tic?pace=9600``)."""

import asyncio
from collections.abc import AsyncGenerator
from typing import BinaryIO
from urllib.parse import parse_qs

from telewatt.sources import Chunk, LineState, Source, SourceError, arrived

PIECE_BYTES = 65536
PACED_PIECES_PER_S = 50
BITS_PER_CHARACTER = 10


class FileSource(Source):
    """The bytes of a file, once. Opened again, it goes on where it was."""

    wired = False

    def __init__(self, address: str) -> None:
        path, _, query = address.partition("?")
        self._path = path.removeprefix("//")
        self._baud = _pace(address, query)
        self._place = 0
        self._file: BinaryIO | None = None
        self._begun_at: float | None = None
        if not self._path:
            raise ValueError("file: names no file; write file:PATH")

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        if self._begun_at is None:
            self._begun_at = asyncio.get_running_loop().time()
        try:
            self._file = open(self._path, "rb")  # noqa: ASYNC230, PTH123, SIM115
            self._file.seek(self._place)
        except OSError as error:
            await self.close()
            detail = error.strerror or str(error)
            raise SourceError(LineState.UNUSABLE, port=self._path, detail=detail) from error

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._file is None:
            raise ValueError(f"{self._path} is not open")
        piece = PIECE_BYTES if self._baud is None else self._paced_piece(self._baud)
        while data := self._read(self._file, piece):
            end = self._place + len(data)
            await asyncio.sleep(self._wait_s(end))
            self._place = end
            yield arrived(data)

    async def close(self) -> None:
        """See `Source`."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _read(self, file: BinaryIO, size: int) -> bytes:
        try:
            return file.read(size)
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
        raise ValueError(f"file:{address}: after ? only pace=BAUD is known, for example pace=9600")
    return int(values["pace"][0])
