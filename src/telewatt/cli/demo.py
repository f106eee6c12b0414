"""``telewatt demo``: the service on two simulated meters and real pseudo-terminals."""

import asyncio
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telewatt.cli.console import NOTHING_FOUND, Console, console_of
from telewatt.cli.setup import Setup, check_source
from telewatt.config import build
from telewatt.language import Text

if TYPE_CHECKING:
    from telewatt.cli.live_view import LiveView
    from telewatt.lines import Chunk

METERS = {
    "house": "mode=historic&contract=hc&kva=6&parity=yes&seed=1",
    "solar": "mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2&noise=flip:3e-4",
}
SECONDS_WITHOUT_TERMINAL = 15.0

_BEGIN = Text(
    "{name}: a simulated meter on {path}, as a serial port would have it",
    "{name} : un compteur simulé sur {path}, comme le donnerait un port série",
)
_SUMMARY = Text(
    "{name}: {frames} frames, {rejected} rejected, {repaired} repaired",
    "{name} : {frames} trames, {rejected} rejetés, {repaired} réparés",
)
_MISSED = Text("{name}: was not read", "{name} : n'a pas été lu")


def demo(
    context: typer.Context,
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="Stop after this time; without a terminal 15, else never."),
    ] = None,
) -> None:
    """Watch telewatt read two simulated meters, without any hardware."""
    console = console_of(context)
    if seconds is None and not sys.stdout.isatty():
        seconds = SECONDS_WITHOUT_TERMINAL
    logging.getLogger("telewatt").setLevel(logging.CRITICAL)  # the view shows it all
    with tempfile.TemporaryDirectory(prefix="telewatt-") as folder:
        view = asyncio.run(_play(console, Path(folder), seconds))
    _tell_summary(console, view)
    read_all = all(name in view.meters and view.meters[name].frames for name in METERS)
    raise typer.Exit(0 if read_all else NOTHING_FOUND)


async def _play(console: Console, folder: Path, seconds: float | None) -> "LiveView":
    from telewatt.cli.live import show
    from telewatt.cli.live_events import open_events
    from telewatt.cli.live_view import LiveView
    from telewatt.notify import Notifier
    from telewatt.service import Service

    setup = _setup(console, folder)
    async with _simulated_meters(console, folder), asyncio.TaskGroup() as parts:
        stop = asyncio.Event()
        service = Service(setup.config, setup.journal, console.language, Notifier({}))
        serving = parts.create_task(service.run(stop))
        await service.started.wait()
        async with open_events(setup) as (events, from_service):
            view = LiveView(console.language, from_service)
            await show(view, events, console, seconds)
        stop.set()
        await serving
    return view


def _setup(console: Console, folder: Path) -> Setup:
    meters = {name: {"source": str(folder / name)} for name in METERS}
    config = build({"meters": meters}, check_source)
    return Setup(config, None, folder / "journal.db", console)


@asynccontextmanager
async def _simulated_meters(console: Console, folder: Path) -> AsyncIterator[None]:
    """As long as this lasts, each meter sends on its own pseudo-terminal, at the true speed."""
    from telewatt.lines import feed, find_line

    async with AsyncExitStack() as plugged, asyncio.TaskGroup() as parts:
        sending = []
        for name, settings in METERS.items():
            line = await plugged.enter_async_context(find_line(f"pty:{folder / name}"))
            sending.append(parts.create_task(feed(_chunks(settings), line)))
            console.tell(_BEGIN, name=name, path=line.address)
        try:
            yield
        finally:
            for task in sending:
                task.cancel()


def _chunks(settings: str) -> "Iterator[Chunk]":
    from telewatt.lines import Chunk
    from telewatt.simulator import parse_settings, simulate

    for sent in simulate(parse_settings(settings), datetime.now(UTC)):
        yield Chunk(sent.time, sent.line, sent.baud)


def _tell_summary(console: Console, view: "LiveView") -> None:
    for name in METERS:
        meter = view.meters.get(name)
        if meter is None or not meter.frames:
            console.tell(_MISSED, name=name)
            continue
        counts = {"frames": meter.frames, "rejected": meter.rejected, "repaired": meter.repaired}
        console.tell(_SUMMARY, name=name, **counts)
