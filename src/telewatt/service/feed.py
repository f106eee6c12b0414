"""The local feed: what the service reads, as JSON lines on a Unix socket beside the journal.

A client gets the state of every line, then each new entry of the journal and each new state. An
entry is the object of ``telewatt decode --format jsonl`` after ``seq``, ``line``, ``received_at``;
what it is worth follows, with the same ``seq``, as the object that a webhook is given; a state has
``line``, ``state``, ``remedy``. A client that does not read is cut off.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from telewatt.derivation import Judged
from telewatt.reading import Reading
from telewatt.shapes.frame import JsonFrames
from telewatt.shapes.reading import place_object, reading_object
from telewatt.shapes.values import json_text, words
from telewatt.sources import LineStatus
from telewatt.store import Journal

UNREAD_MAX = 1 << 20


def feed_path(journal: Path) -> Path:
    """Where the service of this journal offers its feed."""
    return journal.with_name(journal.name + ".sock")


def state_line(line: str, status: LineStatus) -> bytes:
    """One state of one line."""
    told = {"line": line, "state": status.state, "remedy": words(status.remedy)}
    return json_text(told).encode() + b"\n"


def frame_line(reading: Reading, frames: JsonFrames, seq: int | None = None) -> bytes:
    """One frame; ``meter`` is the one it was filed under, ``seq`` its place in the journal."""
    start = json_text(place_object(seq, reading))
    frame = frames.text_of(reading.frame, reading.meter)
    return f"{start[:-1]},{frame[1:]}\n".encode()


def reading_line(judged: Judged) -> bytes:
    """What a frame is worth."""
    return json_text(reading_object(judged)).encode() + b"\n"


class Feed:
    """Serves any number of clients.

    Args:
        states: the line of the present state of every source.
    """

    def __init__(self, states: Callable[[], Iterable[bytes]]) -> None:
        self._states = states
        self._clients: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def open(self, path: Path) -> AsyncIterator[None]:
        """Let clients come while this lasts. Raises OSError if there can be no socket there."""
        server = await asyncio.start_unix_server(self._serve, sock=_private_socket(path))
        try:
            yield
        finally:
            server.close()
            for client in tuple(self._clients):
                client.close()
            with suppress(OSError):  # a disk that refuses now: the next start removes it
                _remove(path)

    async def run(self, journal: Journal) -> None:
        """Send what the journal gets from now on, until cancelled."""
        frames = JsonFrames()
        async for entry in journal.follow():
            if self._clients:
                self.tell(frame_line(entry.reading, frames, entry.seq))

    @property
    def has_clients(self) -> bool:
        """Whether anybody would hear."""
        return bool(self._clients)

    def tell(self, line: bytes) -> None:
        """Send one line to every client."""
        for client in self._clients:
            if client.transport.get_write_buffer_size() > UNREAD_MAX:
                client.transport.abort()
            else:
                client.write(line)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        client.writelines(self._states())
        self._clients.add(client)
        try:
            with suppress(ConnectionError):
                while await reader.read(1024):  # nothing a client says counts, only that it goes
                    pass
        finally:
            self._clients.discard(client)
            client.close()


def _private_socket(path: Path) -> socket.socket:
    """A listening socket only its owner can open. A service that was killed leaves its file."""
    _remove(path)  # the journal's lock says that no other service uses it
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(mask)
    return listener


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
