"""The client: whatever is wrong has a remedy. What goes right is shown by the real one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from telewatt.homeassistant.client import HomeAssistant, HomeAssistantError, NotFoundError

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def answering(talk: Talk | None) -> AsyncIterator[str]:
    """A server on a free port; without ``talk`` it is a web page of somebody else."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if talk is None:
            return web.Response(text="hello")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await talk(socket)
        await socket.close()
        return socket

    application = web.Application()
    application.router.add_get("/api/websocket", handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def logging_in(then: Talk | None = None, *, accepts: bool = True) -> Talk:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_json({"type": "auth_required"})
        asked = await socket.receive_json()
        assert asked == {"type": "auth", "access_token": "secret-token"}
        kind = "auth_ok" if accepts else "auth_invalid"
        await socket.send_json({"type": kind, "ha_version": "2025.4.4"})
        if then is not None:
            await then(socket)

    return talk


async def trouble(talk: Talk | None, token: str | None = "secret-token") -> str:
    async with answering(talk) as url:
        with pytest.raises(HomeAssistantError) as caught:
            async with await HomeAssistant.connect(url, lambda: token) as home:
                await home.ask("energy/get_prefs")
    assert caught.value.text.fr != caught.value.text.en
    return caught.value.text.en


async def test_a_refused_token_is_explained_and_never_shown() -> None:
    said = await trouble(logging_in(accepts=False))
    assert "refuses the token" in said
    assert "secret-token" not in said


async def test_a_missing_token_is_asked_for() -> None:
    assert "token_file" in await trouble(None, token=None)


async def test_something_else_at_the_address_is_named() -> None:
    assert "is not Home Assistant" in await trouble(None)


async def test_something_else_that_speaks_websocket_is_named_too() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str("[1, 2]")

    assert "is not Home Assistant" in await trouble(talk)


async def test_a_connection_that_ends_is_no_answer() -> None:
    assert "does not answer" in await trouble(logging_in())


@pytest.mark.parametrize(
    ("code", "why", "remedy"),
    [
        ("unauthorized", "Unauthorized", "must be an administrator's"),
        ("home_assistant_error", "Unauthorized", "must be an administrator's"),
        ("invalid_format", "extra keys not allowed", "look at its log"),
    ],
)
async def test_a_refused_command_says_why(code: str, why: str, remedy: str) -> None:
    async def refuse(socket: web.WebSocketResponse) -> None:
        asked = await socket.receive_json()
        error = {"code": code, "message": why}
        await socket.send_json(
            {"id": asked["id"], "type": "result", "success": False, "error": error}
        )

    said = await trouble(logging_in(refuse))
    assert f"energy/get_prefs: {why}; " in said
    assert remedy in said


async def test_what_is_not_there_is_told_from_what_is_refused() -> None:
    async def miss(socket: web.WebSocketResponse) -> None:
        asked = await socket.receive_json()
        error = {"code": "not_found", "message": "No prefs"}
        await socket.send_json(
            {"id": asked["id"], "type": "result", "success": False, "error": error}
        )

    async with (
        answering(logging_in(miss)) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        with pytest.raises(NotFoundError, match="No prefs"):
            await home.ask("energy/get_prefs")


@pytest.mark.parametrize("said", ["[" * 200_000, '{"id":' + "9" * 5000 + "}", "\ud800", ""])
async def test_what_is_no_message_is_not_home_assistant(said: str) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_frame(said.encode("utf-8", "surrogatepass"), WSMsgType.TEXT)

    assert "Home Assistant" in await trouble(logging_in(talk))


async def test_an_error_of_an_unknown_form_is_one_too() -> None:
    async def refuse(socket: web.WebSocketResponse) -> None:
        asked = await socket.receive_json()
        answer = {"id": asked["id"], "type": "result", "success": False, "error": ["no"]}
        await socket.send_json(answer)

    assert "update telewatt" in await trouble(logging_in(refuse))


async def test_a_server_that_says_anything_but_the_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("telewatt.homeassistant.client.ANSWER_S", 0.3)

    async def chat(socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_json({"type": "event", "id": 99})
            await asyncio.sleep(0.01)

    async with asyncio.timeout(4):
        assert "does not answer within" in await trouble(logging_in(chat))


async def test_an_answer_is_waited_for_among_what_else_is_said() -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        asked = await socket.receive_json()
        await socket.send_json({"type": "event", "id": 99})
        await socket.send_json(
            {"id": asked["id"], "type": "result", "success": True, "result": {"state": "RUNNING"}}
        )

    async with (
        answering(logging_in(talk)) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        assert home.version == (2025, 4)
        answer: Any = await home.ask("get_config")
        assert answer == {"state": "RUNNING"}
        assert await home.wait_lost(30)


async def test_a_server_that_says_nothing_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("telewatt.homeassistant.client.ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(HomeAssistantError, match="does not answer within"):
            await HomeAssistant.connect(url, lambda: "secret-token")


async def test_nobody_at_the_address_is_told_with_the_address() -> None:
    with pytest.raises(HomeAssistantError, match=r"127\.0\.0\.1:9"):
        await HomeAssistant.connect("http://127.0.0.1:9", lambda: "secret-token")
