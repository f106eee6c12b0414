"""``telewatt simulate``: digital-twin meters on pseudo-terminals, TCP, files, standard output."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from telewatt.cli import simulate_help as texts
from telewatt.cli.console import Console, console_of
from telewatt.cli.scenario import Given, Part, Scenario, ScenarioError, read_scenario, scenario_of
from telewatt.language import Text
from telewatt.lines import Chunk, Line, LineError, Tally, feed, find_line
from telewatt.simulator import SettingsError, Transmission
from telewatt.simulator import simulate as simulate_meter
from telewatt.simulator.text import RefusedError, read_seconds

STDOUT = "-"
OUTPUT_ERROR = 1

_ONE_EACH = Text(
    "{meters} --meter but {outputs} --to: give each meter its own output",
    "{meters} --meter mais {outputs} --to : donnez à chaque compteur sa sortie",
)
_FILE_OR_METERS = Text(
    "the scenario names the meters: leave --meter and --to out",
    "le scénario nomme les compteurs : n'indiquez ni --meter ni --to",
)
_ENDLESS = Text(
    "{to} would fill the disk: add --duration 1d, or --speed 1",
    "{to} remplirait le disque : ajoutez --duration 1d, ou --speed 1",
)
_WRONG = Text("{option}: {why}", "{option} : {why}")
_BEGIN = Text(
    "{name}: {address} (meter {meter}, {mode})",
    "{name} : {address} (compteur {meter}, {mode})",
)
_END = Text(
    "{name}: {sent} bytes sent, {dropped} lost because nobody read them",
    "{name} : {sent} octets envoyés, {dropped} perdus faute de lecteur",
)


@dataclass(slots=True)
class Playing:
    """One meter at work: its part of the scenario, its line and its stream."""

    part: Part
    line: Line
    stream: Iterator[Transmission]
    tally: Tally = field(default_factory=Tally)

    async def run(self, advance: Callable[[float], None]) -> None:
        """Send the stream to its end; ``advance`` is told each step in simulated seconds."""
        speed = self.part.settings.speed
        await feed(self._chunks(advance), self.line, speed=speed, tally=self.tally)

    def _chunks(self, advance: Callable[[float], None]) -> Iterator[Chunk]:
        before: datetime | None = None
        for sent in self.stream:
            if before is not None:
                advance((sent.time - before).total_seconds())
            before = sent.time
            yield Chunk(sent.time, sent.line, sent.baud)


def simulate(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    scenario: Annotated[Path | None, typer.Argument(help=texts.SCENARIO.en)] = None,
    *,
    meter: Annotated[list[str] | None, typer.Option(help=texts.METER.en)] = None,
    to: Annotated[list[str] | None, typer.Option(help=texts.TO.en)] = None,
    speed: Annotated[float | None, typer.Option(min=0, help=texts.SPEED.en)] = None,
    parity: Annotated[bool | None, typer.Option(help=texts.PARITY.en)] = None,
    duration: Annotated[str | None, typer.Option(help=texts.DURATION.en)] = None,
    seed: Annotated[int | None, typer.Option(help=texts.SEED.en)] = None,
    start: Annotated[str | None, typer.Option(help=texts.START.en)] = None,
    script: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help=texts.SCRIPT.en)
    ] = None,
    noise: Annotated[str | None, typer.Option(help=texts.NOISE.en)] = None,
    strict_speed: Annotated[
        bool, typer.Option("--strict-speed", help=texts.STRICT_SPEED.en)
    ] = False,
    anywhere: Annotated[bool, typer.Option("--anywhere", help=texts.ANYWHERE.en)] = False,
) -> None:
    """See `simulate_help.COMMAND`."""
    console = console_of(context)
    general = {
        "speed": speed,
        "parity": None if parity is None else ("yes" if parity else "no"),
        "seed": seed,
        "start": start,
        "events": script and script.read_text(encoding="utf-8", errors="replace"),
        "noise": noise,
    }
    given = {key: str(value) for key, value in general.items() if value is not None}
    try:
        wanted = _scenario(console, scenario, meter or [], to or [], given)
        duration_s = _seconds(console, duration or wanted.duration)
        meters = _meters(console, wanted, duration_s, strict_speed, anywhere)
    except (ScenarioError, LineError) as error:
        console.fail(error.text)
    try:
        with _progress(meters, duration_s) as advance:
            asyncio.run(_play(console, meters, advance))
    except LineError as error:
        console.fail(error.text, OUTPUT_ERROR)


simulate.__doc__ = texts.COMMAND.en


def _scenario(
    console: Console, path: Path | None, meters: list[str], outputs: list[str], given: Given
) -> Scenario:
    speeds = {"pty": "1", "tcp": "1", "file": "0", STDOUT: "1" if sys.stdout.isatty() else "0"}
    if path is not None:
        if meters or outputs:
            console.fail(_FILE_OR_METERS)
        return read_scenario(path, given, speeds)
    if len(meters) < 2 and len(outputs) < 2:
        meters, outputs = meters or [""], outputs or [STDOUT]
    if len(meters) != len(outputs):
        console.fail(_ONE_EACH, meters=len(meters), outputs=len(outputs))
    return scenario_of(zip(meters, outputs, strict=True), given, speeds)


def _seconds(console: Console, duration: str | None) -> int | None:
    try:
        return read_seconds(duration) if duration else None
    except RefusedError as error:
        console.fail(_WRONG, option="--duration", why=error.text)


def _meters(
    console: Console, scenario: Scenario, duration_s: int | None, strict_speed: bool, anywhere: bool
) -> list[Playing]:
    """Every mistake shows here, before anything is plugged."""
    now = datetime.now(UTC).replace(microsecond=0)
    meters = []
    for part in scenario.parts:
        if part.to.startswith("file:") and not part.settings.speed and duration_s is None:
            console.fail(_ENDLESS, to=part.to)
        line = find_line(part.to, strict_speed=strict_speed, anywhere=anywhere)
        begin = part.settings.start or now
        try:
            stream = simulate_meter(part.settings, begin)
        except SettingsError as error:
            console.fail(_WRONG, option=part.name, why=error.text)
        meters.append(Playing(part, line, _until(stream, begin, duration_s)))
    return meters


def _until(
    stream: Iterator[Transmission], begin: datetime, duration_s: int | None
) -> Iterator[Transmission]:
    end = datetime.max.replace(tzinfo=UTC)
    if duration_s is not None:
        end = begin + timedelta(seconds=duration_s)
    for sent in stream:
        if sent.time >= end:
            return
        yield sent


async def _play(console: Console, meters: list[Playing], advance: Callable[[float], None]) -> None:
    """Plug every line, feed them all, and say what became of it, also when it is interrupted."""
    from telewatt.service.signals import on_end_signal

    itself = asyncio.current_task()
    assert itself is not None
    on_end_signal(itself.cancel)
    async with AsyncExitStack() as plugged:
        for meter in meters:
            await plugged.enter_async_context(meter.line)
            _tell_begin(console, meter)
        try:
            await asyncio.gather(*(meter.run(advance) for meter in meters))
        except asyncio.CancelledError:
            pass  # Ctrl-C is the usual end
        except BrokenPipeError:
            pass  # whoever reads standard output has seen enough
        finally:
            for meter in meters:
                _tell_end(console, meter)


def _tell_begin(console: Console, meter: Playing) -> None:
    settings = meter.part.settings
    console.tell(
        _BEGIN,
        name=meter.part.name,
        address=meter.line.address,
        meter=settings.meter_address,
        mode=settings.mode,
    )


def _tell_end(console: Console, meter: Playing) -> None:
    tally = meter.tally
    console.tell(_END, name=meter.part.name, sent=tally.sent, dropped=tally.dropped)


@contextmanager
def _progress(meters: list[Playing], duration_s: int | None) -> Iterator[Callable[[float], None]]:
    """A bar over all meters where the end is known and nobody listens live."""
    hurried = all(meter.part.settings.speed == 0 for meter in meters)
    if not duration_s or not hurried or not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    terminal = Terminal(stderr=True)
    with Progress(*columns, console=terminal, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=duration_s * len(meters))
        yield lambda step: bar.advance(task, step)
