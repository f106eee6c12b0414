"""``mqtt://[user@]host[:port]/TOPIC`` and ``mqtts://``: a meter that others publish.

A JSON message is one frame (`telewatt.sources.relay.documents` says which are understood). Single
values, one a topic, are gathered: when some have come together, all of them as they stand are one
frame. What a broker had kept
(retained) is of unknown age: it tells which meter this is, and single values count as soon as
something new comes.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from telewatt.sources import Chunk, LineState, Source, SourceError, arrived
from telewatt.sources.access import load, read_secret
from telewatt.sources.mqtt_address import MqttAddress, name_of
from telewatt.sources.relay.documents import Documents
from telewatt.sources.relay.names import Meanings, labels_of, meanings_of, mode_of_names
from telewatt.sources.relay.relay import MixedError, Relay
from telewatt.sources.relay.told import text_of
from telewatt.tic.relayed import Value

if TYPE_CHECKING:
    from telewatt.sources.mqtt_broker import Broker

TOGETHER_S = 0.2
QUIET_S = 900.0  # Tasmota tells every 300 s by itself
PAYLOAD_MAX = 1 << 16
WAITING_MAX, WAITING_BYTES = 10_000, 4 << 20  # messages not read yet; the oldest go first
STRANGE_MAX = 20  # messages, before it is said that none is understood


class Told(NamedTuple):
    """One message: ``retained`` if the broker had kept it."""

    topic: str
    payload: bytes
    retained: bool


class MqttSource(Source):
    """The messages about one meter."""

    wired = False
    relayed = True
    quiet_s = QUIET_S
    secret = "password"
    scheme: Literal["mqtt", "mqtts"] = "mqtt"

    def __init__(self, address: str) -> None:
        self._address = MqttAddress(self.scheme, address)
        self._documents = Documents()
        self._relay: Relay | None = None
        self._broker: Broker | None = None
        self._told: deque[Told] = deque()
        self._told_bytes = 0
        self._news = asyncio.Event()
        self._meanings: dict[str, Meanings] = {}  # of the single values, by their names
        self._strange = 0

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        await load("telewatt.sources.mqtt_broker", "aiomqtt", self._address.url, "mqtt")
        from telewatt.sources.mqtt_broker import Broker

        self._relay = self._relay or Relay(self.access.mode, self.access.identity)
        self._relay.begin()
        self._strange = 0
        password = read_secret(self._address.url, self.access)
        broker = Broker(self._address, password, self.access.ca_file, self._hear)
        await broker.connect()
        self._broker = broker

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._broker is None or self._relay is None:
            raise ValueError(f"{self._address.url} is not open")
        while True:
            await self._news.wait()
            self._news.clear()
            for frame in self._frames(self._relay):
                yield arrived(frame)
            if self._relay.is_gathering and self._broker.lost is None:
                await self._let_come_together()
                for frame in self._frames(self._relay, at_last=True):
                    yield arrived(frame)
            self._broker.check()

    async def close(self) -> None:
        """See `Source`."""
        broker, self._broker = self._broker, None
        if broker is not None:
            await broker.hang_up()
        self._told.clear()
        self._told_bytes = 0
        self._news.clear()

    def _hear(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic and len(payload) <= PAYLOAD_MAX:
            self._told.append(Told(topic, payload, retained))
            self._told_bytes += len(payload)
            while self._told_bytes > WAITING_BYTES or len(self._told) > WAITING_MAX:
                self._next()
        self._news.set()

    def _next(self) -> Told:
        told = self._told.popleft()
        self._told_bytes -= len(told.payload)
        return told

    async def _let_come_together(self) -> None:
        count = -1
        while count != len(self._told):
            count = len(self._told)
            await asyncio.sleep(TOGETHER_S)

    def _frames(self, relay: Relay, *, at_last: bool = False) -> Iterator[bytes]:
        try:
            while self._told:
                told = self._next()
                found = list(self._read(told, relay))
                yield from (frame for frame in found if frame)
                self._judge(told, understood=bool(found))
            if at_last and (frame := relay.flush()):
                yield frame
        except MixedError as error:
            state, url = LineState.UNUSABLE, self._address.url
            meters = ", ".join(error.meters)
            raise SourceError(state, "mixed", port=url, meters=meters) from error

    def _read(self, told: Told, relay: Relay) -> Iterator[bytes | None]:
        """The frames this message completes; ``None`` if it was understood and completes none."""
        content = _parse(told.payload)
        if not isinstance(content, dict):
            yield from self._read_single(told, content, relay)
            return
        message = self._documents.read(content, self.access.mode or relay.mode)
        if message is None:
            return
        if told.retained:
            relay.note(message)
            yield None
        else:
            yield relay.frame(message)

    def _read_single(self, told: Told, content: object, relay: Relay) -> Iterator[bytes | None]:
        name = name_of(told.topic)
        meanings = meanings_of(name, self._address.prefix)
        if not meanings:
            return
        self._meanings[name] = meanings
        relay.mode = self.access.mode or mode_of_names(self._meanings.values()) or relay.mode
        labels = labels_of(self._meanings, relay.mode) if relay.mode else {}
        label, text = labels.get(name), text_of(content)
        yield None
        if label is None:
            return
        if text is None:
            relay.withdraw(label)
            return
        value = Value("DATE", "", text) if label == "DATE" else Value(label, text)
        if told.retained:
            relay.remember(value)
        else:
            yield relay.gather(value)

    def _judge(self, told: Told, *, understood: bool) -> None:
        """Say so if messages come, but none is a meter's."""
        if understood:
            self._strange = -STRANGE_MAX * STRANGE_MAX
        elif not told.retained:
            self._strange += 1
        if self._strange >= STRANGE_MAX:
            state, url = LineState.NOISE, self._address.url
            raise SourceError(state, "messages", port=url, topic=told.topic)


class MqttsSource(MqttSource):
    """The same through TLS."""

    scheme = "mqtts"
    trust = "ca"


def _parse(payload: bytes) -> Any:
    """A JSON document or scalar; other text as it is; ``None`` if it is no text."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not text.lstrip().startswith("{"):
        return text.strip()  # a number keeps its leading zeros
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
