"""A pseudo-terminal: what a reader opens as if it were a serial port with a meter behind it.

Rules:
- The name is a symbolic link of the user's choice; it is the same after unplug and plug.
- Nobody reads: the bytes are lost. A reader that comes later gets what is sent from then on.
- The reader may close, open again, change its speed, send: nothing of it disturbs the line.
- Between two readers the terminal forgets its settings, as a device plugged in anew.
- Its own speed always reads 50 Bd. Linux keeps a pseudo-terminal at eight bits without parity,
  and glibc reports EINVAL to a reader that asks for 7E1 if not even its speed is a change.
- It never checks parity. Send bytes with the parity in bit 7, as a real port read 8N1
  gives them, or without, as one read 7E1 gives them.
"""

import contextlib
import os
import re
import select
import termios
import tty
from pathlib import Path
from typing import Any

from telewatt.lines.line import Line, LineError
from telewatt.lines.texts import IN_THE_WAY, NO_LINK, NO_PTY
from telewatt.lines.uart import Receiver

_BAUD = {
    getattr(termios, name): int(name[1:]) for name in dir(termios) if re.fullmatch(r"B\d+", name)
}
_ISPEED, _OSPEED = 4, 5
_NO_SPEED = termios.B50  # one that no reader of meters asks for
_READS = 16  # more than a terminal holds


class Pty(Line):
    """A pseudo-terminal under a stable name.

    Args:
        path: the symbolic link to make. A link to another pseudo-terminal is replaced;
            anything else in its place is an error.
        strict_speed: a reader that set another speed than the meter's hears what a
            receiver at that speed hears: garbage.
    """

    def __init__(self, path: Path, *, strict_speed: bool = False) -> None:
        self.path = path
        self._strict_speed = strict_speed
        self._receiver = Receiver()
        self._master: int | None = None
        self._device = ""
        self._fresh: list[Any] = []
        self._had_reader = False
        self._reader_baud = _BAUD[_NO_SPEED]

    @property
    def address(self) -> str:
        """The path of the symbolic link."""
        return str(self.path)

    async def plug(self) -> None:
        """Open a new pair, set it raw, and point the link to it."""
        if self._master is None:
            self._open()

    async def unplug(self) -> None:
        """Remove the link and hang up: the reader gets an I/O error or an end of file."""
        if self._master is not None:
            self._close(self._master)

    def write(self, data: bytes, baud: int) -> int:
        """See `Line`. With ``strict_speed`` the bytes count as taken once they were heard."""
        if self._master is None or not self._has_reader(self._master):
            return 0
        self._notice_speed(self._master)
        if not self._strict_speed:
            return _write(self._master, data)
        _write(self._master, self._receiver.hear(data, baud, self._reader_baud))
        return len(data)

    def takes(self) -> bool:
        """See `Line`."""
        if self._master is None or not self._has_reader(self._master):
            return False
        return bool(select.select([], [self._master], [], 0)[1])

    def _open(self) -> None:
        try:
            master, slave = os.openpty()
        except OSError as error:
            raise LineError(NO_PTY.fill(path=self.path, why=error.strerror)) from error
        try:
            self._device = os.ttyname(slave)
            self._fresh = _make_raw(slave)
            os.set_blocking(master, False)
            _link(self.path, self._device)
        except BaseException:
            os.close(master)
            raise
        finally:
            os.close(slave)
        self._master, self._had_reader, self._reader_baud = master, False, _BAUD[_NO_SPEED]

    def _close(self, master: int) -> None:
        # Another simulator may have taken the name meanwhile: that link is not ours.
        with contextlib.suppress(OSError):
            if self.path.readlink() == Path(self._device):
                self.path.unlink()
        os.close(master)
        self._master = None

    def _has_reader(self, master: int) -> bool:
        try:
            for _ in range(_READS):  # what a reader sends to a meter goes nowhere
                os.read(master, 4096)
        except BlockingIOError:
            pass
        except OSError:  # EIO: nobody has the other end open
            if self._had_reader:
                self._had_reader, self._reader_baud = False, _BAUD[_NO_SPEED]
                self._forget(master)
            return False
        self._had_reader = True
        return True

    def _forget(self, master: int) -> None:
        """Throw away what the last reader left unread, and its settings."""
        try:
            slave = os.open(self._device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:  # EBUSY: the last reader asked to be the only one, for ever
            self._close(master)
            self._open()
            return
        try:
            termios.tcflush(master, termios.TCOFLUSH)  # on its way to the reader's queue
            termios.tcsetattr(slave, termios.TCSAFLUSH, self._fresh)  # and that queue
        finally:
            os.close(slave)

    def _notice_speed(self, master: int) -> None:
        settings = termios.tcgetattr(master)  # of a master it gives those of its slave
        if settings[_ISPEED] != _NO_SPEED:
            self._reader_baud = _BAUD.get(settings[_ISPEED], _BAUD[_NO_SPEED])
            settings[_ISPEED] = settings[_OSPEED] = _NO_SPEED
            termios.tcsetattr(master, termios.TCSANOW, settings)


def _make_raw(slave: int) -> list[Any]:
    tty.setraw(slave)
    settings = termios.tcgetattr(slave)
    settings[_ISPEED] = settings[_OSPEED] = _NO_SPEED
    termios.tcsetattr(slave, termios.TCSANOW, settings)
    return settings


def _write(master: int, data: bytes) -> int:
    try:
        return os.write(master, data)
    except OSError:  # full, or the reader has just gone: lost, as on a real line
        return 0


def _link(path: Path, device: str) -> None:
    if path.is_symlink():
        if path.readlink().parent != Path(device).parent:
            raise LineError(IN_THE_WAY.fill(path=path))
        path.unlink(missing_ok=True)
    try:
        path.symlink_to(device)
    except FileExistsError as error:
        raise LineError(IN_THE_WAY.fill(path=path)) from error
    except OSError as error:
        raise LineError(NO_LINK.fill(path=path, why=error.strerror)) from error
