"""What every sink keeps, whatever its other end is: once, never less, never a false index."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from bench.past import readings_of
from telewatt.config import parse
from telewatt.derivation import Judged
from telewatt.reading import Reading
from telewatt.sinks import Sink, SinkError
from telewatt.sinks.configured import SINKS, sinks_of
from tests.sinks.judging import house_in, judged
from tests.sinks.receivers import RECEIVERS, Receiver, Total, totals_of

HOUSE = "sim:?mode=standard&contract=tempo&seed=3&every=10s&step=10s"
BARN = "sim:?mode=historic&contract=base&seed=2&every=10s&step=10s"
READINGS = sorted(
    readings_of("house", HOUSE, 0.2) + readings_of("barn", BARN, 0.2),
    key=lambda reading: reading.received_at,
)
ENTRIES = judged(READINGS)
SPIKE_WH = 600_000
PATIENCE_S = 60.0

needs = {"influxdb": pytest.mark.real, "mqtt": pytest.mark.real}
kinds = pytest.mark.parametrize("kind", [pytest.param(k, marks=needs.get(k, ())) for k in SINKS])


def parts(entries: Sequence[Judged]) -> Iterator[list[Judged]]:
    """As they come: one at a time, or many at once."""
    left, sizes = iter(entries), iter([1, 2, 1, 40, 7, *[25] * 1000])
    while part := list(islice(left, next(sizes))):
        yield part


async def make(kind: str, receiver: Receiver, section: str) -> Sink:
    text = f'[meters.house]\nsource = "-"\n[{kind}]\n{section}\n'
    [(name, sink)] = sinks_of(parse(text), house_in(receiver.folder))
    assert name == kind
    if hasattr(receiver, "sink"):
        receiver.sink = sink
    return sink


@pytest.fixture
async def receiver(kind: str, tmp_path: Path) -> AsyncIterator[Receiver]:
    receiver = RECEIVERS()[kind](tmp_path)
    yield receiver
    await receiver.stop()


def expected(receiver: Receiver, entries: Sequence[Judged]) -> list[Total]:
    totals = totals_of(entries)
    if receiver.keeps_all:
        return totals
    newest = {total.line: total._replace(at_s=0) for total in totals}
    return sorted(newest.values())


def test_every_sink_has_a_receiver_here() -> None:
    assert sorted(SINKS) == sorted(RECEIVERS())


async def deliver(sink: Sink, part: Sequence[Judged]) -> None:
    """Again and again, as the framework does: another end needs a moment to be back."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            await sink.write(part)
        except OSError:
            if time.monotonic() > end_s:
                raise
            await asyncio.sleep(0.05)
        else:
            return


@kinds
async def test_everything_arrives_once(kind: str, receiver: Receiver) -> None:
    sink = await make(kind, receiver, await receiver.start())
    for part in parts(ENTRIES):
        await sink.write(part)
    await sink.close()
    assert await receiver.totals() == expected(receiver, ENTRIES)
    assert sink.refused == 0


@kinds
async def test_what_comes_again_changes_nothing(kind: str, receiver: Receiver) -> None:
    """After an error, and after a crash, when another process takes up some entries before."""
    section = await receiver.start()
    sink = await make(kind, receiver, section)
    for part in parts(ENTRIES[:60]):
        await sink.write(part)
        await sink.write(part)
    await sink.close()
    before = await receiver.totals()
    sink = await make(kind, receiver, section)
    await sink.write(ENTRIES[20:60])
    if receiver.keeps_all:
        assert await receiver.totals() == before
    for part in parts(ENTRIES[60:]):
        await sink.write(part)
    await sink.close()
    assert await receiver.totals() == expected(receiver, ENTRIES)


@kinds
async def test_an_end_that_is_away_is_an_error_with_a_remedy_and_loses_nothing(
    kind: str, receiver: Receiver
) -> None:
    if not receiver.can_be_away:
        pytest.skip("it is asked, it does not go away")
    sink = await make(kind, receiver, await receiver.start())
    await sink.write(ENTRIES[:30])
    await receiver.go_away()
    for _ in range(2):
        with pytest.raises(OSError) as caught:
            await sink.write(ENTRIES[30:70])
        if isinstance(caught.value, SinkError):
            english, french = caught.value.text
            assert english != french
            assert ";" in english, "what is wrong; the remedy"
    await receiver.come_back()
    for part in parts(ENTRIES[30:]):
        await deliver(sink, part)
    await sink.close()
    assert await receiver.totals() == expected(receiver, ENTRIES)


@kinds
async def test_a_false_index_never_gets_out(kind: str, receiver: Receiver) -> None:
    readings = [*READINGS[:40], spiked(READINGS[40]), *READINGS[41:]]
    entries = judged(readings)
    sink = await make(kind, receiver, await receiver.start())
    for part in parts(entries):
        await sink.write(part)
    await sink.close()
    most_wh = max(total.import_wh for total in totals_of(ENTRIES))
    assert max(total.import_wh for total in totals_of(entries)) == most_wh
    assert max(total.import_wh for total in await receiver.totals()) == most_wh


@kinds
async def test_a_clock_that_was_set_back_loses_nothing(kind: str, receiver: Receiver) -> None:
    if not receiver.keeps_all or receiver.goes_forward:
        pytest.skip("it keeps the newest, or one line an interval")
    earlier = timedelta(hours=1)
    readings = [
        *READINGS[:70],
        *(replace(each, received_at=each.received_at - earlier) for each in READINGS[70:]),
    ]
    entries = judged(readings)
    sink = await make(kind, receiver, await receiver.start())
    for part in parts(entries):
        await sink.write(part)
    await sink.close()
    assert await receiver.totals() == totals_of(entries)


@kinds
async def test_a_sink_that_was_never_used_closes(kind: str, receiver: Receiver) -> None:
    sink = await make(kind, receiver, await receiver.start())
    await sink.close()
    await sink.close()


@kinds
async def test_who_is_cancelled_leaves_nothing_behind(kind: str, receiver: Receiver) -> None:
    if not receiver.can_hang:
        pytest.skip("nothing waits for it")
    sink = await make(kind, receiver, await receiver.start())
    await sink.write(ENTRIES[:30])
    await receiver.totals()  # all of it is there, and what listens there waits
    await receiver.hang()
    tasks = asyncio.all_tasks()  # those of a connection among them, which end with it
    writing = asyncio.create_task(sink.write(ENTRIES[30:60]))
    _, waiting = await asyncio.wait([writing], timeout=0.2)
    assert waiting, "it answers nevertheless"
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await sink.close()
    await receiver.go_away()
    async with asyncio.timeout(PATIENCE_S):
        while not asyncio.all_tasks() <= tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    gc.collect()  # whatever was left open would warn here


def spiked(reading: Reading) -> Reading:
    """With an index that one bit, turned over, has made 600 kWh more; its checksum agrees."""
    assert reading.source in ("house", "barn")
    datasets = tuple(
        dataset._replace(value=dataset.value + SPIKE_WH, data=f"{int(dataset.data) + SPIKE_WH:09}")
        if dataset.label in ("EAST", "BASE")
        else dataset
        for dataset in reading.frame.datasets
    )
    return replace(reading, frame=reading.frame._replace(datasets=datasets))
