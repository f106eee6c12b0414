"""The back-fill as a part of the service: it says what is wrong, once, and goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from telewatt.config.model import HomeAssistantConfig
from telewatt.service.backfill import Backfill, _until_next
from telewatt.service.reports import Reports
from tests.homeassistant.test_client import answering

PATIENCE_S = 60.0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_refused_token_is_shown_once_and_a_good_one_is_taken_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.backfill.RETRY_S", 0.05)
    tokens = iter(["old", "old", "old", "old"])
    shown = []

    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_json({"type": "auth_required"})
        asked = await socket.receive_json()
        shown.append(asked["access_token"])
        if asked["access_token"] != "new":
            await socket.send_json({"type": "auth_invalid"})
            return
        await socket.send_json({"type": "auth_ok", "ha_version": "2025.4.4"})
        async for message in socket:
            number = message.json()["id"]
            result = {"state": "RUNNING"}
            await socket.send_json(
                {"id": number, "type": "result", "success": True, "result": result}
            )

    async with answering(talk) as url:
        backfill = Backfill(
            HomeAssistantConfig(url),
            lambda: next(tokens, "new"),
            tmp_path / "none.history.db",
            dict,
            {"house"},
            [],
            Reports("en", asyncio.get_running_loop().time),
            "en",
        )
        assert backfill.report.working
        with caplog.at_level(logging.INFO, "telewatt"):
            running = asyncio.create_task(backfill.run())
            await until(lambda: not backfill.report.working)
            trouble = backfill.report.trouble
            assert trouble is not None
            assert "refuses the token" in trouble.en
            await until(lambda: backfill.report.working)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    said = [record.message for record in caplog.records if "homeassistant" in record.message]
    assert shown == ["old", "new"]  # Home Assistant notes each refusal
    assert len(said) == 2
    assert said[1] == "homeassistant: works again"


@pytest.mark.parametrize(
    ("minute", "pause_s"), [(0, 720), (11, 60), (12, 3600), (13, 3540), (59, 780)]
)
def test_an_hour_is_looked_at_some_minutes_after_its_end(minute: int, pause_s: int) -> None:
    assert _until_next(datetime(2025, 1, 15, 18, minute, tzinfo=UTC)) == pause_s
