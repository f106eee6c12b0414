"""One connection to an MQTT broker; the only module of the sources that knows its library.

MQTT 3.1.1, which every broker speaks. What the library raises becomes the state that a user can do
something about.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from aiomqtt import Client, MqttCodeError, MqttError, ProtocolVersion

from telewatt.language import Text
from telewatt.sources import LineState, SourceError
from telewatt.sources.mqtt_address import MqttAddress
from telewatt.sources.state import Fact, reason_of

ANSWER_S = 5.0
KEEP_ALIVE_S = 10  # a broker that has lost its power is missed after 15
DENIED = (4, 5, 134, 135)  # return codes of MQTT 3.1.1, reason codes of MQTT 5
REFUSED = 128

NO_ANSWER = Text("no answer", "pas de réponse")
_HUNG_UP = Text("it hung up", "il a raccroché")
_log = logging.getLogger(__name__)


class Broker:
    """A broker that answers.

    Args:
        on_message: called with topic, payload and whether the broker had kept it; with an empty
            topic when the broker is gone.

    Attributes:
        lost: why, once it is gone.
    """

    def __init__(
        self,
        address: MqttAddress,
        password: str | None,
        ca_file: Path | None,
        on_message: Callable[[str, bytes, bool], None],
    ) -> None:
        self.lost: SourceError | None = None
        self._address, self._password, self._ca_file = address, password, ca_file
        self._on_message = on_message
        self._client: Client | None = None
        self._listening: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect and subscribe.

        Raises:
            SourceError: that cannot be done.
        """
        address = self._address
        trust = await self._trust() if address.scheme == "mqtts" else None
        client = Client(
            address.host,
            address.port,
            username=address.user,
            password=self._password,
            protocol=ProtocolVersion.V311,
            keepalive=KEEP_ALIVE_S,
            timeout=ANSWER_S,
            tls_context=trust,
            logger=_log,
        )
        try:
            await client.__aenter__()
            self._client = client
            for topic in address.subscriptions:
                for granted in await client.subscribe(topic, qos=1):
                    self._check(topic, granted if isinstance(granted, int) else granted.value)
        except (MqttError, OSError, UnicodeError) as error:  # the last: no host can have this name
            _forget(client)
            await self.hang_up()
            self._explain(error)
        except BaseException:
            await self.hang_up()
            raise
        self._listening = asyncio.create_task(self._listen(client))

    def check(self) -> None:
        """Raise `lost` once it is gone; a bug in whoever listens is not to be silent."""
        if self.lost is not None:
            raise self.lost
        if self._listening is not None and self._listening.done():
            self._listening.result()

    async def hang_up(self) -> None:
        """End the connection; harmless if there is none."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.wait([listening])
        client, self._client = self._client, None
        if client is not None:
            try:
                await client.__aexit__(None, None, None)
            except MqttError:  # it has gone already
                _log.debug("%s had gone", self._address.url)
            _forget(client)

    async def _listen(self, client: Client) -> None:
        try:
            async for message in client.messages:
                payload = message.payload if isinstance(message.payload, bytes) else b""
                self._on_message(message.topic.value, payload, message.retain)
        except MqttError as error:
            detail = reason_of(error) or _HUNG_UP
            state = LineState.UNREACHABLE
            self.lost = SourceError(state, "lost", port=self._address.url, detail=detail)
        finally:
            self._on_message("", b"", True)

    async def _trust(self) -> ssl.SSLContext:
        """Whom to trust, tried on the broker: the library would say and close less."""
        url = self._address.url
        try:
            trust = await asyncio.to_thread(ssl.create_default_context, cafile=self._ca_file)
        except OSError as error:
            detail = f"{self._ca_file}: {error.strerror or error}"
            raise SourceError(LineState.UNUSABLE, port=url, detail=detail) from error
        try:
            async with asyncio.timeout(ANSWER_S):
                host, port = self._address.host, self._address.port
                _, writer = await asyncio.open_connection(host, port, ssl=trust)
                writer.transport.abort()
        except ssl.SSLError as error:
            detail = getattr(error, "verify_message", None) or error.reason or str(error)
            raise SourceError(LineState.UNUSABLE, "TLS", port=url, detail=detail) from error
        except (OSError, TimeoutError, UnicodeError) as error:
            reason: Fact = reason_of(error) or str(error) or NO_ANSWER
            raise SourceError(LineState.UNREACHABLE, port=url, detail=reason) from error
        return trust

    def _check(self, topic: str, granted: int) -> None:
        if granted >= REFUSED:
            state = LineState.PERMISSION_DENIED
            raise SourceError(state, "topic", port=self._address.url, topic=topic)

    def _explain(self, error: Exception) -> NoReturn:
        url = self._address.url
        code = error.rc if isinstance(error, MqttCodeError) else None
        if (code if isinstance(code, int) else getattr(code, "value", None)) in DENIED:
            raise SourceError(LineState.PERMISSION_DENIED, "wrong password", port=url) from error
        detail = reason_of(error) or str(error)
        raise SourceError(LineState.UNREACHABLE, port=url, detail=detail) from error


def _forget(client: Client) -> None:
    """What the library notes about a broken connection, and would complain that nobody asked."""
    ended = getattr(client, "_disconnected", None)
    if ended is not None and ended.done() and not ended.cancelled():
        ended.exception()
