"""``telewatt demo``: the service on two simulated meters and real pseudo-terminals.

They have a year behind them, and the web page shows it.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
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
    from telewatt.simulator import MeterSettings

METERS = {
    "house": "mode=historic&contract=hc&kva=6&parity=yes&seed=1",
    "solar": "mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2&noise=flip:3e-4",
}
SECONDS_WITHOUT_TERMINAL = 15.0
DAYS = 365
PORT = 8321
PAGE_S = 5.0

_PREPARING = Text(
    "preparing {days} days of history for each meter...",
    "préparation de {days} jours d'historique pour chaque compteur...",
)
_PREPARED = Text("prepared in {seconds} s", "préparés en {seconds} s")
_BEGIN = Text(
    "{name}: a simulated meter on {path}, as a serial port would have it",
    "{name} : un compteur simulé sur {path}, comme le donnerait un port série",
)
_PAGE = Text("web page: {url}", "page web : {url}")
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
    days: Annotated[
        int, typer.Option(min=0, max=3650, help="So many days of history are prepared first.")
    ] = DAYS,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the web page; 0 is any free one.")
    ] = PORT,
) -> None:
    """Watch telewatt read two simulated meters, without any hardware."""
    console = console_of(context)
    if seconds is None and not sys.stdout.isatty():
        seconds = SECONDS_WITHOUT_TERMINAL
    logging.getLogger("telewatt").setLevel(logging.CRITICAL)  # the view shows it all
    with tempfile.TemporaryDirectory(prefix="telewatt-") as folder:
        meters = _prepare(console, Path(folder), days)
        view = asyncio.run(_play(console, Path(folder), meters, seconds, port))
    _tell_summary(console, view)
    read_all = all(name in view.meters and view.meters[name].frames for name in METERS)
    raise typer.Exit(0 if read_all else NOTHING_FOUND)


def _prepare(console: Console, folder: Path, days: int) -> "Mapping[str, MeterSettings]":
    from telewatt.cli.demo_past import write_past
    from telewatt.store.history import history_path

    began = time.monotonic()
    if days:
        console.tell(_PREPARING, days=days)
    meters = write_past(history_path(folder / "journal.db"), METERS, days)
    if days:
        console.tell(_PREPARED, seconds=f"{time.monotonic() - began:.0f}")
    return meters


async def _play(
    console: Console,
    folder: Path,
    meters: "Mapping[str, MeterSettings]",
    seconds: float | None,
    port: int,
) -> "LiveView":
    from functools import partial

    from telewatt.cli.live import show
    from telewatt.cli.live_events import open_events
    from telewatt.cli.live_view import LiveView
    from telewatt.notify import Notifier
    from telewatt.service import Service
    from telewatt.service.page import serve_page

    setup = _setup(console, folder, port)
    served: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(url: str) -> None:
        if not served.done():
            served.set_result(url)

    page = partial(serve_page, on_url=note)
    async with _simulated_meters(console, folder, meters), asyncio.TaskGroup() as parts:
        stop = asyncio.Event()
        service = Service(setup.config, setup.journal, console.language, Notifier({}), page)
        serving = parts.create_task(service.run(stop))
        await service.started.wait()
        url = await _told(served)
        if url:
            console.tell(_PAGE, url=url)
        async with open_events(setup) as (events, from_service):
            view = LiveView(console.language, from_service, note=url)
            await show(view, events, console, seconds)
        stop.set()
        await serving
    return view


def _free_port(port: int) -> int:
    """The same, or any where another program has it: a demo does not wait for that."""
    from telewatt.web.server import bind

    try:
        listeners = bind("127.0.0.1", port)
    except OSError:
        return 0
    for listener in listeners:
        listener.close()
    return port


async def _told(served: "asyncio.Future[str]") -> str:
    """Where the page is; nowhere where it cannot be served."""
    await asyncio.wait([served], timeout=PAGE_S)
    return served.result() if served.done() else ""


def _setup(console: Console, folder: Path, port: int) -> Setup:
    meters = {name: {"source": str(folder / name)} for name in METERS}
    config = build({"meters": meters, "web": {"port": _free_port(port)}}, check_source)
    return Setup(config, None, folder / "journal.db", console)


@asynccontextmanager
async def _simulated_meters(
    console: Console, folder: Path, meters: "Mapping[str, MeterSettings]"
) -> AsyncIterator[None]:
    """As long as this lasts, each meter sends on its own pseudo-terminal, at the true speed."""
    from telewatt.lines import feed, find_line

    async with AsyncExitStack() as plugged, asyncio.TaskGroup() as parts:
        sending = []
        for name, settings in meters.items():
            line = await plugged.enter_async_context(find_line(f"pty:{folder / name}"))
            sending.append(parts.create_task(feed(_chunks(settings), line)))
            console.tell(_BEGIN, name=name, path=line.address)
        try:
            yield
        finally:
            for task in sending:
                task.cancel()


def _chunks(settings: "MeterSettings") -> "Iterator[Chunk]":
    from telewatt.lines import Chunk
    from telewatt.simulator import simulate

    for sent in simulate(settings, datetime.now(UTC)):
        yield Chunk(sent.time, sent.line, sent.baud)


def _tell_summary(console: Console, view: "LiveView") -> None:
    for name in METERS:
        meter = view.meters.get(name)
        if meter is None or not meter.frames:
            console.tell(_MISSED, name=name)
            continue
        counts = {"frames": meter.frames, "rejected": meter.rejected, "repaired": meter.repaired}
        console.tell(_SUMMARY, name=name, **counts)
