"""Where the simulator's bytes leave: pseudo-terminals, TCP, files and standard output.

    async with Pty(Path("/tmp/linky")) as line:
        await feed(chunks, line)

Each module is one thing: `line` what all have in common, `wire` when a byte leaves, `pty`, `tcp`
and `stream` the outputs, `uart` what a receiver at the wrong speed hears, `address` their names.
"""

from telewatt.lines.address import find_line
from telewatt.lines.line import Chunk, Line, LineError
from telewatt.lines.pty import Pty
from telewatt.lines.stream import Stream
from telewatt.lines.tcp import Tcp
from telewatt.lines.wire import Tally, feed

__all__ = ["Chunk", "Line", "LineError", "Pty", "Stream", "Tally", "Tcp", "feed", "find_line"]
