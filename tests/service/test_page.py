"""The page is a part of the service, never a condition."""

import asyncio
import logging
import socket
import sys
import threading

import pytest

from telewatt.config import build
from telewatt.notify import Notifier
from telewatt.service import Service
from telewatt.service.page import household_of, serve_page
from telewatt.store.history import history_path
from telewatt.web.access import Access, access_path

PATIENCE_S = 60.0


def service_in(folder, others=None, **web):
    meters = {"house": {"source": "sim:?mode=standard&seed=1"}} | (others or {})
    config = build({"meters": meters, "web": {"port": 0, **web}})
    return Service(config, folder / "journal.db", "en", Notifier({}), serve_page)


async def run_until(service, is_true, at_last=lambda: None):
    """Run the service until this is true."""
    stop, end = asyncio.Event(), asyncio.get_running_loop().time() + PATIENCE_S
    running = asyncio.ensure_future(service.run(stop))
    try:
        while not is_true():
            assert asyncio.get_running_loop().time() < end
            assert not running.done()
            await asyncio.sleep(0.05)
    finally:
        at_last()
        stop.set()
        await running


@pytest.mark.parametrize(
    ("hidden", "web", "words"),
    [
        ("starlette.requests", {}, "install telewatt[web]"),
        ("", {"listen": "192.0.2.1"}, "choose another port or address"),
        ("", {"listen": "0.0.0.0"}, "telewatt web password"),
    ],
)
async def test_without_a_page_the_meters_are_read(
    tmp_path, monkeypatch, caplog, hidden, web, words
):
    monkeypatch.setattr("telewatt.service.page.RETRY_S", 0.05)
    if hidden:
        for name in [name for name in sys.modules if name.startswith("telewatt.web.")]:
            if name != "telewatt.web.household":
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, hidden, None)
    caplog.set_level(logging.INFO)
    service = service_in(tmp_path, **web)
    await run_until(service, lambda: service.live.last_seq >= 2)
    told = [message for message in caplog.messages if "no web page" in message]
    assert len(told) == 1
    assert words in told[0]


async def test_without_dns_the_history_is_written(tmp_path, monkeypatch):
    """Whoever waits for a name holds up its own line only."""
    answers, look_up = threading.Event(), socket.getaddrinfo

    def slowly(host, *words, **keys):
        if str(host).startswith("nobody"):
            answers.wait(PATIENCE_S)
            raise socket.gaierror(socket.EAI_AGAIN, "no DNS")
        return look_up(host, *words, **keys)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    away = {f"away_{n}": {"source": f"socket://nobody{n}:1"} for n in range(40)}
    service = service_in(tmp_path, away)
    try:
        async with asyncio.timeout(15):
            await run_until(service, history_path(service.path).exists, answers.set)
    finally:
        answers.set()


async def test_a_page_for_the_network_says_how_to_get_there(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    service = service_in(tmp_path, listen="0.0.0.0")
    Access(access_path(service.config.web, tmp_path)).set_password("long enough")
    await run_until(service, lambda: "web page: " in caplog.text)
    (told,) = [message for message in caplog.messages if message.startswith("web page: ")]
    assert told.endswith("and from the network with the name or the address of this machine")


async def test_what_the_page_may_ask_is_there(tmp_path):
    service = service_in(tmp_path)
    house = household_of(service, None)
    await run_until(service, lambda: service.live.last_seq >= 1)
    assert [line.name for line in house.lines()] == ["house"]
    assert house.sinks() == []
    assert house.metrics() == ""
    assert house.open_part().place == 0
    assert all(port.device for port in house.ports())
    assert (await house.listen("/dev/nothing")).state != "reading"
