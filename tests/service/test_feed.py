import asyncio
import errno
import json
import os
from datetime import UTC, datetime

import pytest

from telewatt.reading import Reading
from telewatt.service.feed import Feed, feed_path, state_line
from telewatt.sources import LineState, LineStatus
from telewatt.store import Journal
from telewatt.tic import Decoder, Mode, encode_dataset, encode_frame

AT = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
STATUS = LineStatus(LineState.SILENT, "", (("port", "/dev/ttyUSB0"),))
(FRAME,) = Decoder().feed(
    encode_frame(
        [
            encode_dataset(Mode.HISTORIC, "ADCO", "021528603314"),
            encode_dataset(Mode.HISTORIC, "PAPP", "00750"),
        ]
    )
)
READING = Reading("021528603314", "house", AT, FRAME)


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "journal.db")
    yield opened
    opened.close()


@pytest.fixture
async def feed(journal):
    """A feed whose only line is silent, serving this journal."""
    opened = Feed(lambda: [state_line("house", STATUS)])
    async with opened.open(feed_path(journal.path)):
        running = asyncio.create_task(opened.run(journal))
        yield opened
        running.cancel()


async def connect(journal):
    return await asyncio.open_unix_connection(feed_path(journal.path))


async def test_a_client_gets_the_present_states_then_what_comes(feed, journal):
    journal.append(READING)
    reader, writer = await connect(journal)
    state = json.loads(await reader.readline())
    assert (state["state"], state["line"]) == ("silent", "house")
    assert "no carrier" in state["remedy"]["en"]
    assert "porteuse" in state["remedy"]["fr"]
    entry = journal.append(READING)
    event = json.loads(await reader.readline())
    assert event["seq"] == entry.seq == 2
    assert (event["line"], event["received_at"]) == ("house", "2026-11-22T09:15:00Z")
    assert (event["meter"], event["mode"], event["status"]) == (
        "021528603314",
        "historic",
        "complete",
    )
    assert [dataset["label"] for dataset in event["datasets"]] == ["ADCO", "PAPP"]
    writer.close()


async def test_a_reading_has_the_meter_it_was_filed_under(feed, journal):
    reader, writer = await connect(journal)
    await reader.readline()
    journal.append(Reading("021528609999", "house", AT, FRAME))
    assert json.loads(await reader.readline())["meter"] == "021528609999"
    writer.close()


async def test_a_client_that_does_not_read_is_cut_off_and_the_others_go_on(feed, journal):
    idle_reader, idle_writer = await connect(journal)
    reader, writer = await connect(journal)
    await idle_reader.readline()
    await reader.readline()
    idle_writer.transport.pause_reading()
    sent = 0
    async with asyncio.timeout(60):
        while len(feed._clients) == 2:
            journal.append(READING)
            sent += 1
            assert json.loads(await reader.readline())["seq"] == sent
    journal.append(READING)
    assert json.loads(await reader.readline())["seq"] == sent + 1
    idle_writer.close()
    writer.close()


async def test_the_socket_of_a_killed_service_is_no_obstacle(journal):
    path = feed_path(journal.path)
    path.touch()
    async with Feed(lambda: [state_line("house", STATUS)]).open(path):
        reader, writer = await connect(journal)
        assert b"silent" in await reader.readline()
    assert await reader.read() == b""
    writer.close()
    assert not path.exists()


async def test_a_socket_that_cannot_be_removed_is_no_bug(journal, monkeypatch):
    path = feed_path(journal.path)
    async with Feed(lambda: [state_line("house", STATUS)]).open(path):
        reader, writer = await connect(journal)
        assert b"silent" in await reader.readline()

        def refuse(*_arguments, **_options):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr(os, "unlink", refuse)
    assert await reader.read() == b""
    writer.close()
    monkeypatch.undo()
