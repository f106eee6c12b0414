"""A device that speaks ESPHome's native API, plain or encrypted, as far as a reader needs it.

It answers as ESPHome 2026.10 does; the real one runs in tests/real, but its encryption cannot be
built there.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

from aioesphomeapi import api_pb2 as pb
from aioesphomeapi.core import MESSAGE_TYPE_TO_PROTO
from cryptography.exceptions import InvalidTag
from noise.connection import NoiseConnection

NUMBER = {proto: number for number, proto in MESSAGE_TYPE_TO_PROTO.items()}
PIECE_BYTES = 256


def key_of(secret: bytes) -> str:
    """A key as it stands in a device's configuration."""
    return base64.b64encode(secret.ljust(32, b".")).decode()


class EspDevice:
    """A device with ports, and perhaps sensors.

    Attributes:
        subscribers: by the number of the port, who hears it.
        speeds: by the number of the port, as it was configured last.
    """

    def __init__(
        self, *ports: str, key: str | None = None, entities: list[Any] | None = None
    ) -> None:
        self.names, self._key = ports, key
        self.entities: list[Any] = entities or []
        self.subscribers: dict[int, Session] = {}
        self.listeners: list[Session] = []
        self.speeds: dict[int, int] = {}
        self.port = 0
        self._sessions: set[Session] = set()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> EspDevice:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone at once."""
        self._server.close()
        for session in list(self._sessions):
            session.writer.transport.abort()
        while self._sessions:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    def freeze(self) -> None:
        """Lose its power: nobody is told, nothing is answered any more."""
        for session in self._sessions:
            session.frozen = True

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something that clients do makes this true."""
        async with asyncio.timeout(20):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def send(self, number: int, data: bytes) -> None:
        """Bytes of a line, as soon as somebody reads the port."""
        await self.until(lambda: number in self.subscribers and number in self.speeds)
        session = self.subscribers[number]
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            session.say(pb.SerialProxyDataReceived(instance=number, data=piece))

    async def tell(self, *states: Any) -> None:
        """New states of sensors, to everybody who subscribed."""
        await self.until(lambda: self.listeners)
        for session in self.listeners:
            for state in states:
                session.say(state)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self, reader, writer, self._key)
        self._sessions.add(session)
        try:
            await session.run()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.subscribers = {n: s for n, s in self.subscribers.items() if s is not session}
            self.listeners = [each for each in self.listeners if each is not session]
            self._sessions.discard(session)
            writer.close()
            self._changed.set()

    def answer(self, session: Session, message: Any) -> None:
        """What a device does with a request."""
        answers = {
            pb.HelloRequest: lambda: pb.HelloResponse(
                api_version_major=1, api_version_minor=19, server_info="test", name="linky"
            ),
            pb.AuthenticationRequest: pb.AuthenticationResponse,
            pb.PingRequest: pb.PingResponse,
            pb.DisconnectRequest: pb.DisconnectResponse,
            pb.DeviceInfoRequest: lambda: pb.DeviceInfoResponse(
                name="linky",
                serial_proxies=[pb.SerialProxyInfo(name=name) for name in self.names],
            ),
        }
        if make := answers.get(type(message)):
            session.say(make())
        elif isinstance(message, pb.ListEntitiesRequest):
            for entity in self.entities:
                session.say(entity)
            session.say(pb.ListEntitiesDoneResponse())
        elif isinstance(message, pb.SubscribeStatesRequest):
            self.listeners.append(session)
        elif isinstance(message, pb.SerialProxyRequest):
            self._subscribe(session, message)
        elif isinstance(message, pb.SerialProxyConfigureRequest):
            self._configure(session, message)
        self._changed.set()

    def _subscribe(self, session: Session, request: Any) -> None:
        status = pb.SERIAL_PROXY_STATUS_OK
        if request.type == pb.SERIAL_PROXY_REQUEST_TYPE_SUBSCRIBE:
            if self.subscribers.get(request.instance, session) is not session:
                status = pb.SERIAL_PROXY_STATUS_PORT_IN_USE
            else:
                self.subscribers[request.instance] = session
        session.say(
            pb.SerialProxyRequestResponse(
                instance=request.instance, type=request.type, status=status
            )
        )

    def _configure(self, session: Session, request: Any) -> None:
        assert (request.data_size, request.parity, request.stop_bits) == (8, 0, 1)
        status = pb.SERIAL_PROXY_STATUS_PORT_IN_USE
        if self.subscribers.get(request.instance) is session:
            status = pb.SERIAL_PROXY_STATUS_OK
            self.speeds[request.instance] = request.baudrate
        kind = pb.SERIAL_PROXY_REQUEST_TYPE_CONFIGURE
        session.say(
            pb.SerialProxyRequestResponse(instance=request.instance, type=kind, status=status)
        )


