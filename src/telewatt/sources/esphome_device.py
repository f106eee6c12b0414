"""One connection to the native API of an ESPHome device; the only module that knows its library.

What the library raises becomes the state that a user can do something about. Timing: a device that
comes back is read again in less than five seconds, also if it lost its power and never said
goodbye: then only an unanswered question tells, so it is asked when it has been silent.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

from aioesphomeapi.client import APIClient
from aioesphomeapi.core import (
    APIConnectionError,
    EncryptionHelloAPIError,
    EncryptionPlaintextAPIError,
    HandshakeAPIError,
    InvalidAuthAPIError,
    InvalidEncryptionKeyAPIError,
    PingFailedAPIError,
    RequiresEncryptionAPIError,
    ResolveAPIError,
)
from aioesphomeapi.model import (
    ConnectionClosedEvent,
    EntityState,
    SensorInfo,
    SensorState,
    SerialProxyDataReceived,
    SerialProxyRequestResponse,
    SerialProxyStatus,
    TextSensorInfo,
    TextSensorState,
)

from telewatt import __version__
from telewatt.language import Text
from telewatt.sources import LineState, SourceError
from telewatt.sources.esphome_address import DeviceAddress
from telewatt.sources.state import Fact, reason_of

RESOLVE_S = 10.0
CONNECT_S = 3.0  # a device that has just come back does not hear what was sent before
AGREE_S = 15.0  # an ESP8266 computes its part of a handshake for a while
ANSWER_S = 5.0
ENTITIES_S = 30.0
ASK_S = 1.5  # of silence; four and a half times that without an answer, and it is lost

_NO_NAME = Text("no device has this name", "aucun appareil n'a ce nom")
_NO_ANSWER = Text("no answer", "pas de réponse")
_HUNG_UP = Text("it hung up", "il a raccroché")
_DENIED = (
    (RequiresEncryptionAPIError, "key wanted"),
    (EncryptionPlaintextAPIError, "key unwanted"),
    (EncryptionHelloAPIError, "key unwanted"),
    (InvalidEncryptionKeyAPIError, "wrong key"),
    (InvalidAuthAPIError, "wrong key"),
)

for _library in ("aioesphomeapi", "zeroconf"):  # a line's state says it, with a remedy
    logging.getLogger(_library).setLevel(logging.CRITICAL)


class Device:
    """A device that answers.

    Args:
        address: which one.
        key: of its encryption; ``None``: it has none.
        on_lost: called once it is gone.

    Attributes:
        lost: why, once it is gone.
    """

    def __init__(
        self, address: DeviceAddress, key: str | None, on_lost: Callable[[], None]
    ) -> None:
        self.lost: SourceError | None = None
        self._address, self._on_lost = address, on_lost
        self._client = APIClient(
            address.host,
            address.port,
            client_info=f"telewatt {__version__}",
            noise_psk=key,
            keepalive=ASK_S,
            provide_time=False,
        )
        self._client.add_connection_closed_callback(self._note_end)

    async def connect(self) -> None:
        """Call it and agree on keys.

        Raises:
            SourceError: that cannot be done.
        """
        client = self._client
        try:
            await self._resolve()
            async with asyncio.timeout(CONNECT_S):
                await client.start_connection()
            async with asyncio.timeout(AGREE_S):
                await client.finish_connection(login=True)
        except (APIConnectionError, TimeoutError, OSError) as error:
            await self.hang_up()
            self._explain(error)
        except BaseException:
            await self.hang_up()
            raise

    async def _resolve(self) -> None:
        try:
            async with asyncio.timeout(RESOLVE_S):
                await self._client.start_resolve_host(log_errors=False)
        except TimeoutError as error:  # a name of .local that nobody answers to
            raise ResolveAPIError from error

    async def ports(self) -> list[str]:
        """The names of its serial ports, by number."""
        try:
            async with asyncio.timeout(ANSWER_S):
                info = await self._client.device_info()
        except (APIConnectionError, TimeoutError) as error:
            self._explain(error)
        return [port.name for port in info.serial_proxies]

    async def entities(self) -> list[tuple[int, str, str, int]]:
        """Its sensors and text sensors: key, name, unit (empty for texts), decimals shown."""
        try:
            async with asyncio.timeout(ENTITIES_S):
                found, _ = await self._client.list_entities_services()
        except (APIConnectionError, TimeoutError) as error:
            self._explain(error)
        sensors: list[tuple[int, str, str, int]] = []
        for entity in found:
            if isinstance(entity, SensorInfo):
                unit, decimals = entity.unit_of_measurement, entity.accuracy_decimals
                sensors.append((entity.key, entity.name, unit, decimals))
            elif isinstance(entity, TextSensorInfo):
                sensors.append((entity.key, entity.name, "", 0))
        return sensors

    def follow_states(self, on_state: Callable[[int, object], None]) -> None:
        """Be told key and state (``None``: none) of each sensor, now and whenever it is told."""

        def take(state: EntityState) -> None:
            if isinstance(state, SensorState | TextSensorState):
                on_state(state.key, None if state.missing_state else state.state)

        self._client.subscribe_states(take)

    async def read_port(self, number: int, speed: int, on_data: Callable[[bytes], None]) -> None:
        """Set a port to 8N1 and this speed; from now on be told what it hears.

        The first bytes may have been heard at another speed.
        """

        def take(message: SerialProxyDataReceived) -> None:
            if message.instance == number:
                on_data(message.data)

        client = self._client
        try:
            client.subscribe_serial_proxy_data(take)
            self._check(await client.serial_proxy_subscribe_await_response(number, ANSWER_S))
            self._check(
                await client.serial_proxy_configure_await_response(number, speed, timeout=ANSWER_S)
            )
        except APIConnectionError as error:
            self._explain(error)

    async def hang_up(self) -> None:
        """End the connection; harmless if there is none."""
        self._on_lost = _nobody
        if self.lost is not None:
            self._client.force_disconnect()
            return
        try:
            async with asyncio.timeout(1.0):
                await self._client.disconnect()
        except (APIConnectionError, TimeoutError, OSError):
            self._client.force_disconnect()

    def _check(self, answer: SerialProxyRequestResponse | None) -> None:
        """A device older than these answers gives none."""
        fine = (SerialProxyStatus.OK, SerialProxyStatus.ASSUMED_SUCCESS)
        if answer is None or answer.status in fine:
            return
        if answer.status is SerialProxyStatus.PORT_IN_USE:
            raise SourceError(LineState.BUSY, "proxy", port=self._address.url)
        detail = answer.error_message or str(answer.status)
        raise SourceError(LineState.UNUSABLE, port=self._address.url, detail=detail)

    def _note_end(self, event: ConnectionClosedEvent) -> None:
        if isinstance(event.error, PingFailedAPIError):
            self.lost = self._unreachable(_NO_ANSWER)
        else:
            self.lost = self._unreachable(reason_of(event.error) or _HUNG_UP, "lost")
        self._on_lost()

    def _explain(self, error: BaseException) -> NoReturn:
        for kind, cause in _DENIED:
            if isinstance(error, kind):
                raise SourceError(
                    LineState.PERMISSION_DENIED, cause, port=self._address.url
                ) from error
        if isinstance(error, HandshakeAPIError):
            raise self._unreachable(str(error), "lost") from error
        if isinstance(error, ResolveAPIError):
            raise self._unreachable(_NO_NAME) from error
        if isinstance(error, TimeoutError):
            raise self._unreachable(_NO_ANSWER) from error
        raise self._unreachable(reason_of(error) or str(error)) from error

    def _unreachable(self, detail: Fact, cause: str = "") -> SourceError:
        return SourceError(LineState.UNREACHABLE, cause, port=self._address.url, detail=detail)


def _nobody() -> None:
    """Nobody listens any more."""
