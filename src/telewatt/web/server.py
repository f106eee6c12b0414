"""The listening socket, and the page behind it: a part of the service."""

import asyncio
import logging
import socket
from collections.abc import Iterable
from typing import Any

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from telewatt.web.protocol import CONNECTIONS_MAX, PatientProtocol

KEEP_ALIVE_S = 5
HEAD_MAX = 16 * 1024
"""Of a request: its address and headers; cookies of other services of this host among them."""
_PASSIVE = socket.AI_PASSIVE


class Server:
    """Serves an application while it is open.

    Args:
        sockets: bound, see `bind`.
    """

    def __init__(self, application: ASGIApp, sockets: list[socket.socket]) -> None:
        for name in ("uvicorn.error", "asyncio"):  # no client may fill the log
            logging.getLogger(name).setLevel(logging.ERROR)
        self._config = Config(
            application,
            log_config=None,
            access_log=False,
            http="h11",
            ws="none",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            h11_max_incomplete_event_size=HEAD_MAX,
        )
        self._config.load()
        self._state = ServerState()
        self._sockets = sockets
        self._servers: list[asyncio.Server] = []

    async def __aenter__(self) -> "Server":
        """Let clients come."""
        loop = asyncio.get_running_loop()
        for each in self._sockets:
            backlog = min(CONNECTIONS_MAX, 128)
            self._servers.append(
                await loop.create_server(self._protocol, sock=each, backlog=backlog)
            )
        return self

    async def __aexit__(self, *error: object) -> None:
        """End every connection, at once: a browser that comes back goes on where it was."""
        for server in self._servers:
            server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _protocol(self) -> PatientProtocol:
        return PatientProtocol(self._config, self._state, {})


def bind(address: str, port: int) -> list[socket.socket]:
    """As `bind_named`, for whoever may wait for the names of hosts."""
    return _bound(socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=_PASSIVE))


async def bind_named(address: str, port: int) -> list[socket.socket]:
    """Sockets that listen on this address; port 0 is any free one.

    A name may mean several addresses: one that this machine has not is left out. Finding out what
    a name means may take seconds; the loop does not wait.

    Raises:
        OSError: none of them is one of this machine, or the port is taken.
    """
    look_up = asyncio.get_running_loop().getaddrinfo
    return _bound(await look_up(address, port, type=socket.SOCK_STREAM, flags=_PASSIVE))


def _bound(places: Iterable[tuple[Any, ...]]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    trouble: OSError | None = None
    for family, kind, protocol, _, place in places:
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(place)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            trouble = error
        else:
            sockets.append(listener)
    if trouble is not None and not sockets:
        raise trouble
    return sockets
