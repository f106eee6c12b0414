"""One connection to a broker: over when anything fails; the sink makes a new one then."""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from aiomqtt import Message as Incoming
from aiomqtt import MqttError, Will

from telewatt.language import Text
from telewatt.sinks import SinkError
from telewatt.sinks.mqtt import remedies
from telewatt.sinks.mqtt.broker import Broker
from telewatt.sinks.mqtt.client import BoundedClient
from telewatt.sinks.mqtt.topics import Message

ANSWER_S = 5.0
"""A broker that has not answered for so long is away."""
IN_FLIGHT = 16
"""Messages of one call that are on their way at once."""
HEADER_BYTES = 16
"""What a message has on its way besides topic and payload, at most."""
UNHEARD_MAX = 64
"""Messages for us that may wait; more are dropped."""

log = logging.getLogger("telewatt.mqtt")
log.setLevel(logging.CRITICAL)  # what goes wrong is said by the framework, with its remedy


class Connection:
    """An open connection.

    Args:
        qos: of messages that do not say.
        hear: is given what others publish.
    """

    def __init__(
        self, client: BoundedClient, broker: Broker, qos: int, hear: Callable[[Incoming], None]
    ) -> None:
        self._client, self._broker, self._qos = client, broker, qos
        client.on_refusal = lambda code: self._lose(remedies.text_of_refusal(code, broker))
        self._waiting: set[asyncio.Timeout] = set()
        self._error: SinkError | None = None
        self.lost = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(hear))

    @classmethod
    async def open(
        cls, broker: Broker, will: Message, qos: int, hear: Callable[[Incoming], None]
    ) -> "Connection":
        """Connect. Raises OSError, with the remedy."""
        password = broker.password()
        trust = await asyncio.to_thread(broker.tls) if broker.tls else None  # reads files, slowly
        client = BoundedClient(
            broker.host,
            broker.port,
            username=broker.user,
            password=password,
            logger=log,
            identifier=broker.client_id,
            protocol=broker.protocol,
            will=Will(will.topic, will.payload, qos if will.qos is None else will.qos, will.retain),
            timeout=ANSWER_S,
            keepalive=broker.keepalive_s,
            max_queued_incoming_messages=UNHEARD_MAX,
            tls_context=trust,
        )
        client.pending_calls_threshold = 1000  # `publish` below keeps them few
        try:
            await client.__aenter__()
        except (MqttError, ValueError) as error:
            _cut(client)
            text = remedies.text_of_opening(error, broker, tls=broker.tls is not None)
            raise SinkError(text) from error
        return cls(client, broker, qos, hear)

    @property
    def is_lost(self) -> bool:
        """Whether it is of no use any more."""
        return self._error is not None or self.lost.is_set()

    async def publish(self, messages: Iterable[Message]) -> None:
        """Publish these in order; return when the broker has them all.

        Raises:
            SinkError: it has not; some of them it may have.
        """
        rest = iter(messages)
        while some := list(islice(rest, IN_FLIGHT)):
            self._check_sizes(some)
            await self._answered(*(self._publish(message) for message in some))

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Hear what is published there. Raises SinkError."""
        if filters:
            await self._answered(self._client.subscribe([(each, 1) for each in filters]))

    async def wait_lost(self) -> None:
        """Wait until it is lost. Raises SinkError, always."""
        await self.lost.wait()
        if self._listening.done() and not self._listening.cancelled():
            self._listening.result()  # a bug in whoever hears is not to be silent
        raise self._lose(remedies.LOST)

    async def close(self) -> None:
        """Take leave; what is still on its way is not waited for."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        if self._error is None:
            self._lose(remedies.LOST)
            self._client.timeout = 1.0
            with suppress(MqttError):
                await self._client.__aexit__(None, None, None)
        _cut(self._client)

    def _publish(self, message: Message) -> Coroutine[Any, Any, None]:
        qos = self._qos if message.qos is None else message.qos
        return self._client.publish(
            message.topic, message.payload.encode(), qos, message.retain, timeout=float("inf")
        )

    async def _answered(self, *calls: Coroutine[Any, Any, object]) -> None:
        """Wait for the broker's answers to all of these."""
        if self._error is not None:
            for call in calls:
                call.close()
            raise SinkError(self._error.text)
        tasks = [asyncio.create_task(call) for call in calls]
        try:
            async with asyncio.timeout(ANSWER_S) as limit:
                self._waiting.add(limit)
                try:
                    await asyncio.gather(*tasks)
                finally:
                    self._waiting.discard(limit)
        except TimeoutError as error:
            raise self._lose(remedies.STUCK.fill(broker=self._broker.address)) from error
        except MqttError as error:
            raise self._lose(remedies.text_of(error, self._broker)) from error
        finally:
            for task in tasks:
                task.cancel()  # where one has failed the others would wait for ever

    def _check_sizes(self, messages: Iterable[Message]) -> None:
        """A broker would hang up without a word."""
        limit = self._client.message_bytes
        for topic, payload in ((each.topic, each.payload) for each in messages):
            size = HEADER_BYTES + len(topic.encode()) + len(payload.encode())
            if size > limit:
                broker = self._broker.address
                text = remedies.TOO_LARGE.fill(broker=broker, topic=topic, size=size, limit=limit)
                raise SinkError(text)

    async def _listen(self, hear: Callable[[Incoming], None]) -> None:
        try:
            async for message in self._client.messages:
                hear(message)
        except MqttError as error:
            self._lose(remedies.text_of(error, self._broker))
        finally:
            self.lost.set()

    def _lose(self, text: Text) -> SinkError:
        """It is over: nobody waits for an answer any more. The first reason counts."""
        if self._error is None:
            self._error = SinkError(text)
            self.lost.set()
            now_s = asyncio.get_running_loop().time()
            for limit in (each for each in self._waiting if not each.expired()):
                limit.reschedule(now_s)
        return SinkError(self._error.text)


def _cut(client: BoundedClient) -> None:
    """Close a connection that is not taken leave of; the client then tidies up by itself."""
    ended = getattr(client, "_disconnected", None)
    if ended is not None:  # what the library notes there, it would complain that nobody asked
        ended.add_done_callback(lambda future: future.cancelled() or future.exception())
    wire = client._client.socket()
    if isinstance(wire, socket.socket):
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)
