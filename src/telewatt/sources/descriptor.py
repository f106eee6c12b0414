"""Reading a descriptor without blocking the event loop, and without waking it for every byte."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable

from telewatt.language import Text
from telewatt.sources import Chunk, SourceError, arrived
from telewatt.sources.pacing import Pacer
from telewatt.sources.state import Fact

READ_BYTES = 65536
END_OF_FILE = Text("end of file", "fin de fichier")


async def readable(descriptor: int) -> None:
    """Return when the descriptor has bytes, or is at its end.

    A regular file always has; then it is the turn of the other tasks, once.
    """
    loop = asyncio.get_running_loop()
    has_bytes = loop.create_future()
    try:
        loop.add_reader(descriptor, _finish, has_bytes)
    except PermissionError:  # epoll refuses regular files
        await asyncio.sleep(0)
        return
    try:
        await has_bytes
    finally:
        loop.remove_reader(descriptor)


async def arrivals(
    descriptor: int, speed: int, lost: Callable[[Fact], SourceError]
) -> AsyncGenerator[Chunk]:
    """Yield what arrives on a non-blocking descriptor, in few pieces a frame.

    Args:
        speed: of the line behind it, in Bd; the highest possible one where it is not known.
        lost: makes the error to raise when the other end is gone, from the reason in words.
    """
    loop = asyncio.get_running_loop()
    pacer = Pacer(speed)
    while True:
        data = _read(descriptor, lost)
        if data:
            yield arrived(data)
        pause_s = pacer.took(data, loop.time())
        if pause_s is None:
            await readable(descriptor)
        else:
            await asyncio.sleep(pause_s)


def _read(descriptor: int, lost: Callable[[Fact], SourceError]) -> bytes:
    try:
        data = os.read(descriptor, READ_BYTES)
    except BlockingIOError:
        return b""
    except OSError as error:
        raise lost(error.strerror or str(error)) from error
    if not data:
        raise lost(END_OF_FILE)
    return data


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
