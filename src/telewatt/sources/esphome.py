"""``esphome://host[:6053]/PORT``: the bare bytes of a ``serial_proxy`` port of an ESPHome device.

The device forwards what its UART hears through its native API. It is set to 8N1 and to the speed,
so that the meter's parity bit arrives as bit 7. PORT is the port's name, or its number from 0.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from telewatt.language import Text
from telewatt.sources import Access, Chunk, LineState, Source, SourceError, arrived
from telewatt.sources.access import load, read_secret
from telewatt.sources.esphome_address import DeviceAddress
from telewatt.sources.serialport import SPEEDS

if TYPE_CHECKING:
    from telewatt.sources.esphome_device import Device

ENDS = frozenset((0x03, 0x83))  # ETX, with parity or not
MANY_BYTES = 256
SOON_S = 0.1

_NO_PORT = Text(
    "{url}: names no port; write esphome://host/PORT, PORT as in the device's serial_proxy",
    "{url} : sans port ; écrivez esphome://hôte/PORT, PORT comme dans son serial_proxy",
)


class EsphomeSource(Source):
    """One port of a device, through a connection of its own."""

    speeds = SPEEDS
    wired = True
    secret = "key"

    def __init__(self, address: str) -> None:
        self._address = DeviceAddress("esphome", address, _NO_PORT)
        self._device: Device | None = None
        self._unread = bytearray()
        self._news = asyncio.Event()
        self._soon: asyncio.TimerHandle | None = None

    async def open(self, speed: int | None) -> None:
        """See `Source`."""
        device = await call(self._address, self.access, self._news.set)
        try:
            port = _find(self._address, await device.ports())
            await device.read_port(port, speed or SPEEDS[0], self._hear)
        except BaseException:
            await device.hang_up()
            raise
        self._device = device

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """See `Source`."""
        if self._device is None:
            raise ValueError(f"{self._address.url} is not open")
        while True:
            await self._news.wait()
            self._news.clear()
            if data := self._take():
                yield arrived(data)
            if (lost := self._device.lost) is not None:
                raise lost

    def _hear(self, data: bytes) -> None:
        """A device sends some bytes at a time; nobody is woken before a frame ends, or soon."""
        self._unread += data
        if ENDS & set(data) or len(self._unread) >= MANY_BYTES:
            self._news.set()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON_S, self._news.set)

    def _take(self) -> bytes:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        data = bytes(self._unread)
        self._unread.clear()
        return data

    async def close(self) -> None:
        """See `Source`."""
        device, self._device = self._device, None
        self._take()
        self._news.clear()
        if device is not None:
            await device.hang_up()


async def call(address: DeviceAddress, access: Access, on_lost: Callable[[], None]) -> "Device":
    """Connect to a device.

    Args:
        on_lost: called when it is gone.

    Raises:
        SourceError: nobody answers, or not with this key.
    """
    await load("telewatt.sources.esphome_device", "aioesphomeapi", address.url, "esphome")
    from telewatt.sources.esphome_device import Device

    device = Device(address, read_secret(address.url, access), on_lost)
    await device.connect()
    return device


def _find(address: DeviceAddress, names: list[str]) -> int:
    """The number of the port the address names: exactly, else whatever the case, else a number."""
    wanted = address.path
    plain = [name.casefold() for name in names]
    if wanted in names:
        return names.index(wanted)
    if wanted.casefold() in plain:
        return plain.index(wanted.casefold())
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    if not names:
        raise SourceError(LineState.UNUSABLE, "no proxy", port=address.url)
    known = ", ".join(names)
    raise SourceError(LineState.UNUSABLE, "no such port", port=address.url, known=known)
