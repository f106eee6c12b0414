"""Delivering the journal to a sink."""

import asyncio
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bench.past import readings_of
from telewatt.reading import Reading
from telewatt.service.delivery import Delivery
from telewatt.service.reports import Reports
from telewatt.sinks import Sink
from telewatt.store import Journal

READINGS = readings_of("house", "sim:?mode=historic&contract=base&seed=2&every=30s&step=30s", 0.5)


class Folder(Sink):
    """Keeps what it is given; away as long as it is told to be."""

    def __init__(self) -> None:
        self.kept: list[Reading] = []
        self.away = 0
        self.closed = False

    async def write(self, readings: Sequence[Reading]) -> None:
        if self.away:
            self.away -= 1
            raise OSError(28, "No space left on device")
        self.kept += readings

    async def close(self) -> None:
        self.closed = True


async def deliver(journal: Journal, sink: Folder, count: int, new: list[Reading]) -> None:
    """Deliver until the sink has so many."""
    running = asyncio.create_task(
        Delivery("files", sink, journal, Reports("en", lambda: 0.0)).run()
    )
    await asyncio.sleep(0)
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
