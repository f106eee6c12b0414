"""Home Assistant is told of every meter: one retained message a device, and the values it shows.

A meter's message is told again whenever what it sends, its contract or Home Assistant itself has
changed. What an earlier run has announced is kept until it is sure that the meter does not send it
any more; a meter whose section has left the configuration is taken back. Both are known from the
broker, which keeps the messages. The reasons: docs/adr/0017-home-assistant.md.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from telewatt import __version__
from telewatt.derivation import Judged, meter_key
from telewatt.entities import LINK, Device, Entity, Profile, discovery_of, state_of
from telewatt.shapes.values import json_text
from telewatt.sinks import House
from telewatt.sinks.mqtt.topics import Message, Topics
from telewatt.situation import LineQuality, Present

ONLINE = b"online"
LINE_EVERY_S = 15.0
"""How often the quality of a line is looked at."""
AGAIN_S = 20.0
"""A message that comes while Home Assistant is still adding entities is partly left aside."""
OWNER, LINE = "service", "line"
"""Keys that Home Assistant leaves aside: which service has announced a device, and on which line.
They stand in the entity that every meter has."""


class _Meter:
    """One meter."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.present = Present()
        self.profile: Profile | None = None
        self.entities: tuple[Entity, ...] = ()
        self.sure = False
        self.state = ""
        self.quality = LineQuality()
        self.quality_pct: float | None = None
        self.look_s = -math.inf  # when the line is looked at, and all is told, the next time
        self.again_s = math.inf


class Heard(NamedTuple):
    """What follows from a message.

    Attributes:
        again: whether everything is to be told again.
        messages: what is to be published.
    """

    again: bool = False
    messages: Sequence[Message] = ()


class HomeAssistant:
    """Announces to Home Assistant; knows nothing of connections.

    Args:
        prefix: where Home Assistant looks for announcements.
        owner: what tells this service from others on the same broker.
        retain: whether the broker keeps the values.
    """

    def __init__(
        self, prefix: str, owner: str, topics: Topics, house: House, *, retain: bool
    ) -> None:
        self._prefix, self._owner, self._topics = prefix, owner, topics
        self._house, self._retain = house, retain
        self._birth = f"{prefix}/status"
        self._meters: dict[str, _Meter] = {}
        self._before: dict[str, Mapping[str, Any]] = {}  # topic -> entities of an earlier run

    @property
    def filters(self) -> Sequence[str]:
        """What to subscribe to, on each connection anew."""
        return self._birth, f"{self._prefix}/device/+/config"

    def news(self, judged: Judged, now_s: float) -> Iterable[Message]:
        """What it is told with this frame, the next one of its meter.

        Args:
            now_s: of a clock that only goes forward.
        """
        name = meter_key(judged.reading)
        meter = self._meters.get(name)
        if meter is None or meter.device.source != judged.reading.source:
            meter = self._meters[name] = _Meter(self._device(name, judged.reading.source))
        meter.present.take(judged)
        self._look_at_line(meter, now_s)
        if meter.present.profile is None:
            return ()
        messages: list[Message] = []
        if self._has_changed(meter):
            messages += self._announcement(meter)
            meter.again_s = now_s + AGAIN_S
        elif now_s >= meter.again_s:
            meter.again_s = math.inf
            messages += self._announcement(meter)
        state = self._state_text(meter)
        if state != meter.state:
            meter.state = state
            messages.append(self._state(meter))
        return messages

    def everything(self, name: str) -> Iterator[Message]:
        """All it is told of this meter: for a new connection, and after `Heard.again`."""
        meter = self._meters.get(name)
        if meter is not None and meter.profile is not None:
            yield from self._announcement(meter)
            yield self._state(meter)

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Heard:
        """A message that fits one of the filters. Whatever comes is no error."""
        if topic == self._birth:
            return Heard(again=payload == ONLINE and not retained)
        if not retained or not payload:
            return Heard()
        told = _parse(payload)
        components = told.get("cmps")
        if not isinstance(components, dict):
            return Heard()
        mark = components.get(LINK)
        if not isinstance(mark, dict) or mark.get(OWNER) != self._owner:
            return Heard()
        if mark.get(LINE) not in [report.name for report in self._house.lines()]:
            clear = [Message(topic, "", retain=True)]
            if self._topics.is_home(state := told.get("stat_t")):
                clear.append(Message(state, "", retain=True))
            return Heard(messages=clear)
        self._before.setdefault(topic, components)
        return Heard()

    # -- one meter ---------------------------------------------------------------------------

    def _device(self, name: str, source: str) -> Device:
        topics = self._topics
        return Device(name, source, topics.status, topics.availability(name), topics.home(name))

    def _topic(self, meter: _Meter) -> str:
        return f"{self._prefix}/device/{meter.device.id}/config"

    def _has_changed(self, meter: _Meter) -> bool:
        """Whether what is to be announced is not what was."""
        sure = meter.present.is_sure
        if meter.present.profile is meter.profile and sure is meter.sure:
            return False
        meter.profile, meter.sure = meter.present.profile, sure
        # One that is disabled would, once removed, make Home Assistant clear the whole message.
        meter.entities = tuple(each for each in meter.present.entities() if each.enabled)
        return True

    def _announcement(self, meter: _Meter) -> Iterator[Message]:
        """The message; where entities are gone, first one that takes them back."""
        topic = self._topic(meter)
        told = discovery_of(meter.device, meter.entities, self._house.language, __version__)
        components = told["cmps"]
        components[LINK] |= {OWNER: self._owner, LINE: meter.device.source}
        gone = {
            key: entity
            for key, entity in self._before.get(topic, {}).items()
            if key not in components and isinstance(entity, dict) and "p" in entity
        }
        if gone and meter.sure:
            removed = {key: {"p": entity["p"]} for key, entity in gone.items()}
            yield self._message(topic, {**told, "cmps": {**components, **removed}})
        elif gone:
            told["cmps"] = components = {**components, **gone}
        self._before[topic] = components
        yield self._message(topic, told)

    def _message(self, topic: str, told: Mapping[str, Any]) -> Message:
        return Message(topic, json_text(told), retain=True, qos=1)

    def _state(self, meter: _Meter) -> Message:
        return Message(meter.device.state, meter.state, self._retain)

    def _state_text(self, meter: _Meter) -> str:
        """The value of every entity that was announced, known or not."""
        values = {**meter.present.shown(), "line_quality_pct": meter.quality_pct}
        state = state_of(meter.entities, values)
        for key in self._before.get(self._topic(meter), ()):
            if key != LINK:
                state.setdefault(key, values.get(key))
        return json_text({**state, "sources": meter.present.sources()})

    def _look_at_line(self, meter: _Meter, now_s: float) -> None:
        if now_s < meter.look_s:
            return
        meter.look_s = now_s + LINE_EVERY_S
        for report in self._house.lines():
            if report.name == meter.device.source:
                meter.quality_pct = meter.quality.percent(report, now_s)


def _parse(payload: bytes) -> dict[str, Any]:
    """A message that may be published again; whatever others write there is no error."""
    try:
        found = json.loads(payload)
        json_text(found).encode()  # neither NaN nor half a character
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
