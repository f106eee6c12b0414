"""Delivering the journal to a sink."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from bench.past import readings_of
from telewatt.derivation import Judged
from telewatt.reading import Reading
from telewatt.service.delivery import Delivery
from telewatt.service.live import Live
from telewatt.service.reports import Reports
from telewatt.service.shown import Shown
from telewatt.sinks import LiveSink, Sink
from telewatt.store import Journal
from telewatt.store.backup import back_up
from telewatt.store.history import history_path
from telewatt.store.restore import restore

READINGS = readings_of("house", "sim:?mode=historic&contract=base&seed=2&every=30s&step=30s", 0.5)


class Folder(Sink):
    """Keeps what it is given; away as long as it is told to be."""

    def __init__(self) -> None:
        self.kept: list[Reading] = []
        self.away = 0
        self.closed = False

    async def write(self, batch: Sequence[Judged]) -> None:
        if self.away:
            self.away -= 1
            raise OSError(28, "No space left on device")
        self.kept += [judged.reading for judged in batch]

    async def close(self) -> None:
        self.closed = True


def delivery_of(journal: Journal, sink: Sink, live: Live | None = None) -> Delivery:
    history = history_path(journal.path)
    reports = Reports("en", lambda: 0.0)
    return Delivery("files", sink, journal, history, reports, live or Live())


async def deliver(journal: Journal, sink: Folder, count: int, new: list[Reading]) -> None:
    """Deliver until the sink has so many."""
    running = asyncio.create_task(delivery_of(journal, sink).run())
    while not running.done() and not journal.place("files"):
        await asyncio.sleep(0.001)
        if not journal.last_seq:
            break
    for reading in new:
        journal.append(reading)
    while len(sink.kept) < count and not running.done():  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_new_sink_begins_with_what_comes(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        for reading in READINGS[:10]:
            journal.append(reading)
        sink = Folder()
        await deliver(journal, sink, 5, READINGS[10:15])
    assert sink.kept == READINGS[10:15]
    assert sink.closed


async def test_a_sink_goes_on_where_it_was(tmp_path: Path) -> None:
    sink = Folder()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        await deliver(journal, sink, 5, READINGS[:5])
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        for reading in READINGS[5:9]:  # while nothing was delivered
            journal.append(reading)
        await deliver(journal, sink, 12, READINGS[9:12])
    assert sink.kept == READINGS[:12]


@pytest.mark.parametrize(("again", "first"), [(3, 6), (32, 0)])
async def test_a_sink_that_keeps_some_in_memory_is_given_them_again(tmp_path, again, first) -> None:
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        await deliver(journal, Folder(), 9, READINGS[:9])
    sink = Folder()
    sink.again = again
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        await deliver(journal, sink, 12 - first, READINGS[9:12])
    assert sink.kept == READINGS[first:12]


async def test_whoever_waits_for_a_sink_is_told_when_it_is_back_and_never_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.delivery.RETRY_S", 0.001)
    backs: list[int] = []
    sink = Folder()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        history, reports = history_path(journal.path), Reports("en", lambda: 0.0)
        delivery = Delivery(
            "files", sink, journal, history, reports, Live(), lambda: backs.append(len(sink.kept))
        )
        running = asyncio.create_task(delivery.run())
        while not journal.has_place("files"):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        for away, total in ((0, 5), (2, 10), (1, 15)):
            sink.away = away
            for reading in READINGS[total - 5 : total]:
                journal.append(reading)
            while len(sink.kept) < total:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert len(backs) == 2
    assert backs[0] > 5


async def test_a_sink_that_was_away_misses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr("telewatt.service.delivery.RETRY_S", 0.001)
    sink = Folder()
    sink.away = 3
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        await deliver(journal, sink, 20, READINGS[:20])
    assert sink.kept == READINGS[:20]
    assert caplog.text.count("No space left") == 1
    assert caplog.text.count("files: works again") == 1


async def test_numbers_that_a_restoration_skips_do_not_wait(tmp_path: Path) -> None:
    before, after = tmp_path / "journal.db", tmp_path / "new" / "journal.db"
    with closing(Journal.open(before)) as journal:
        await deliver(journal, Folder(), 5, READINGS[:5])
    back_up(before, tmp_path / "backup")
    restore(tmp_path / "backup", after)
    with closing(Journal.open(after)) as journal:
        for reading in READINGS[5:8]:
            journal.append(reading)
        assert delivery_of(journal, Folder()).report.waiting == 3


class Screen(LiveSink):
    """Shows and keeps; what it is shown or given is away as long as it is told to be."""

    def __init__(self) -> None:
        self.shown: list[int] = []
        self.written: list[int] = []
        self.away = False
        self.slow = asyncio.Event()
        self.slow.set()

    async def show(self, judged: Judged) -> None:
        if self.away:
            raise OSError(111, "Connection refused")
        self.shown.append(judged.seq)

    async def write(self, batch: Sequence[Judged]) -> None:
        await self.slow.wait()
        if self.away:
            raise OSError(111, "Connection refused")
        self.written += [judged.seq for judged in batch]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


@asynccontextmanager
async def watching(journal: Journal, sink: Screen) -> AsyncIterator[Delivery]:
    live = Live()
    delivery = delivery_of(journal, sink, live)
    async with asyncio.TaskGroup() as parts:
        tasks = [
            parts.create_task(live.run(journal, history_path(journal.path))),
            parts.create_task(delivery.run()),
        ]
        await asyncio.sleep(0.05)
        try:
            yield delivery
        finally:
            for task in tasks:
                task.cancel()


async def test_what_was_shown_is_not_written_again(tmp_path: Path) -> None:
    sink = Screen()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        async with watching(journal, sink):
            for reading in READINGS[:10]:
                journal.append(reading)
            await until(lambda: journal.place("files") == 10)
    assert sink.shown == [*range(1, 11)]
    assert sink.written == []


async def test_what_could_not_be_shown_is_written_later_and_nothing_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.delivery.RETRY_S", 0.01)
    sink = Screen()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        async with watching(journal, sink) as delivery:
            journal.append(READINGS[0])
            await until(lambda: sink.shown == [1])
            sink.away = True
            for reading in READINGS[1:6]:
                journal.append(reading)
            await until(lambda: not delivery.report.working)
            assert delivery.report.waiting > 0
            sink.away = False
            await until(lambda: journal.place("files") == 6)
            journal.append(READINGS[6])
            await until(lambda: journal.place("files") == 7)
            assert delivery.report == ("files", True, None, 0, 7, 0)
    assert sorted(sink.shown + sink.written) == [*range(1, 8)]
    assert sink.written == sorted(sink.written)


async def test_live_values_do_not_wait_for_the_past(tmp_path: Path) -> None:
    sink = Screen()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(READINGS[0])
        journal.confirm("files", 1)
        for reading in READINGS[1:20]:
            journal.append(reading)
        sink.slow.clear()  # the past is not written yet
        async with watching(journal, sink):
            journal.append(READINGS[20])
            await until(lambda: sink.shown == [21])
            assert sink.written == []
            sink.slow.set()
            await until(lambda: journal.place("files") == 21)
    assert sink.written == [*range(2, 21)]


async def test_what_a_new_sink_missed_in_a_new_journal_waits_for_the_next_start(
    tmp_path: Path,
) -> None:
    """It was away from the beginning: its place is that of an empty journal."""
    sink = Folder()
    sink.away = 1_000_000
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        running = asyncio.create_task(delivery_of(journal, sink).run())
        await until(lambda: journal.has_place("files"))
        for reading in READINGS[:5]:
            journal.append(reading)
        await until(lambda: sink.away < 1_000_000)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    sink.away = 0
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        await deliver(journal, sink, 8, READINGS[5:8])
    assert sink.kept == READINGS[:8]


async def test_a_sink_that_hangs_is_told_and_works_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("telewatt.service.delivery.SLOW_S", 0.05)
    sink = Screen()
    sink.slow.clear()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(READINGS[0])
        journal.confirm("files", 1)
        journal.append(READINGS[1])
        async with watching(journal, sink) as delivery:
            await until(lambda: not delivery.report.working)
            assert "no answer" in delivery.report.trouble.en
            sink.slow.set()
            await until(lambda: delivery.report.working)
    assert sink.written == [2]
    assert caplog.text.count("no answer") == 1


class Stubborn(Folder):
    """Does not close."""

    async def close(self) -> None:
        await asyncio.Event().wait()


async def test_a_sink_that_does_not_close_does_not_keep_the_service_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.delivery.CLOSE_S", 0.05)
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        await asyncio.wait_for(deliver(journal, Stubborn(), 3, READINGS[:3]), 60)


def test_many_numbers_in_a_row_are_one_run() -> None:
    shown = Shown()
    for seq in (*range(10, 100_000), *range(200_000, 200_003)):
        shown.add(seq)
    assert (len(shown), 9 in shown, 10 in shown, 99_999 in shown) == (99_993, False, True, True)
    assert (100_000 in shown, 200_002 in shown) == (False, True)
    shown.forget(99_990)
    assert (len(shown), 99_990 in shown, 99_991 in shown) == (12, False, True)
    shown.forget(200_001)
    assert (len(shown), 200_002 in shown) == (1, True)
    shown.forget(200_002)
    assert len(shown) == 0


class Quiet(Screen):
    """Is away for a while; nobody shows it anything."""

    async def attend(self) -> AsyncIterator[None]:
        if self.away:
            raise OSError(111, "Connection refused")
        while True:
            await asyncio.sleep(0.01)
            yield


async def test_a_sink_that_is_back_works_though_no_entry_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.delivery.RETRY_S", 0.01)
    monkeypatch.setattr("telewatt.service.delivery.CALM_S", 0.1)
    sink = Quiet()
    sink.away = True
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        async with watching(journal, sink) as delivery:
            await until(lambda: not delivery.report.working)
            sink.away = False
            await until(lambda: delivery.report.working)
