"""HTTP/1.1 by uvicorn, with limits: nobody holds a connection without using it.

A connection has ten seconds for each request, and for each answer as long as it takes some of it
within fifteen; there are at most 400 at once. What is beyond is closed, without an answer.
"""

import asyncio
import socket
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

CONNECTIONS_MAX = 400
REQUEST_S = 10.0
STALLED_S = 15.0
UNSENT_BYTES = 64 * 1024
KERNEL_BYTES = 128 * 1024
"""Unsent in memory for one connection, and in the kernel's buffer beside."""


class PatientProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config=config, server_state=server_state, app_state=app_state)
        self._asking: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        if len(self.connections) >= CONNECTIONS_MAX:
            self._refused = True
            transport.abort()
            return
        super().connection_made(transport)
        transport.set_write_buffer_limits(UNSENT_BYTES)
        if (connected := transport.get_extra_info("socket")) is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        self._allow(REQUEST_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._stop_asking()
        self._stop_stalled()
        if not self._refused:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request."""
        if self._asking is None and (self.cycle is None or self.cycle.response_complete):
            self._allow(REQUEST_S)
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:  # its head is there; the rest has as long again
            self._allow(REQUEST_S)
        elif self.cycle is not None and not self.cycle.more_body:
            self._stop_asking()

    def on_response_complete(self) -> None:
        """An answer is out: another request may come."""
        before = self.cycle
        if before is None or not before.more_body:
            self._stop_asking()
        super().on_response_complete()
        if self.cycle is not before:  # it was there already
            self._allow(REQUEST_S)

    def _allow(self, duration_s: float) -> None:
        """The client has so long to complete its request."""
        self._stop_asking()
        if self.cycle is None or self.cycle.more_body or self.cycle.response_complete:
            self._asking = self.loop.call_later(duration_s, self._give_up)

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _stop_stalled(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _give_up(self) -> None:
        self.transport.abort()

    def pause_writing(self) -> None:
        """The client does not take what it has asked for."""
        super().pause_writing()
        self._stop_stalled()
        self._stalled = self.loop.call_later(STALLED_S, self._give_up)

    def resume_writing(self) -> None:
        """It took some."""
        self._stop_stalled()
        super().resume_writing()