class Session:
    """One client."""

    def __init__(
        self,
        device: EspDevice,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        key: str | None,
    ) -> None:
        self._device, self._reader, self.writer, self._key = device, reader, writer, key
        self._noise: NoiseConnection | None = None
        self.frozen = False

    async def run(self) -> None:
        marker = await self._reader.readexactly(1)
        if self._key is None and marker == b"\x01":
            self.writer.write(b"\x00Bad indicator byte")
            return
        if self._key is not None:
            if marker == b"\x00":
                self._frame(b"\x01Bad indicator byte")
                return
            if not await self._agree(self._key):
                return
            marker = await self._reader.readexactly(1)
        read: Callable[[], Awaitable[Any]] = self._read if self._noise is None else self._decrypt
        while True:
            message = await read()
            self._device.answer(self, message)
            if isinstance(message, pb.DisconnectRequest):
                return
            await self._reader.readexactly(1)

    def say(self, message: Any) -> None:
        """Send one message."""
        if self.frozen:
            return
        number, data = NUMBER[type(message)], message.SerializeToString()
        if self._noise is None:
            self.writer.write(b"\x00" + varint(len(data)) + varint(number) + data)
        else:
            head = number.to_bytes(2, "big") + len(data).to_bytes(2, "big")
            self._frame(bytes(self._noise.encrypt(head + data)))

    async def _read(self) -> Any:
        length, number = await self._varint(), await self._varint()
        return parse(number, await self._reader.readexactly(length))

    async def _varint(self) -> int:
        value = shift = 0
        while True:
            (byte,) = await self._reader.readexactly(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    async def _decrypt(self) -> Any:
        assert self._noise is not None
        plain = bytes(self._noise.decrypt(await self._read_frame()))
        return parse(int.from_bytes(plain[:2], "big"), plain[4:])

    def _frame(self, content: bytes) -> None:
        self.writer.write(b"\x01" + len(content).to_bytes(2, "big") + content)

    async def _read_frame(self) -> bytes:
        size = int.from_bytes(await self._reader.readexactly(2), "big")
        return await self._reader.readexactly(size)

    async def _agree(self, key: str) -> bool:
        """The handshake, from the hello whose marker was read; false if the keys differ."""
        noise = NoiseConnection.from_name(b"Noise_NNpsk0_25519_ChaChaPoly_SHA256")
        noise.set_as_responder()
        noise.set_psks(base64.b64decode(key))
        noise.set_prologue(b"NoiseAPIInit\x00\x00")
        noise.start_handshake()
        await self._read_frame()
        self._frame(b"\x01linky\x0001:02:03:04:05:06\x00")
        await self._reader.readexactly(1)
        try:
            noise.read_message((await self._read_frame())[1:])
        except InvalidTag:
            self._frame(b"\x01Handshake MAC failure")
            return False
        self._frame(b"\x00" + bytes(noise.write_message()))
        self._noise = noise
        return True


def parse(number: int, data: bytes) -> Any:
    message = MESSAGE_TYPE_TO_PROTO[number]()
    message.MergeFromString(data)
    return message


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def sensors(*told: str | tuple[str, str, int]) -> list[Any]:
    """Text sensors by their name; numbers by name, unit and decimals. Keys count from 1."""
    found: list[Any] = []
    for key, each in enumerate(told, 1):
        if isinstance(each, str):
            found.append(pb.ListEntitiesTextSensorResponse(key=key, name=each))
        else:
            name, unit, decimals = each
            found.append(
                pb.ListEntitiesSensorResponse(
                    key=key, name=name, unit_of_measurement=unit, accuracy_decimals=decimals
                )
            )
    return found


def text(key: int, state: str) -> Any:
    return pb.TextSensorStateResponse(key=key, state=state)


def number(key: int, state: float) -> Any:
    return pb.SensorStateResponse(key=key, state=state)
