"""The listening sockets."""

import asyncio
import socket
import threading

import pytest

from telewatt.web.server import bind_named


async def test_a_name_that_is_slow_to_find_out_holds_nobody_up(monkeypatch):
    may_answer, find_out = threading.Event(), socket.getaddrinfo

    def slowly(*asked, **more):
        may_answer.wait(60)
        return find_out(*asked, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    binding = asyncio.ensure_future(bind_named("127.0.0.1", 0))
    try:
        await asyncio.sleep(0)
        assert not binding.done()
    finally:
        may_answer.set()
        for each in await binding:
            each.close()


async def test_an_address_of_another_machine_cannot_be_used():
    with pytest.raises(OSError, match="assign"):
        await bind_named("192.0.2.1", 0)
