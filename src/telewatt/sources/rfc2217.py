"""``rfc2217://host:port``: a serial port over TCP whose speed the reader sets."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing

from telewatt.language import Text
from telewatt.sources import Chunk, LineState, Source, SourceError
from telewatt.sources.descriptor import END_OF_FILE, arrivals
from telewatt.sources.serialport import SPEEDS
from telewatt.sources.tcp import Peer
from telewatt.sources.telnet import Telnet

AGREE_S = 5.0
_MUTE = Text(
    "it does not answer RFC 2217; try socket://", "il ne répond pas à RFC 2217 ; essayez socket://"
)
_REFUSED = Text("it refuses RFC 2217; try socket://", "il refuse RFC 2217 ; essayez socket://")
_OTHER_SPEED = Text(
    "it set {heard} Bd instead of {speed} Bd", "il a réglé {heard} Bd au lieu de {speed} Bd"
)


class Rfc2217Source(Source):
    """A port server (ser2net, RFC 2217 gateways); it is set to 8N1 and the speed."""

    speeds = SPEEDS
    wired = True

    def __init__(self, address: str) -> None:
        self._peer = Peer("rfc2217", address)
        self._socket: socket.socket | None = None
        self._telnet = Telnet(SPEEDS[0])

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        speed = speed or SPEEDS[0]
        self._socket = await self._peer.connect()
        self._telnet = Telnet(speed)
        try:
            async with asyncio.timeout(AGREE_S):
                await self._agree(self._socket)
        except TimeoutError as error:
            raise self._unusable(_MUTE) from error
        except OSError as error:
            raise self._peer.lost(error.strerror or str(error)) from error
        if self._telnet.refused:
            raise self._unusable(_REFUSED)
        if self._telnet.speed != speed:
            raise self._unusable(_OTHER_SPEED.fill(heard=self._telnet.speed, speed=speed))

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._socket is None:
            raise ValueError(f"{self._peer.url} is not open")
        speed = self._telnet.speed or SPEEDS[0]
        arriving = arrivals(self._socket.fileno(), speed, self._peer.lost)
        async with aclosing(arriving) as chunks:
            async for data, received_at in chunks:
                line = self._telnet.feed(data)
                await self._answer(self._socket)
                if line:
                    yield Chunk(line, received_at)

    async def close(self) -> None:
        """See `Source`."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    async def _agree(self, connection: socket.socket) -> None:
        """Negotiate; what the line says meanwhile was heard at an unknown speed and is dropped."""
        loop = asyncio.get_running_loop()
        await self._answer(connection)
        while self._telnet.speed is None and not self._telnet.refused:
            data = await loop.sock_recv(connection, 4096)
            if not data:
                raise self._peer.lost(END_OF_FILE)
            self._telnet.feed(data)
            await self._answer(connection)

    async def _answer(self, connection: socket.socket) -> None:
        if self._telnet.outgoing:
            data = bytes(self._telnet.outgoing)
            self._telnet.outgoing.clear()
            try:
                await asyncio.get_running_loop().sock_sendall(connection, data)
            except OSError as error:
                raise self._peer.lost(error.strerror or str(error)) from error

    def _unusable(self, detail: Text) -> SourceError:
        return SourceError(LineState.UNUSABLE, port=self._peer.url, detail=detail)
