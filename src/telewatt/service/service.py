"""One service: the lines of all meters, the journal, the feed, and what systemd is told."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telewatt.config import Config, MeterConfig
from telewatt.derivation import Estimates, Judged
from telewatt.language import Language, Text
from telewatt.notify import Notifier
from telewatt.quality import LineReport, SinkReport
from telewatt.reading import Reading
from telewatt.service.delivery import Delivery
from telewatt.service.disk import Wear, size_of
from telewatt.service.feed import Feed, feed_path, reading_line, state_line
from telewatt.service.historian import Historian
from telewatt.service.live import Live
from telewatt.service.reports import STATE, Reports
from telewatt.service.secrets import secret_of
from telewatt.service.watchdog import keep_alive
from telewatt.sinks import AskedSink, House, Sink
from telewatt.sinks.configured import naming_what_to_install, sinks_of
from telewatt.sources import Access, LineState, LineStatus
from telewatt.sources.line import Line
from telewatt.store import Entry, Journal
from telewatt.store.history import history_path
from telewatt.store.journal import COMMIT_ENTRIES
from telewatt.tic import Mode
from telewatt.truth import EventKind, Judgement

if TYPE_CHECKING:
    from telewatt.service.backfill import Backfill
    from telewatt.service.reloading import Reloading

DISK_S = 0.02  # how late a source without a wire goes on after a commit
WAITING_MAX = 64
"""Threads that may wait for the world: a name takes half a minute where no DNS answers."""
WATCH_S = 1.0  # how late an alarm of the journal, or a state that lasts, may be said
STUCK_S = 30.0
"""Entries that wait this much longer than the commit interval, without an alarm: it hangs."""

_NO_FEED = Text(
    "no live feed at {path}: {why}; reading goes on",
    "pas de flux à {path} : {why} ; la lecture continue",
)
_READY = Text("reading {count} meter(s) into {path}", "compteurs à lire : {count}, vers {path}")
_STOPPED = Text(
    "stopped; of {new} new entries {kept} are on the disk",
    "arrêté ; sur {new} nouvelles entrées, {kept} sont sur le disque",
)


def report_of(name: str, line: Line) -> LineReport:
    """How this line is now."""
    status, counted = line.status, line.counters
    return LineReport(
        name=name,
        meter=line.meter,
        state=str(status.state),
        reading=status.state in (LineState.READING, LineState.ENDED),
        remedy=status.remedy,
        bytes=counted.bytes,
        frames={str(key): count for key, count in counted.frames.items()},
        datasets=counted.datasets,
        repaired=counted.repaired,
        rejected={str(key): count for key, count in counted.rejected.items()},
        openings=counted.openings,
    )


def line_of(
    name: str,
    meter: MeterConfig,
    on_reading: Callable[[Reading], None],
    on_state: Callable[[LineStatus], None],
    on_meter: Callable[[str | None, str], None] | None = None,
    *,
    ready: Callable[[], Awaitable[None]],
    folder: Path,
) -> Line:
    """The line a section of the configuration describes; a wrong source is a ValueError.

    Args:
        ready: see `Line`.
        folder: where relative paths of secrets start.
    """
    file, variable = meter.key_file or meter.password_file, meter.key_env or meter.password_env
    ca_file = None if meter.ca_file is None else folder / Path(meter.ca_file).expanduser()
    mode = None if meter.mode == "auto" else Mode(meter.mode)
    access = Access(secret_of(file, variable, folder), ca_file, mode, meter.identity)
    return Line(
        meter.source,
        name,
        on_reading,
        on_state=on_state,
        on_meter=on_meter,
        mode=mode,
        speed=meter.speed,
        meter=meter.identity,
        ready=ready,
        access=access,
    )


class Service:
    """Reads every configured meter into the journal.

    Args:
        config: already checked; a source it cannot use is a ValueError here.
        journal_path: the file; its directory is made if need be.
        language: of the log and the status.
        notifier: systemd's.
        page: serves what the service knows, as long as it runs; see `telewatt.service.page`.

    Attributes:
        config, path, language: see above.
        journal, live, historian, reports: its parts, for the page.
        started: set when every line is at work and clients may come.

    Raises:
        JournalError: its path is a folder, or another service writes this journal.
    """

    def __init__(
        self,
        config: Config,
        journal_path: Path,
        language: Language,
        notifier: Notifier,
        page: "Callable[[Service], Coroutine[None, None, None]] | None" = None,
    ) -> None:
        self.config, self.path, self.language = config, journal_path, language
        self._page = page
        self._notifier = notifier
        self.reports = Reports(language, time.monotonic)
        self._states: dict[str, LineStatus] = {}
        self.started = asyncio.Event()
        self._lines = {name: self._line(name, meter) for name, meter in config.meters.items()}
        self._feed = Feed(self._state_lines)
        self.journal = Journal.open(
            journal_path,
            commit_interval_s=config.journal.commit_interval_s,
            memory_bytes=config.journal.memory_limit_mib << 20,
            disk_bytes=config.journal.disk_limit_mib << 20,
        )
        self.historian = Historian(
            self.journal, history_path(journal_path), self.reports, self._tell_judged
        )
        self._estimates = Estimates()
        self.live = Live()
        self._broker_is_back = asyncio.Event()
        self._sinks = dict(self._sinks_of_config())
        self._deliveries = [self._delivery(name, sink) for name, sink in self._sinks.items()]
        self._backfill, self._reloading = self._of_home()
        self._wear = Wear(time.monotonic())

    def _line(self, name: str, meter: MeterConfig) -> Line:
        return line_of(
            name,
            meter,
            self._append,
            on_state=lambda status: self._show(name, status),
            on_meter=lambda before, now: self.reports.meter(name, before, now),
            ready=self._wait_for_disk,
            folder=self.path.parent,
        )

    def _sinks_of_config(self) -> Iterator[tuple[str, Sink]]:
        folder = self.path.parent
        secret = partial(secret_of, folder=folder)
        house = House(
            folder, self.language, self.line_reports, secret, self.sink_reports, self._unsaved
        )
        return sinks_of(self.config, house)

    def _delivery(self, name: str, sink: Sink) -> Delivery:
        history = history_path(self.path)
        on_back = self._broker_is_back.set if name == "mqtt" else None
        return Delivery(name, sink, self.journal, history, self.reports, self.live, on_back)

    def _unsaved(self) -> int:
        return self.journal.last_seq - self.journal.durable_seq

    def line_reports(self) -> list[LineReport]:
        """How every line is now."""
        return [report_of(name, line) for name, line in self._lines.items()]

    def sink_reports(self) -> list[SinkReport]:
        """How every sink is now."""
        reports = [delivery.report for delivery in self._deliveries]
        return reports if self._backfill is None else [*reports, self._backfill.report]

    def _of_home(self) -> "tuple[Backfill | None, Reloading | None]":
        """What does for Home Assistant that which MQTT cannot."""
        section = self.config.homeassistant
        if section is None:
            return None, None
        with naming_what_to_install("homeassistant"):
            from telewatt.service.backfill import Backfill  # its library is large
            from telewatt.service.reloading import Reloading

        token = secret_of(section.token_file, section.token_env, self.path.parent)
        backfill = Backfill(
            section,
            token,
            history_path(self.path),
            self.historian.open_part,
            set(self.config.meters),
            self.live.recent,
            self.reports,
            self.language,
        )
        if not (section.reload_mqtt and self.config.mqtt and self.config.mqtt.announces):
            return backfill, None
        broker = self._sinks["mqtt"]
        return backfill, Reloading(
            section.url,
            token,
            self._broker_is_back,
            lambda: broker.connection,
            self.reports,
        )

    def metrics(self) -> str:
        """What a Prometheus is told; empty where none is configured."""
        asked = (sink for sink in self._sinks.values() if isinstance(sink, AskedSink))
        return "".join(sink.text() for sink in asked)

    def _append(self, reading: Reading) -> None:
        self.journal.append(reading)

    def _tell_judged(self, entry: Entry, judgement: Judgement) -> None:
        reading = entry.reading
        active = self._estimates.follow(reading, judgement)
        for event in judgement.events:
            if event.kind is not EventKind.METER:  # the line has said so
                self.reports.event(reading.source, event)
        if self._feed.has_clients:
            self._feed.tell(reading_line(Judged(entry.seq, reading, judgement, active)))

    async def _wait_for_disk(self) -> None:
        """Let the disk catch up, so that captures never fill the memory of the journal."""
        while self.journal.last_seq - self.journal.durable_seq > COMMIT_ENTRIES:  # noqa: ASYNC110
            await asyncio.sleep(DISK_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Read until ``stop`` is set or every source is at its end; the journal is closed then.

        Raises:
            ExceptionGroup: a bug in a part of the service; all others were stopped in good order.
        """
        workers = ThreadPoolExecutor(WAITING_MAX, thread_name_prefix="waiting")
        asyncio.get_running_loop().set_default_executor(workers)
        async with AsyncExitStack() as opened:
            opened.callback(self._close)
            await self._open_feed(opened)
            await self._run_parts(stop)

    def _close(self) -> None:
        self.journal.close()
        self.reports.alarms(self.journal.alarms)
        new, kept = self.journal.counters.appended, self.journal.counters.committed
        self.reports.say(logging.INFO, _STOPPED, new=new, kept=kept)

    async def _open_feed(self, opened: AsyncExitStack) -> None:
        path = feed_path(self.path)
        try:
            await opened.enter_async_context(self._feed.open(path))
        except OSError as error:
            self.reports.say(logging.WARNING, _NO_FEED, path=path, why=error.strerror or error)

    async def _run_parts(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as parts:
            lines = [parts.create_task(line.run()) for line in self._lines.values()]
            others = [parts.create_task(part) for part in self._other_parts()]
            if not lines:  # the page alone, for the first start
                self.started.set()
            await self.started.wait()
            self._announce()
            await _first_of(stop.wait(), asyncio.wait(lines) if lines else stop.wait())
            self._notifier.stopping()
            for task in (*lines, *others):
                task.cancel()

    def _other_parts(self) -> Iterator[Coroutine[None, None, None]]:
        yield self.journal.run()
        yield self.live.run(self.journal, history_path(self.path))  # woken first: people look
        yield self._feed.run(self.journal)
        yield self.historian.run()
        yield from (delivery.run() for delivery in self._deliveries)
        if self._backfill is not None:
            yield self._backfill.run()
        if self._reloading is not None:
            yield self._reloading.run()
        yield self._count()
        yield self._watch()
        if self._page is not None:
            yield self._page(self)
        limit_s = self.config.journal.commit_interval_s + STUCK_S
        yield keep_alive(self.journal, self._notifier, limit_s)

    def _announce(self) -> None:
        self.reports.say(logging.INFO, _READY, count=len(self._lines), path=self.path)
        self._notifier.ready()
        self._show_status()

    # -- lines ---------------------------------------------------------------------------

    def _show(self, name: str, status: LineStatus) -> None:
        self._states[name] = status
        self.reports.state(name, status)
        self._feed.tell(state_line(name, status))
        if len(self._states) == len(self._lines):
            self.started.set()
        if self.started.is_set():
            self._show_status()

    def _show_status(self) -> None:
        words = (
            STATE.fill(name=name, remedy=status.remedy) for name, status in self._states.items()
        )
        self._notifier.status(" | ".join(text.of(self.language) for text in words))

    def _state_lines(self) -> Iterator[bytes]:
        return (state_line(name, status) for name, status in self._states.items())

    # -- parts that run as long as the service ----------------------------------------------

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(self.config.log.counters_interval_s)
            for name, line in self._lines.items():
                self.reports.counters(name, line)
            files = (self.path, history_path(self.path))
            self.reports.disk(self._wear.look(time.monotonic()), sum(map(size_of, files)))

    async def _watch(self) -> None:
        while True:
            self.reports.alarms(self.journal.alarms)
            self.reports.say_what_lasts()
            await asyncio.sleep(WATCH_S)


async def _first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when one of these is done; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
