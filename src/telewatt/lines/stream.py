"""A file or standard output."""

import os
import select
from pathlib import Path

from telewatt.lines.line import Line, LineError
from telewatt.lines.texts import CANNOT_WRITE

_STDOUT = 1


class Stream(Line):
    """A file, written from its start, or standard output.

    Args:
        path: the file; its old content is replaced. ``None`` is standard output.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._began = False

    @property
    def address(self) -> str:
        """The path, or ``-``."""
        return "-" if self.path is None else str(self.path)

    async def plug(self) -> None:
        """Open it; plugged in again, a file goes on at its end."""
        if self._descriptor is not None:
            return
        if self.path is None:
            self._descriptor = os.dup(_STDOUT)
            return
        how = os.O_APPEND if self._began else os.O_TRUNC
        try:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | how, 0o644)
        except OSError as error:
            raise self._error(error) from error
        self._began = True

    async def unplug(self) -> None:
        """Close it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def write(self, data: bytes, baud: int) -> int:
        """See `Line`. A full disk is a `LineError`, a reader gone for good a `BrokenPipeError`."""
        if self._descriptor is None or not self.takes():
            return 0
        try:
            # A pipe that is ready takes this much without waiting for its reader.
            return os.write(self._descriptor, data[: select.PIPE_BUF])
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._error(error) from error

    def takes(self) -> bool:
        """See `Line`."""
        if self._descriptor is None:
            return False
        return bool(select.select([], [self._descriptor], [], 0)[1])

    def _error(self, error: OSError) -> LineError:
        return LineError(CANNOT_WRITE.fill(path=self.address, why=error.strerror))
