"""Where a meter's bytes come from: one plug point, from serial ports to captures.

A source opens, yields chunks, closes. It does not retry, judge or decode: `telewatt.sources.line`
does this for all of them. ``SOURCES`` names every implementation; each is imported when it is used.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple, cast

from telewatt.language import Text
from telewatt.sources.state import AddressError, LineState, LineStatus, SourceError
from telewatt.tic import Mode

__all__ = [
    "SOURCES",
    "Access",
    "AddressError",
    "Chunk",
    "LineState",
    "LineStatus",
    "Source",
    "SourceError",
    "arrived",
    "source_for",
]

SOURCES = {
    "serial": "telewatt.sources.serialport:SerialSource",
    "socket": "telewatt.sources.tcp:TcpSource",
    "rfc2217": "telewatt.sources.rfc2217:Rfc2217Source",
    "file": "telewatt.sources.file:FileSource",
    "stdin": "telewatt.sources.stdin:StdinSource",
    "sim": "telewatt.sources.sim:SimSource",
    "esphome": "telewatt.sources.esphome:EsphomeSource",
    "esphome+values": "telewatt.sources.esphome_values:EsphomeValuesSource",
    "mqtt": "telewatt.sources.mqtt:MqttSource",
    "mqtts": "telewatt.sources.mqtt:MqttsSource",
}
"""Scheme -> "module:Class". ``/dev/...`` means ``serial:/dev/...`` and ``-`` means ``stdin:``."""

_UNKNOWN = Text(
    "{url!r}: unknown kind of source; write one of {kinds}",
    "{url!r} : sorte de source inconnue ; écrivez l'une de celles-ci : {kinds}",
)
_UNPRINTABLE = Text(
    "{url!r}: write the address without control characters",
    "{url!r} : écrivez l'adresse sans caractères de contrôle",
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_USER = re.compile(r"(?<=//)[^/]*@")


class Chunk(NamedTuple):
    """Bytes as received, parity bits included, and when the last of them arrived (aware UTC)."""

    data: bytes
    received_at: datetime


class Access(NamedTuple):
    """What a section of the configuration says beyond the address.

    Attributes:
        secret: gives the key or password, read anew at each opening; ``None`` if none is
            configured. It may raise an OSError whose ``text`` says the remedy.
        ca_file: certificates to trust instead of the system's.
        mode, identity: of the meter, if they are configured.
    """

    secret: Callable[[], str | None] = lambda: None
    ca_file: Path | None = None
    mode: Mode | None = None
    identity: str | None = None


class Source(ABC):
    """What every source can do; built from its address without any I/O (`AddressError`).

    Attributes:
        speeds: the line speeds in Bd worth trying, best first; empty where the speed of the
            line is not the reader's business (TCP, files, the simulator). A ``speed`` in the
            configuration of a source without any has no effect: whoever checks it says so.
        wired: a meter's wire is behind it: what is not read in time is lost, and silence is a
            fault. Without one the bytes wait for their reader (files, pipes, the simulator).
        relayed: its bytes are frames that `telewatt.tic.relayed` wrote: values that another
            program had decoded.
        quiet_s: without a frame for so many seconds it is silent; ``None``: as a wire.
        secret: what it may need to be let in; ``""``: nothing.
        trust: whether it looks at certificates.
        access: what is not in its address; set before the first opening.
    """

    speeds: Sequence[int] = ()
    wired: bool
    relayed = False
    quiet_s: float | None = None
    secret: Literal["", "key", "password"] = ""
    trust: Literal["", "ca"] = ""
    access = Access()

    @abstractmethod
    async def open(self, speed: int | None) -> None:
        """Open, at ``speed`` Bd where it matters; after `close` it may be opened again.

        Raises:
            SourceError: with the state the user shall see, and its cause.
        """

    @abstractmethod
    def chunks(self) -> AsyncGenerator[Chunk]:
        """Yield what arrives; to end is the end of the data, a lost line is a `SourceError`."""

    @abstractmethod
    async def close(self) -> None:
        """Release everything; harmless if nothing is open."""

    async def rivals(self) -> list[str]:
        """Other programs which read the same bytes away, each as "name (pid 123)"."""
        return []


def arrived(data: bytes) -> Chunk:
    """The chunk of bytes which arrived just now."""
    return Chunk(data, datetime.now(UTC))


def source_for(url: str) -> Source:
    """The source an address names; nothing is opened yet.

    Raises:
        AddressError: no such kind of source, or an address it cannot use; says the remedy,
            never a password.

    >>> source_for("/dev/ttyUSB0").speeds
    (9600, 1200)
    """
    scheme, address = _split(url)
    shown = _USER.sub("...@", url)
    if _CONTROL.search(url):
        raise AddressError(_UNPRINTABLE.fill(url=shown))
    if scheme not in SOURCES:
        kinds = ", ".join(["/dev/...", "-", *(f"{name}:" for name in SOURCES)])
        raise AddressError(_UNKNOWN.fill(url=shown, kinds=kinds))
    module, _, name = SOURCES[scheme].partition(":")
    return cast(Source, getattr(import_module(module), name)(address))


def _split(url: str) -> tuple[str, str]:
    if url == "-":
        return "stdin", ""
    if url.startswith("/"):
        return "serial", url
    scheme, _, address = url.partition(":")
    return scheme, address
