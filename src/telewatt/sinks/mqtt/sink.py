"""The sink: one connection, kept by whoever needs it first; on each everything is told anew."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress

from aiomqtt import Message as Incoming

from telewatt import __version__
from telewatt.config.model import MqttConfig
from telewatt.derivation import Judged, meter_key
from telewatt.shapes.reading import line_object
from telewatt.shapes.values import json_text
from telewatt.sinks import House, LiveSink, SinkError
from telewatt.sinks.mqtt import linkysensor
from telewatt.sinks.mqtt.broker import Broker, broker_of
from telewatt.sinks.mqtt.commands import Commands
from telewatt.sinks.mqtt.connection import Connection
from telewatt.sinks.mqtt.homeassistant import HomeAssistant
from telewatt.sinks.mqtt.meter import AVAILABLE, Meter, event_messages
from telewatt.sinks.mqtt.payload import history_text
from telewatt.sinks.mqtt.topics import Message, Topics
from telewatt.truth.sight import GAUGES, INDEXES

LOOK_S = 1.0
"""How often it is found out what is silent."""
AGAIN_S = 0.5
"""An error is the answer for so long, so that those who wait do not all try at once."""
LEAVE_S = 2.0
"""A broker that hangs is not waited for at the end."""
REPLIES_MAX = 1000
UNHEARD_S = 10.0
"""A meter that the broker knows as available and that was not heard for so long is not there."""


class MqttSink(LiveSink):
    """Publishes.

    Args:
        section: the settings that do not concern the connection.
        home: tells Home Assistant of the meters; ``None`` if nobody does.
    """

    def __init__(
        self, section: MqttConfig, house: House, broker: Broker, home: HomeAssistant | None
    ) -> None:
        self._section, self._house, self._broker = section, house, broker
        self._home = home
        self._topics = Topics(section.prefix)
        self._commands = Commands(self._topics.command)
        self._meters: dict[str, Meter] = {}
        self._frames: dict[str, linkysensor.Frames] = {}
        self._compatible = section.payload == "linky-sensor"
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()
        self._failure: tuple[float, OSError] | None = None
        self._again = False
        self._replies: deque[Message] = deque(maxlen=REPLIES_MAX)
        self._told_lines: dict[str, tuple[str, str | None]] = {}
        self._told_s = 0.0  # when everything was told last
        self._left_online: dict[str, float] = {}

    @classmethod
    def of(cls, section: MqttConfig, house: House) -> "MqttSink":
        """The one a section ``[mqtt]`` describes."""
        broker = broker_of(section, house)
        return cls(section, house, broker, home_of(section, house, broker.client_id))

    # -- what the framework calls ------------------------------------------------------------

    @property
    def connection(self) -> Connection | None:
        """See `Sink`."""
        connection = self._connection
        return None if connection is None or connection.is_lost else connection

    async def show(self, judged: Judged) -> None:
        """See `LiveSink`."""
        connection = await self._connected()
        await connection.publish(self._news_of(judged))
        if self._home is not None:  # after the values, which do not wait for it
            await connection.publish(self._home.news(judged, _now_s()))

    async def write(self, batch: Sequence[Judged]) -> None:
        """See `Sink`."""
        connection = await self._connected()
        await connection.publish(
            message for judged in batch for message in self._history_of(judged)
        )

    async def attend(self) -> AsyncIterator[None]:
        """See `LiveSink`."""
        while True:
            connection = await self._connected()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await connection.wait_lost()
            await connection.publish(self._look(_now_s()))
            yield

    async def close(self) -> None:
        """See `Sink`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SinkError, TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await connection.publish([self._status(online=False)])
            await connection.close()

    # -- the connection ----------------------------------------------------------------------

    async def _connected(self) -> Connection:
        """The connection that works, a new one if need be."""
        if (connection := self.connection) is not None:
            return connection
        async with self._opening:
            if (connection := self.connection) is not None:
                return connection
            lost, self._connection = self._connection, None
            if lost is not None:
                await lost.close()
            if self._failure is not None and _now_s() - self._failure[0] < AGAIN_S:
                raise self._failure[1]
            try:
                self._connection = await self._open()
            except OSError as error:
                self._failure = _now_s(), error
                raise
            return self._connection

    async def _open(self) -> Connection:
        will = self._status(online=False)
        connection = await Connection.open(self._broker, will, self._section.qos, self._hear)
        try:
            filters = self._home.filters if self._home else ()
            topics = self._topics
            await connection.subscribe(
                [topics.commands, topics.availabilities, topics.lines, *filters]
            )
            await connection.publish([self._status(online=True), *self._everything(_now_s())])
        except BaseException:
            await connection.close()
            raise
        return connection

    def _hear(self, incoming: Incoming) -> None:
        """What others publish. Never raises: whatever comes is no error."""
        topic, payload, retained = str(incoming.topic), bytes(incoming.payload), incoming.retain
        if topic.startswith(self._topics.command):
            if self._commands.judge(topic, payload, _now_s(), retained=retained) is not None:
                self._again = True
        elif incoming.topic.matches(self._topics.availabilities):
            if retained and payload == AVAILABLE[True].encode():
                self._left_online.setdefault(topic, _now_s())
        elif incoming.topic.matches(self._topics.lines):
            lines = {self._topics.line(report.name) for report in self._house.lines()}
            if retained and topic not in lines:  # its section has left the configuration
                self._replies.append(Message(topic, "", retain=True))
        elif self._home and any(map(incoming.topic.matches, self._home.filters)):
            heard = self._home.hear(topic, payload, retained=retained)
            self._again = self._again or heard.again
            self._replies.extend(heard.messages)

    # -- messages ----------------------------------------------------------------------------

    def _status(self, *, online: bool) -> Message:
        if self._compatible:
            text = linkysensor.CONNECTED if online else linkysensor.LOST
            return linkysensor.status(self._section.status_topic, text)
        return Message(self._topics.status, AVAILABLE[online], retain=True)

    def _news_of(self, judged: Judged) -> Iterator[Message]:
        """What a frame that has just come changes."""
        name, now_s = meter_key(judged.reading), _now_s()
        if self._compatible:
            frames = self._frames.get(name)
            if frames is None:
                frames = self._frames[name] = linkysensor.Frames(self._section.data_topic)
            yield frames.take(judged)
            return
        meter = self._meters.get(name)
        if meter is None:
            meter = self._meters[name] = Meter(
                judged, self._topics, retain=self._section.retain, now_s=now_s
            )
        meter.presence.hear(judged.reading, now_s)
        yield from meter.look(now_s)
        yield from meter.take(judged)

    def _history_of(self, judged: Judged) -> Iterator[Message]:
        """An entry that was missed."""
        plausible = judged.judgement.gauges
        labels = (
            dataset
            for dataset in judged.reading.frame.datasets
            if dataset.label not in INDEXES
            and (dataset.label not in GAUGES or GAUGES[dataset.label] in plausible)
        )
        topic = self._topics.history(meter_key(judged.reading))
        yield Message(topic, history_text(judged, labels), qos=max(1, self._section.qos))
        yield from event_messages(judged, self._topics)

    def _everything(self, now_s: float) -> Iterator[Message]:
        """All that the broker keeps, and what Home Assistant is told."""
        self._told_s, self._again = now_s, False
        for meter in list(self._meters.values()):
            yield from meter.look(now_s)
            yield from meter.everything()
            if self._home is not None:
                yield from self._home.everything(meter.name)
        yield from self._status_of_lines(everything=True)
        yield self._service()

    def _look(self, now_s: float) -> Iterator[Message]:
        """What has happened without a frame, what was asked, and what it is time for."""
        if self._again:
            yield from self._status_again()
            yield from self._everything(now_s)
        elif now_s - self._told_s >= self._section.interval_s:
            self._told_s = now_s
            yield from self._status_again()
            for meter in list(self._meters.values()):
                yield meter.availability()
                yield from meter.labels()
            yield from self._status_of_lines(everything=True)
            yield self._service()
        for meter in list(self._meters.values()):
            yield from meter.look(now_s)
        yield from self._silent_since_before(now_s)
        yield from self._status_of_lines(everything=False)
        while self._replies:
            yield self._replies.popleft()

    def _status_again(self) -> Iterator[Message]:
        """Whatever another client has written in its place does not stay."""
        if not self._compatible:
            yield self._status(online=True)

    def _silent_since_before(self, now_s: float) -> Iterator[Message]:
        """Meters that the broker knows as available, and this service has not heard."""
        if not self._left_online:
            return
        heard = {self._topics.availability(name) for name in self._meters}
        for topic, since_s in list(self._left_online.items()):
            if topic in heard:
                del self._left_online[topic]
            elif now_s - since_s > UNHEARD_S:
                del self._left_online[topic]
                yield Message(topic, AVAILABLE[False], retain=True)

    def _status_of_lines(self, *, everything: bool) -> Iterator[Message]:
        for report in self._house.lines():
            now = report.state, report.meter
            if everything or self._told_lines.get(report.name) != now:
                self._told_lines[report.name] = now
                text = json_text(line_object(report))
                yield Message(self._topics.line(report.name), text, self._section.retain)

    def _service(self) -> Message:
        said = {"version": __version__, "commands": self._commands.counters}
        return Message(self._topics.service, json_text(said), self._section.retain)


def home_of(section: MqttConfig, house: House, owner: str) -> HomeAssistant | None:
    """What tells Home Assistant of the meters, where that is wanted.

    Args:
        owner: what tells this service from others on the same broker.
    """
    if not section.announces:
        return None
    topics, retain = Topics(section.prefix), section.retain
    return HomeAssistant(section.discovery_prefix, owner, topics, house, retain=retain)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
