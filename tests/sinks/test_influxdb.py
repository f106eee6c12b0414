"""Line protocol, and what the answers of a database mean; the real one: tests/real."""

from __future__ import annotations

import asyncio
import gzip
import re
import ssl
from collections.abc import AsyncIterator, Callable

import pytest
import trustme
from aiohttp import web

from telewatt.config.model import InfluxConfig
from telewatt.language import Text
from telewatt.sinks import SinkError
from telewatt.sinks.influxdb import InfluxDB
from telewatt.truth import Event, EventKind
from tests.sinks.test_contract import ENTRIES


class Database:
    """Takes lines; answers as told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.requests: list[web.Request] = []
        self.sizes: list[int] = []
        self.answer: Callable[[list[str]], tuple[int, str]] = lambda lines: (204, "")

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if body.startswith(b"\x1f\x8b"):
            body = gzip.decompress(body)
        lines = body.decode().splitlines()
        self.requests.append(request)
        self.sizes.append(len(lines))
        status, said = self.answer(lines)
        if status == 204:
            self.lines += lines
        return web.Response(status=status, text=said)


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = Database()
    application = web.Application()
    for path in ("/write", "/api/v2/write"):
        application.router.add_post(path, database.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    database.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield database
    await runner.cleanup()


def sink_of(server: Database, secret: str | None = None, **words) -> InfluxDB:
    return InfluxDB(InfluxConfig(server.url, **words), lambda: secret, "en")


async def write(sink: InfluxDB, entries=ENTRIES) -> None:
    await sink.write(entries)
    await sink.close()


async def test_a_point_has_line_meter_values_and_the_time_of_arrival(database: Database) -> None:
    await write(sink_of(database))
    points: dict[tuple[str, str], str] = {}
    for line in database.lines:  # the same line and time is the same point
        series, fields, at = re.fullmatch(r"(\S+) (.*) (\d+)", line).groups()
        points[series, at] = points.get((series, at), "") + f",{fields},"
    for entry in ENTRIES:
        reading, judgement = entry.reading, entry.judgement
        series = f"telewatt,line={reading.source},meter={reading.meter}"
        told = [(reading.received_at, judgement.gauges)]
        told += [(settled.received_at, settled.totals) for settled in judgement.settled]
        for at, values in told:
            point = points[series, str(round(at.timestamp() * 1000))]
            assert all(f",{name}={value}i," in point for name, value in values.items())
        assert re.search(r',period="[^"]*[^ "]",', point)


async def test_a_total_that_was_held_back_goes_to_the_time_of_its_own_frame(
    database: Database,
) -> None:
    entry = next(e for e in ENTRIES if len(e.judgement.settled) > 1)
    await write(sink_of(database), [entry])
    times = [int(line.rpartition(" ")[2]) for line in database.lines if "import_1_wh" in line]
    settled = [s.received_at.timestamp() * 1000 for s in entry.judgement.settled]
    assert times == [round(at) for at in settled]


async def test_words_are_escaped(database: Database) -> None:
    said = Text('a "b" \\ c', "")
    at = ENTRIES[0].reading.received_at
    event = Event(EventKind.CONTRACT, at, at, "a b,c=d", "", "", said)
    judgement = ENTRIES[0].judgement._replace(settled=(), gauges={}, events=(event,))
    await write(sink_of(database), [ENTRIES[0]._replace(judgement=judgement)])
    line = database.lines[-1]
    assert line.startswith("telewatt_event,line=")
    assert r",kind=contract,subject=a\ b\,c\=d " in line
    assert r' text="a \"b\" \\ c" ' in line


async def test_1_x_is_given_database_user_and_password(database: Database) -> None:
    await write(sink_of(database, "pass", database="energy", user="me"), ENTRIES[:1])
    [request] = database.requests
    assert (request.path, request.query["db"]) == ("/write", "energy")
    assert request.query["precision"] == "ms"
    assert request.headers["Authorization"] == "Basic bWU6cGFzcw=="


async def test_2_x_is_given_bucket_organisation_and_token(database: Database) -> None:
    await write(sink_of(database, "token", bucket="energy", org="home"), ENTRIES[:1])
    [request] = database.requests
    assert (request.path, request.query["bucket"]) == ("/api/v2/write", "energy")
    assert request.query["org"] == "home"
    assert request.headers["Authorization"] == "Token token"


async def test_much_is_one_compressed_request(database: Database) -> None:
    await write(sink_of(database))
    assert len(database.requests) == 1
    assert database.requests[0].headers["Content-Encoding"] == "gzip"
    assert len(database.lines) > len(ENTRIES)


@pytest.mark.parametrize(
    ("status", "said", "words"),
    [
        (401, "authorization failed", "secret"),
        (403, "not allowed", "rights"),
        (404, 'database not found: "telewatt"', "create it"),
        (429, "", "busy"),
        (503, "timeout", "its log"),
        (400, "database is required", "compare section"),
        (400, "org name or ID required", "compare section"),
    ],
)
async def test_an_answer_that_may_become_better_is_an_error_and_loses_nothing(
    database: Database, status: int, said: str, words: str
) -> None:
    sink = sink_of(database)
    database.answer = lambda lines: (status, said)
    with pytest.raises(SinkError, match=words):
        await sink.write(ENTRIES[:5])
    database.answer = lambda lines: (204, "")
    await write(sink, ENTRIES[:5])
    assert len(database.lines) >= 5
    assert sink.refused == 0


async def test_of_a_partial_write_the_refused_points_are_counted_and_told(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    sink = sink_of(database)
    said = 'partial write: field type conflict: input field "x" dropped=3'
    database.answer = lambda lines: (400, said)
    await write(sink)
    assert (sink.refused, len(database.requests)) == (3, 1)
    assert "field type conflict" in caplog.text


async def test_a_bad_point_is_found_among_good_ones_where_the_answer_does_not_tell(
    database: Database,
) -> None:
    sink = sink_of(database)
    bad = str(round(ENTRIES[17].reading.received_at.timestamp() * 1000))
    await write(sink_of(database))
    whole, database.lines = database.lines, []
    database.answer = lambda lines: (
        (400, "unable to parse line protocol") if any(bad in line for line in lines) else (204, "")
    )
    await write(sink)
    assert sorted(database.lines) == sorted(line for line in whole if bad not in line)
    assert sink.refused == len(whole) - len(database.lines)
    assert len(database.requests) < 40


async def test_what_is_too_large_is_sent_in_parts(database: Database) -> None:
    database.answer = lambda lines: (413, "too large") if len(lines) > 20 else (204, "")
    sink = sink_of(database)
    await write(sink)
    assert sink.refused == 0
    assert max(size for size in database.sizes if size <= 20) <= 20
    assert len(database.lines) > len(ENTRIES)


async def test_a_certificate_that_nobody_signed_is_not_accepted(tmp_path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    sink = InfluxDB(InfluxConfig(f"https://localhost:{port}"), lambda: None, "en")
    with pytest.raises(SinkError, match="certificate"):
        await sink.write(ENTRIES[:1])
    await sink.close()
    server.close()
