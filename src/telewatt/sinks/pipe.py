"""A named pipe, or standard output: whole lines, as fast as the reader takes them.

Nothing here waits in the system's calls: a reader that has gone to sleep holds up nobody else.
"""

import asyncio
import errno
import os
from pathlib import Path

from telewatt.language import Text
from telewatt.sinks import SinkError

_STANDARD_OUTPUT = "/proc/self/fd/1"
"""Opened anew, so that writing without waiting stays our own affair (Linux, proc(5))."""

NOBODY = Text(
    "nobody reads {path}: {why}; start the program that reads it",
    "personne ne lit {path} : {why} ; démarrez le programme qui le lit",
)
UNWRITABLE = Text(
    "cannot write to standard output: {why}; see where it leads to, and whether there is room",
    "impossible d'écrire sur la sortie standard : {why} ; voyez où elle mène et s'il y reste de "
    "la place",
)
_GONE = frozenset((errno.EPIPE, errno.ENXIO))


class Pipe:
    """Writes to one reader after the other.

    Args:
        path: of the pipe; ``None`` for standard output.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._descriptor: int | None = None

    async def write(self, line: bytes) -> None:
        """Write this whole line.

        Raises:
            SinkError: nobody reads; a new reader would be given the line from its beginning.
        """
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            while line:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except BlockingIOError:
                    await _writable(self._descriptor)
        except OSError as error:
            self.close()
            raise SinkError(self._trouble(error)) from error

    def _trouble(self, error: OSError) -> Text:
        why = error.strerror or error
        if self._path is None and error.errno not in _GONE:
            return UNWRITABLE.fill(why=why)
        return NOBODY.fill(path=self._path or "-", why=why)

    def close(self) -> None:
        """Let the reader see the end."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_APPEND
        if self._path is not None:
            return os.open(self._path, flags)
        try:
            return os.open(_STANDARD_OUTPUT, flags)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            return os.dup(1)  # a socket, as that of journald: it takes what it is given


async def _writable(descriptor: int) -> None:
    """Wait until the reader has made room, or has gone."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_writer(descriptor, _tell, ready)
    try:
        await ready
    finally:
        loop.remove_writer(descriptor)


def _tell(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
