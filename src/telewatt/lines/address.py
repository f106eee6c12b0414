"""How a user names a line: ``pty:PATH``, ``tcp:HOST:PORT``, ``file:PATH`` or ``-``."""

from pathlib import Path

from telewatt.lines.line import Line, LineError
from telewatt.lines.pty import Pty
from telewatt.lines.stream import Stream
from telewatt.lines.tcp import Tcp
from telewatt.lines.texts import NO_LINE


def find_line(address: str, *, strict_speed: bool = False, anywhere: bool = False) -> Line:
    """The line a user means; it is not plugged yet.

    Raises:
        LineError: not one of the four forms, or an address others could reach without ``anywhere``.
    """
    scheme, _, rest = address.partition(":")
    if address == "-":
        return Stream(None)
    if scheme == "pty" and rest:
        return Pty(Path(rest), strict_speed=strict_speed)
    if scheme == "file" and rest:
        return Stream(Path(rest))
    if scheme == "tcp":
        host, _, port = rest.rpartition(":")
        if host and port.isdecimal() and int(port) < 65536:
            return Tcp(host.strip("[]"), int(port), anywhere=anywhere)
    raise LineError(NO_LINE.fill(address=address))
