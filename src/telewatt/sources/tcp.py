"""``socket://host:port``: the bare bytes of a serial line over TCP (ser2net raw, ESP bridges)."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from telewatt.language import Text
from telewatt.sources import AddressError, Chunk, LineState, Source, SourceError
from telewatt.sources.descriptor import arrivals
from telewatt.sources.state import Fact

CONNECT_S = 5.0
FASTEST_BAUD = 9600  # the speed of the line behind is not known; its pace is learned
SILENCE_S = 10  # then TCP itself asks whether the other end is still there

_NO_PEER = Text("{url}: write {scheme}://host:port", "{url} : écrivez {scheme}://hôte:port")
_NO_USER = Text(
    "{scheme}: takes no user and no password; write {scheme}://host:port",
    "{scheme}: ne prend ni utilisateur ni mot de passe ; écrivez {scheme}://hôte:port",
)
_NO_ANSWER = Text("no answer", "pas de réponse")


class TcpSource(Source):
    """A TCP server which sends the line's bytes."""

    wired = True

    def __init__(self, address: str) -> None:
        self._peer = Peer("socket", address)
        self._socket: socket.socket | None = None

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        self._socket = await self._peer.connect()

    def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._socket is None:
            raise ValueError(f"{self._peer.url} is not open")
        return arrivals(self._socket.fileno(), FASTEST_BAUD, self._peer.lost)

    async def close(self) -> None:
        """See `Source`."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()


class Peer:
    """The other end of a TCP connection, and the errors which name it.

    Raises:
        AddressError: the address is not ``//host:port``, or no host can have this name.
    """

    def __init__(self, scheme: str, address: str) -> None:
        self.url = f"{scheme}:{address}"
        if "@" in address:  # not shown: it may hold a password
            raise AddressError(_NO_USER.fill(scheme=scheme))
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
            (host or "").encode("idna")  # as the resolver does: empty or too long labels
        except ValueError:
            host = port = None
        if not host or not port:
            raise AddressError(_NO_PEER.fill(url=self.url, scheme=scheme))
        self._host, self._port = host, port

    async def connect(self) -> socket.socket:
        """A connected non-blocking socket, from the first address which answers.

        Raises:
            SourceError: nobody answers.
        """
        try:
            async with asyncio.timeout(CONNECT_S):
                return await self._connect()
        except TimeoutError as error:
            raise self.unreachable(_NO_ANSWER) from error
        except OSError as error:
            raise self.unreachable(_reason(error)) from error
        except UnicodeError as error:  # the resolver refuses the name
            raise self.unreachable(str(error)) from error

    def unreachable(self, detail: Fact) -> SourceError:
        """The error for a peer which cannot be called."""
        return SourceError(LineState.UNREACHABLE, port=self.url, detail=detail)

    def lost(self, detail: Fact) -> SourceError:
        """The error for a peer which hung up."""
        return SourceError(LineState.UNREACHABLE, "lost", port=self.url, detail=detail)

    async def _connect(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        refused = OSError("no address")
        for family, kind, protocol, _, address in await loop.getaddrinfo(
            self._host, self._port, type=socket.SOCK_STREAM
        ):
            connection = socket.socket(family, kind, protocol)
            connection.setblocking(False)
            try:
                await loop.sock_connect(connection, address)
            except OSError as error:
                connection.close()
                refused = error
            except BaseException:
                connection.close()
                raise
            else:
                _watch(connection)
                return connection
        raise refused


def _reason(error: OSError) -> str:
    """The words of the error number; asyncio puts the address before them."""
    if error.errno is None or isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    return os.strerror(error.errno)


def _watch(connection: socket.socket) -> None:
    """Without this a bridge which lost its power would look silent for ever."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", SILENCE_S), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3)):
        if option := getattr(socket, name, None):
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
