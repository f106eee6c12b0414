"""``esphome+values://host[:6053]/PREFIX``: the sensors of a device that decodes on its chip.

Sensors and text sensors whose name, behind PREFIX, is a label or what people call it. A device
tells one value after the other, most of them when they change; when some have come together, all
of them as they stand are one frame. What it tells when it is called is of unknown age: it counts as
soon as something new comes.

A number is an IEEE float32: from 16,777,216 on it is not exact, and left out. A text sensor is
exact.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from telewatt.language import Text
from telewatt.sources import Chunk, LineState, Source, SourceError, arrived
from telewatt.sources.esphome import call
from telewatt.sources.esphome_address import DeviceAddress
from telewatt.sources.relay.names import Meanings, labels_of, meanings_of, mode_of_names
from telewatt.sources.relay.relay import MixedError, Relay
from telewatt.sources.relay.told import text_of, wh_of_kwh
from telewatt.tic import Mode
from telewatt.tic.relayed import Value

if TYPE_CHECKING:
    from telewatt.sources.esphome_device import Device

TOGETHER_S = 0.1  # a device tells a frame's values within some loops of 16 ms
LONGEST_S = 2.0
AGE_KNOWN_S = 2.0  # from then on nothing is told only because we called
EXACT_BELOW = 1 << 24
KWH_BELOW = 8192  # float32 holds three decimals below
QUIET_S = 600.0
KNOWN_MAX = 12

_NO_PREFIX = Text("{url}: write esphome+values://host", "{url} : écrivez esphome+values://hôte")


class Sensor(NamedTuple):
    """A sensor of our meter.

    Attributes:
        label: what it tells.
        unit: of its numbers; empty for a text.
        decimals: it shows.
    """

    label: str
    unit: str = ""
    decimals: int = 0


class EsphomeValuesSource(Source):
    """The sensors of one meter of a device."""

    wired = False
    relayed = True
    quiet_s = QUIET_S
    secret = "key"

    def __init__(self, address: str) -> None:
        self._address = DeviceAddress("esphome+values", address, _NO_PREFIX, optional=True)
        self._device: Device | None = None
        self._relay: Relay | None = None
        self._sensors: Mapping[int, Sensor] = {}
        self._told: list[tuple[int, object]] = []
        self._news = asyncio.Event()
        self._seen: set[int] = set()
        self._called_at = 0.0

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        device = await call(self._address, self.access, self._news.set)
        try:
            sensors, mode = self._choose(await device.entities())
            self._relay = self._relay or Relay(self.access.mode, self.access.identity)
            self._relay.begin()
            self._relay.mode = mode
            self._sensors, self._seen = sensors, set()
            self._called_at = asyncio.get_running_loop().time()
            device.follow_states(self._hear)
        except BaseException:
            await device.hang_up()
            raise
        self._device = device

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._device is None or self._relay is None:
            raise ValueError(f"{self._address.url} is not open")
        while True:
            await self._news.wait()
            self._news.clear()
            await self._let_come_together()
            try:
                for frame in self._frames(self._relay):
                    yield arrived(frame)
            except MixedError as error:
                state, meters = LineState.UNUSABLE, ", ".join(error.meters)
                port = self._address.url
                raise SourceError(state, "mixed", port=port, meters=meters) from error
            if (lost := self._device.lost) is not None:
                raise lost

    async def close(self) -> None:
        """See `Source`."""
        device, self._device = self._device, None
        self._told.clear()
        self._news.clear()
        if device is not None:
            await device.hang_up()

    def _hear(self, key: int, state: object) -> None:
        if key in self._sensors:
            self._told.append((key, state))
            self._news.set()

    async def _let_come_together(self) -> None:
        """Return when nothing has come for a moment, at last after `LONGEST_S`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + LONGEST_S
        while loop.time() < end and self._device is not None and self._device.lost is None:
            count = len(self._told)
            await asyncio.sleep(TOGETHER_S)
            if len(self._told) == count:
                return

    def _frames(self, relay: Relay) -> Iterator[bytes]:
        told, self._told = self._told, []
        late = asyncio.get_running_loop().time() - self._called_at > AGE_KNOWN_S
        for key, state in told:
            value = _value(self._sensors[key], state)
            is_live = late or key in self._seen
            self._seen.add(key)
            if value is None:
                relay.withdraw(self._sensors[key].label)
            elif not is_live:
                relay.remember(value)
            elif frame := relay.gather(value):
                yield frame
        if frame := relay.flush():
            yield frame

    def _choose(self, entities: list[tuple[int, str, str, int]]) -> tuple[dict[int, Sensor], Mode]:
        """The sensors behind the prefix, and the mode of their meter."""
        prefix = self._address.path
        found: dict[int, Meanings] = {}
        for key, name, _, _ in entities:
            if meanings := meanings_of(name, prefix):
                found[key] = meanings
        mode = self.access.mode or mode_of_names(found.values())
        if not found or mode is None:
            names = [name for _, name, _, _ in entities]
            known = ", ".join(names[:KNOWN_MAX]) + (", ..." if len(names) > KNOWN_MAX else "")
            state, port = LineState.UNUSABLE, self._address.url
            raise SourceError(state, "no values", port=port, prefix=prefix, known=known or "-")
        labels = labels_of(found, mode)
        sensors = {
            key: Sensor(labels[key], unit, decimals)
            for key, _, unit, decimals in entities
            if key in labels
        }
        return sensors, mode


def _value(sensor: Sensor, state: object) -> Value | None:
    """What a sensor tells, if it can be trusted."""
    text = text_of(state)
    if isinstance(state, float):
        if abs(state) >= EXACT_BELOW:
            return None
        if sensor.unit in ("kWh", "kvarh"):
            exact = sensor.decimals >= 3 and state < KWH_BELOW
            text = wh_of_kwh(round(state, 3)) if exact else None
    if text is None:
        return None
    is_date = sensor.label == "DATE"  # ESPHome tells its horodate as its value
    return Value("DATE", "", text) if is_date else Value(sensor.label, text)
