"""Live values: nothing missing, nothing twice, whoever comes back and when."""

import asyncio
import socket

import pytest

from telewatt.web import broadcast, protocol, stream
from tests.web.conftest import PATIENCE_S, serving
from tests.web.events import read_events


async def listen(page, count, after=None, kinds=("reading",), **headers):
    parameters = {} if after is None else {"after": str(after)}
    url = f"{page.url}api/v1/stream"
    async with (
        asyncio.timeout(PATIENCE_S),
        page.client.get(url, params=parameters, headers=headers) as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        return await read_events(answer, count, kinds)


async def until(is_true):
    end = asyncio.get_running_loop().time() + PATIENCE_S
    while not is_true():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.02)


def broadcast_of_page():
    """What the page that is being served tells its listeners."""
    task = next(task for task in asyncio.all_tasks() if "_follow_entries" in repr(task))
    return task.get_coro().cr_frame.f_locals["self"]


def numbers(events):
    return [data["seq"] for _, _, data in events]


async def test_a_listener_gets_hello_the_lines_and_then_every_reading(page):
    await page.wait_for_both()
    everything = await listen(page, 6, kinds=("hello", "line", "reading"))
    assert [kind for kind, _, _ in everything][:3] == ["hello", "line", "line"]
    readings = [event for event in everything if event[0] == "reading"]
    first = everything[0][2]["seq"] + 1
    assert numbers(readings) == list(range(first, first + 3))
    _, name, data = readings[0]
    assert name.endswith(f".{data['seq']}")
    assert data["line"] in ("house", "solar")
    assert data["situation"].keys() >= {"tariff_period", "margin_va", "over_power", "tempo_today"}


async def test_after_latest_nothing_is_missing_and_nothing_comes_twice(page):
    latest = await page.wait_for_both()
    found = await listen(page, 3, after=latest["seq"])
    assert numbers(found) == [latest["seq"] + n for n in (1, 2, 3)]


async def test_a_browser_that_comes_back_goes_on_where_it_was(page):
    await page.wait_for_both()
    found = await listen(page, 2)
    await page.until("latest", lambda latest: latest["seq"] > found[-1][2]["seq"] + 2)
    more = await listen(page, 4, **{"Last-Event-ID": found[-1][1]})
    assert numbers(more) == [found[-1][2]["seq"] + n for n in (1, 2, 3, 4)]


async def test_what_memory_does_not_hold_any_more_comes_from_the_journal(page, monkeypatch):
    await page.until("latest", lambda latest: latest["seq"] >= 8)
    kept = broadcast_of_page()
    monkeypatch.setattr(broadcast, "KEPT_ENTRIES", 3)
    kept.forget_all_but(3)
    found = await listen(page, 10, after=1)
    assert numbers(found) == list(range(2, 12))
    assert all(data["gauges"] for _, _, data in found)


async def test_after_a_restart_the_numbers_go_on(tmp_path):
    async with serving(tmp_path) as page:
        await page.wait_for_both()
        _, name, data = (await listen(page, 1))[0]
        await page.until("latest", lambda latest: latest["seq"] >= data["seq"] + 3)
    async with serving(tmp_path) as page:
        more = await listen(page, 6, **{"Last-Event-ID": name})
        assert numbers(more) == [data["seq"] + n for n in range(1, 7)]


async def test_numbers_that_a_crash_has_lost_are_given_anew(tmp_path):
    async with serving(tmp_path) as page:
        await page.wait_for_both()
        (_, name, _), *_ = await listen(page, 1)
    epoch = name.split(".")[0]
    async with serving(tmp_path) as page:
        began = page.service.live.began
        lost = f"{epoch}.{began + 1000}"
        more = await listen(page, 2, **{"Last-Event-ID": lost})
        assert numbers(more) == [began + 1, began + 2]


async def test_who_missed_too_much_is_told_to_look_at_the_present(page, monkeypatch):
    monkeypatch.setattr(stream, "RESUME_ENTRIES", 2)
    latest = await page.until("latest", lambda latest: latest["seq"] >= 5)
    (kind, _, gap), (_, _, reading) = await listen(page, 2, after=1, kinds=("gap", "reading"))
    assert kind == "gap"
    assert gap["after"] == 1
    assert reading["seq"] == gap["first"] > latest["seq"]


@pytest.mark.parametrize("after", ["x", "-1", "1.5x", "9" * 19, "é"])
async def test_a_place_that_is_none_is_refused(page, after):
    refused = await page.get("stream", 400, params={"after": after})
    assert refused["error"]["code"] == "bad_request"


async def test_a_heart_beats_where_nothing_comes(serve, monkeypatch):
    monkeypatch.setattr(stream, "PING_S", 0.05)
    async with serve() as page:
        pings = await listen(page, 3, kinds=("ping",))
        assert all(ping["now"] for _, _, ping in pings)


async def test_too_many_listeners_are_sent_away(page, monkeypatch):
    monkeypatch.setattr(stream, "LISTENERS_MAX", 1)
    async with page.client.get(f"{page.url}api/v1/stream") as first:
        await first.content.readline()
        await page.get("stream", 429)
    listeners = broadcast_of_page()
    await until(lambda: listeners.listeners == 0)
    assert len(await listen(page, 1)) == 1


async def test_a_listener_that_does_not_read_is_cut_off(serve, monkeypatch):
    """Its socket takes little; the rest is in our memory, which is limited."""
    monkeypatch.setattr(protocol, "STALLED_S", 0.3)
    monkeypatch.setattr(stream, "PING_S", 0.0005)
    async with serve() as page:
        host, port = page.url.removeprefix("http://").rstrip("/").split(":")
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect((host, int(port)))
            slow.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            slow.setblocking(False)
            listeners = broadcast_of_page()
            await until(lambda: listeners.listeners == 1)
            await until(lambda: listeners.listeners == 0)
        assert len(await listen(page, 1)) == 1
