"""Local serial ports: opened raw at 8N1, read only, for ourselves alone.

A meter sends 7E1; a port opened 8N1 hears the same ten bits and hands the parity bit on as bit 7,
where the decoder makes use of it. The descriptor is our own because the line is left alone for
most of a frame (`telewatt.sources.pacing`), and because each errno is a state of its own.
"""

import asyncio
import errno
import fcntl
import os
import termios
from collections.abc import AsyncGenerator
from pathlib import Path

from telewatt.language import Text
from telewatt.sources import AddressError, Chunk, LineState, Source, SourceError, device
from telewatt.sources.descriptor import arrivals
from telewatt.sources.state import Fact

SPEEDS = (9600, 1200)
GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO)
READ_ALONE = os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC

_NO_PATH = Text(
    "{path}: write the whole path of the port, for example /dev/ttyUSB0",
    "{path} : écrivez le chemin complet du port, par exemple /dev/ttyUSB0",
)
_NO_SPEED = Text("no port runs at {speed} Bd", "aucun port ne fonctionne à {speed} Bd")


class SerialSource(Source):
    """A port by its path.

    Opened once, the adapter is remembered by its name under /dev/serial/by-id: re-plugged as
    another ttyUSB it is found again.
    """

    speeds = SPEEDS
    wired = True

    def __init__(self, path: str) -> None:
        if not path.startswith("/"):
            raise AddressError(_NO_PATH.fill(path=path))
        self._path = path
        self._stable_name: str | None = None
        self._fd: int | None = None
        self._speed = SPEEDS[0]

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        self._speed = speed or SPEEDS[0]
        path, rate = self._present_path(), self._rate()
        try:
            self._fd = os.open(path, READ_ALONE)
            _keep_for_us(self._fd)
            _set_raw(self._fd, rate)
        except (OSError, termios.error) as error:
            await self.close()
            raise await _explain(path, error) from error
        self._stable_name = device.stable_name(path) or self._stable_name

    def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._fd is None:
            raise ValueError(f"{self._path} is not open")
        return arrivals(self._fd, self._speed, self._lost)

    async def close(self) -> None:
        """See `Source`."""
        descriptor, self._fd = self._fd, None
        if descriptor is not None:
            try:
                fcntl.ioctl(descriptor, termios.TIOCNXCL)
            except OSError:  # unplugged: there is nothing left to share
                pass
            finally:
                os.close(descriptor)

    async def rivals(self) -> list[str]:
        """See `Source`."""
        return await asyncio.to_thread(device.holders, self._present_path())

    def _present_path(self) -> str:
        name = self._stable_name
        return name if name and Path(name).exists() else self._path

    def _rate(self) -> int:
        rate: int | None = getattr(termios, f"B{self._speed}", None)
        if rate is None:
            detail = _NO_SPEED.fill(speed=self._speed)
            raise SourceError(LineState.UNUSABLE, port=self._path, detail=detail)
        return rate

    def _lost(self, _reason: Fact) -> SourceError:
        return SourceError(LineState.UNPLUGGED, port=self._path)


def _keep_for_us(descriptor: int) -> None:
    """Two readers would each get a part of the bytes. root passes TIOCEXCL, so a lock as well."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.ioctl(descriptor, termios.TIOCEXCL)


def _set_raw(descriptor: int, rate: int) -> None:
    control = termios.tcgetattr(descriptor)[6]
    # One byte at least, so that "nothing there" (EAGAIN) is not mistaken for a hang-up (0 bytes).
    control[termios.VMIN], control[termios.VTIME] = 1, 0
    # Without HUPCL a re-opening keeps DTR up: some adapters are powered by it.
    cflag = termios.CS8 | termios.CREAD | termios.CLOCAL
    termios.tcsetattr(descriptor, termios.TCSANOW, [0, 0, cflag, 0, rate, rate, control])


async def _explain(path: str, error: OSError | termios.error) -> SourceError:
    number, text = error.args[0], error.args[1]
    if number in GONE:
        return SourceError(LineState.UNPLUGGED, port=path)
    if number in (errno.EACCES, errno.EPERM):
        return device.denied(path)
    if number in (errno.EBUSY, errno.EWOULDBLOCK):
        return await asyncio.to_thread(device.busy, path)
    if number == errno.ENOTTY:
        return SourceError(LineState.UNUSABLE, "terminal", port=path)
    return SourceError(LineState.UNUSABLE, port=path, detail=text)
