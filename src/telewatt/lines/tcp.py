"""A TCP server: every client gets the bytes from the moment it connects."""

import asyncio
import ipaddress
from typing import cast

from telewatt.lines.line import Line, LineError
from telewatt.lines.texts import CANNOT_LISTEN, NOT_LOOPBACK

_BACKLOG_BYTES = 65536  # over a minute of a meter at 9600 Bd: a client this late is gone
_STALLED_S = 10.0  # at full speed: a client that takes nothing for this long is gone
_FLUSH_S = 2.0


class Tcp(Line):
    """Any number of clients on one port; what they send is ignored.

    Args:
        host: an address of this machine; a loopback address unless ``anywhere``.
        port: 0 takes a free one; `address` tells which, and it stays the same after a re-plug.
        anywhere: allow an address that other machines reach. TIC has no password.
    """

    def __init__(self, host: str, port: int, *, anywhere: bool = False) -> None:
        if not anywhere and not _is_loopback(host):
            raise LineError(NOT_LOOPBACK.fill(host=host, port=port))
        # "localhost" may be two addresses, and then a free port would be two ports.
        self._host = "127.0.0.1" if host == "localhost" else host
        self._port = port
        self._server: asyncio.Server | None = None
        self._clients: set[_Client] = set()
        self._unplugged = asyncio.Event()  # of this plugging; the next one has its own

    @property
    def address(self) -> str:
        """A URL as pyserial takes it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"socket://{host}:{self._port}"

    @property
    def clients(self) -> int:
        """How many are connected now."""
        return len(self._clients)

    async def plug(self) -> None:
        """Listen."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._unplugged = unplugged = asyncio.Event()
        try:
            self._server = await loop.create_server(
                lambda: _Client(self._clients, unplugged), self._host, self._port
            )
        except OSError as error:
            raise LineError(
                CANNOT_LISTEN.fill(host=self._host, port=self._port, why=error.strerror)
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        """Stop listening; clients get what was sent, then the end of the stream."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        self._unplugged.set()
        leaving = [client.leave() for client in tuple(self._clients)]
        await asyncio.gather(*leaving)
        await server.wait_closed()

    def write(self, data: bytes, baud: int) -> int:
        """See `Line`. A client that is too far behind is cut off; the others go on."""
        data = data[: _BACKLOG_BYTES // 2]
        for client in tuple(self._clients):
            client.send(data)
        return len(data) if self._clients else 0

    def takes(self) -> bool:
        """See `Line`: there is a client and every client keeps up."""
        keeping_up = [client.keeps_up() for client in tuple(self._clients)]
        return bool(keeping_up) and all(keeping_up)


class _Client(asyncio.Protocol):
    def __init__(self, clients: "set[_Client]", unplugged: asyncio.Event) -> None:
        self._clients = clients
        self._unplugged = unplugged
        self._gone = asyncio.Event()
        self._behind_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._unplugged.is_set():  # accepted before, ready only now
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(high=_BACKLOG_BYTES // 2)
        self._clients.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clients.discard(self)
        self._gone.set()

    def pause_writing(self) -> None:
        self._behind_since = asyncio.get_running_loop().time()

    def resume_writing(self) -> None:
        self._behind_since = None

    def send(self, data: bytes) -> None:
        if self._transport.get_write_buffer_size() + len(data) > _BACKLOG_BYTES:
            self._transport.abort()
        elif not self._transport.is_closing():
            self._transport.write(data)

    def keeps_up(self) -> bool:
        if self._behind_since is None:
            return True
        if asyncio.get_running_loop().time() - self._behind_since > _STALLED_S:
            self._transport.abort()
        return False

    async def leave(self) -> None:
        self._transport.close()
        try:
            await asyncio.wait_for(self._gone.wait(), _FLUSH_S)
        except TimeoutError:
            self._transport.abort()
            await self._gone.wait()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
