"""Which serial ports there are, and what is heard on each."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import NamedTuple

from telewatt.sources import Chunk
from telewatt.sources.device import stable_name
from telewatt.sources.hearing import Ear, Verdict
from telewatt.sources.serialport import SPEEDS, SerialSource
from telewatt.sources.state import LineState, LineStatus, SourceError
from telewatt.sources.trial import LISTEN_S
from telewatt.tic import Mode

IDENTITY_S = {9600: 2.5, 1200: 5.0}  # once a meter is heard: its address comes once a frame


class Port(NamedTuple):
    """One serial port.

    Attributes:
        device: for example ``/dev/ttyUSB0``.
        stable_name: under /dev/serial/by-id; ``None`` if it has none. The one to configure.
        description: as the adapter describes itself.
    """

    device: str
    stable_name: str | None
    description: str


class Hearing(NamedTuple):
    """What was heard on one port.

    Attributes:
        status: READING if a meter was heard; else what is wrong, with its remedy.
        speed: in Bd.
        parity: whether the parity bit arrives in bit 7.
        meter: its address (ADCO, ADSC), personal data; ``None`` if none was heard in time.
    """

    status: LineStatus
    speed: int | None = None
    mode: Mode | None = None
    parity: bool = False
    meter: str | None = None


def list_ports() -> list[Port]:
    """The serial ports of this machine, by name."""
    from serial.tools.list_ports import comports

    return [
        Port(port.device, stable_name(port.device), port.description or "")
        for port in sorted(comports())
    ]


async def probe(device: str) -> Hearing:
    """Listen on a port at each speed until a meter is heard; at most 11 s (20 s with its address).

    Raises:
        AddressError: ``device`` is no path.
    """
    source = SerialSource(device)
    heard_bytes = False
    for speed in SPEEDS:
        try:
            ear = await _listen(source, speed)
        except SourceError as error:
            return Hearing(error.status)
        if ear.verdict is Verdict.TIC:
            status = LineStatus(LineState.READING, "", (("port", device),))
            return Hearing(status, speed, ear.mode, ear.parity, ear.meter)
        heard_bytes = heard_bytes or ear.verdict is not Verdict.NOTHING
    state = LineState.NOISE if heard_bytes else LineState.SILENT
    return Hearing(LineStatus(state, "", (("port", device),)))


async def _listen(source: SerialSource, speed: int) -> Ear:
    ear = Ear()
    try:
        await source.open(speed)
        async with aclosing(source.chunks()) as chunks:
            await _hear(ear, chunks, speed)
    finally:
        await source.close()
    return ear


async def _hear(ear: Ear, chunks: AsyncGenerator[Chunk], speed: int) -> None:
    """Until the meter's address was heard, or garbage, or the time is up."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LISTEN_S[speed]) as deadline:
            async for chunk in chunks:
                was_sure = ear.verdict is Verdict.TIC
                ear.hear(chunk.data)
                if ear.meter or ear.verdict is Verdict.GARBAGE:
                    return
                if ear.verdict is Verdict.TIC and not was_sure:
                    deadline.reschedule(loop.time() + IDENTITY_S[speed])
    except TimeoutError:
        return
