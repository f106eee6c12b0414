"""``telewatt live``: the meters in the terminal."""

import asyncio
import contextlib
import errno
import os
import sys
import termios
import tty
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import typer

from telewatt.cli.console import Console, console_of, discard_output
from telewatt.cli.options import ConfigOption, JournalOption, MeterOption
from telewatt.cli.setup import Setup, load
from telewatt.language import Text

if TYPE_CHECKING:
    from telewatt.cli.live_events import Event
    from telewatt.cli.live_view import LiveView

REFRESH_S = 0.25

_GONE = Text("the service has stopped", "le service s'est arrêté")


def live(
    context: typer.Context,
    config: ConfigOption = None,
    meter: MeterOption = None,
    journal: JournalOption = None,
) -> None:
    """Show the meters in the terminal, as they are now; q quits."""
    setup = load(console_of(context), config, meter, journal)
    asyncio.run(_watch(setup))


async def _watch(setup: Setup) -> None:
    from telewatt.cli.live_events import open_events
    from telewatt.cli.live_view import LiveView

    async with open_events(setup) as (events, from_service):
        view = LiveView(setup.console.language, from_service)
        await show(view, events, setup.console)


async def show(
    view: "LiveView",
    events: "AsyncIterator[Event]",
    console: Console,
    seconds: float | None = None,
) -> None:
    """Show events until the user quits, the time is over or there are no more.

    In a terminal that can draw as a screen, elsewhere one line an event.
    """
    from telewatt.service.signals import on_end_signal

    stop = asyncio.Event()
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, stop.set)
    on_end_signal(stop.set)
    output = _draw if _can_draw() else _write
    showing = asyncio.ensure_future(output(view, events, console, stop))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((showing, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    showing.cancel()
    try:
        await showing
    except asyncio.CancelledError:
        pass
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        discard_output()  # the terminal has gone


def _can_draw() -> bool:
    from rich.console import Console as Terminal

    return sys.stdout.isatty() and not Terminal().is_dumb_terminal


async def _write(
    view: "LiveView", events: "AsyncIterator[Event]", console: Console, stop: asyncio.Event
) -> None:
    from telewatt.cli.live_view import plain_line

    try:
        async for event in events:
            view.take(event)
            if "settled" in event:
                continue
            sys.stdout.write(plain_line(event, console.language) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads standard output has seen enough
        discard_output()


async def _draw(
    view: "LiveView", events: "AsyncIterator[Event]", console: Console, stop: asyncio.Event
) -> None:
    from rich.live import Live

    with _key_q(stop), Live(screen=True, auto_refresh=False) as screen:
        taking = asyncio.ensure_future(_take(view, events))
        try:
            while not taking.done():
                screen.update(view.draw(screen.console.height), refresh=True)
                await asyncio.sleep(REFRESH_S)
            taking.result()
            if not view.from_service:  # what the sources said last stays there to be read
                screen.update(view.draw(screen.console.height), refresh=True)
                await stop.wait()
        finally:
            taking.cancel()
    if view.from_service:
        console.tell(_GONE)


async def _take(view: "LiveView", events: "AsyncIterator[Event]") -> None:
    async for event in events:
        view.take(event)


@contextlib.contextmanager
def _key_q(stop: asyncio.Event) -> Iterator[None]:
    """While this lasts, the key q sets ``stop``, and so does the end of the terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)

    def read() -> None:
        try:
            keys = os.read(descriptor, 64)
        except OSError:
            keys = b""
        if not keys:  # the terminal has gone, and who ignores SIGHUP would hear so for ever
            loop.remove_reader(descriptor)
        if not keys or keys.lower().startswith(b"q"):
            stop.set()

    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, read)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
        with contextlib.suppress(termios.error):  # the terminal has gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
