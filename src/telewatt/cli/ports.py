"""``telewatt ports``: the serial ports of this machine, and what is heard on each."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer

from telewatt.cli.console import NOTHING_FOUND, Console, console_of
from telewatt.language import Text
from telewatt.sources import AddressError, LineState
from telewatt.sources.ports import Hearing, Port, list_ports, probe
from telewatt.sources.serialport import SerialSource

_NONE = Text(
    "no serial port: plug the adapter in, then try again; `dmesg` says if the kernel sees it",
    "aucun port série : branchez l'adaptateur puis recommencez ; `dmesg` dit si le noyau le voit",
)
_LISTENING = Text(
    "ports to listen on: {count}, up to 20 s...", "ports à écouter : {count}, 20 s au plus..."
)
_HEARD = Text(
    "meter {meter}, {mode} mode, {speed} Bd, {parity}",
    "compteur {meter}, mode {mode}, {speed} Bd, {parity}",
)
_MODES = {
    "historic": Text("historic", "historique"),
    "historic_ht": Text("historic", "historique"),
    "standard": Text("standard", "standard"),
}
_PARITY = {
    True: Text("parity arrives: errors are repaired", "parité reçue : les erreurs sont réparées"),
    False: Text("no parity arrives", "pas de parité reçue"),
}
_NO_ADDRESS = Text("without an address yet", "sans adresse pour l'instant")


def ports(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PORT]", help="Listen on these ports only, for example /dev/ttyS0."
        ),
    ] = None,
) -> None:
    """List the serial ports and listen on each: which meter, mode and speed, or what is wrong."""
    console = console_of(context)
    found = [_port_at(path, console) for path in paths or []] or list_ports()
    if not found:
        console.fail(_NONE, code=NOTHING_FOUND)
    console.tell(_LISTENING, count=len(found))
    hearings = asyncio.run(_listen(console, found))
    heard = any(hearing.status.state is LineState.READING for hearing in hearings)
    raise typer.Exit(0 if heard else NOTHING_FOUND)


def _port_at(path: str, console: Console) -> Port:
    try:
        SerialSource(path)
    except AddressError as error:
        console.fail(error.text)
    return Port(path, None, "")


async def _listen(console: Console, found: list[Port]) -> list[Hearing]:
    """On all at once, each shown as soon as it is known."""

    async def listen(port: Port) -> Hearing:
        hearing = await probe(port.device)
        console.answer(*_describe(port, hearing, console))
        return hearing

    return await asyncio.gather(*map(listen, found))


def _describe(port: Port, hearing: Hearing, console: Console) -> Iterator[str]:
    yield f"{port.device}  {port.description}".rstrip()
    yield f"  {_what(hearing).of(console.language)}"
    if hearing.status.state is LineState.READING:
        yield f'  source = "{port.stable_name or port.device}"'


def _what(hearing: Hearing) -> Text:
    if hearing.status.state is not LineState.READING or hearing.mode is None:
        return hearing.status.remedy
    return _HEARD.fill(
        meter=hearing.meter or _NO_ADDRESS,
        mode=_MODES[hearing.mode],
        speed=hearing.speed,
        parity=_PARITY[hearing.parity],
    )
