import asyncio
import json
from pathlib import Path

import pytest

from telewatt.cli import live_events
from telewatt.cli.console import Console
from telewatt.cli.live_events import open_events
from telewatt.cli.setup import Setup
from telewatt.config import build
from telewatt.service.feed import feed_path


def setup_of(source, journal):
    config = build({"meters": {"house": {"source": source}}})
    return Setup(config, None, journal, Console("en"))


@pytest.mark.parametrize("cut", [b"", b'{"state": "rea'])
async def test_a_feed_that_is_cut_in_a_line_ends(tmp_path, cut):
    async def serve(reader, writer):
        writer.write(json.dumps({"state": "reading"}).encode() + b"\n" + cut)
        writer.close()

    setup = setup_of("/dev/ttyUSB0", tmp_path / "journal.db")
    async with (
        await asyncio.start_unix_server(serve, feed_path(setup.journal)),
        open_events(setup) as (events, from_service),
    ):
        assert from_service
        assert [event async for event in events] == [{"state": "reading"}]


async def test_a_feed_whose_connection_breaks_ends():
    reader = asyncio.StreamReader()
    reader.feed_data(b'{"state": "reading"}\n')
    events = live_events._from_feed(reader)
    assert await anext(events) == {"state": "reading"}
    reader.set_exception(ConnectionResetError())
    assert [event async for event in events] == []


async def test_a_fast_source_waits_for_whoever_looks_at_it(monkeypatch):
    made = []
    frame_line = live_events.frame_line
    monkeypatch.setattr(
        live_events, "frame_line", lambda *given: made.append(1) or frame_line(*given)
    )
    async with open_events(setup_of("sim:?seed=1&speed=0", Path("nowhere"))) as (events, _):
        while "seq" not in await anext(events):
            pass
        for _ in range(1000):
            await asyncio.sleep(0)
        assert len(made) < 10
        while len(made) < 20:
            await anext(events)
