"""Home Assistant is woken once after each return of the broker, and only where it needs that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from telewatt.service.reloading import Reloading
from telewatt.service.reports import Reports
from tests.homeassistant.test_client import answering
from tests.homeassistant.test_mqtt import knowing, showing
from tests.service.test_backfill import until

DEAF = showing({"binary_sensor.house": "unavailable", "binary_sensor.shed": "unavailable"})
HEARING = showing({"binary_sensor.house": "on", "binary_sensor.shed": "unavailable"})
RUNS, STARTS = {"get_config": {"state": "RUNNING"}}, {"get_config": {"state": "STARTING"}}
LETS = {"config_entries/get": [{"entry_id": "abc"}], "call_service": {}}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telewatt.service.reloading.PATIENCE_S", 0.01)


@asynccontextmanager
async def reloading(
    answers: dict[str, Any],
    asked: list[dict[str, Any]],
    connection: Callable[[], object] = lambda: "the first",
) -> AsyncIterator[asyncio.Event]:
    """It runs; the event is the broker's return."""
    back = asyncio.Event()
    reports = Reports("en", asyncio.get_running_loop().time)
    async with answering(knowing(answers, asked)) as url:
        part = Reloading(url, lambda: "secret-token", back, connection, reports)
        running = asyncio.create_task(part.run())
        try:
            yield back
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


def reloads(asked: list[dict[str, Any]]) -> int:
    return sum(each["type"] == "call_service" for each in asked)


async def test_it_is_reloaded_once_after_each_return(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked: list[dict[str, Any]] = []
    async with reloading({**DEAF, **RUNS, **LETS}, asked) as back:
        await asyncio.sleep(0.05)
        assert not asked
        for times in (1, 2):
            back.set()
            await until(lambda times=times: caplog.text.count("was reloaded") == times)
            assert reloads(asked) == times
        await asyncio.sleep(0.05)
    assert reloads(asked) == 2


@pytest.mark.parametrize("answers", [{**HEARING, **RUNS, **LETS}, {**DEAF, **STARTS, **LETS}])
async def test_one_that_hears_or_that_starts_is_left_alone(answers: dict[str, Any]) -> None:
    asked: list[dict[str, Any]] = []
    async with reloading(answers, asked) as back:
        back.set()
        await until(lambda: asked and not back.is_set())
        await asyncio.sleep(0.05)
    assert reloads(asked) == 0


async def test_a_refusal_is_said_and_the_next_return_tries_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[dict[str, Any]] = []
    async with reloading({**DEAF, **RUNS}, asked) as back:
        for times in (1, 2):
            back.set()
            await until(lambda times=times: caplog.text.count("could not be reloaded") == times)
    assert "administrator" in caplog.text


async def test_a_broker_that_has_gone_again_is_not_back() -> None:
    asked: list[dict[str, Any]] = []
    async with reloading({**DEAF, **RUNS, **LETS}, asked, lambda: None) as back:
        back.set()
        await until(lambda: not back.is_set())
        await asyncio.sleep(0.05)
    assert not asked


async def test_of_a_broker_that_comes_and_goes_the_connection_that_lasts_counts() -> None:
    asked: list[dict[str, Any]] = []
    connections = iter([1, 2, 2, None, None])  # looked at before and after each pause
    async with reloading({**DEAF, **RUNS, **LETS}, asked, lambda: next(connections, 3)) as back:
        back.set()
        await until(lambda: not back.is_set())
        await asyncio.sleep(0.05)
        assert reloads(asked) == 0
        back.set()
        await until(lambda: reloads(asked) == 1)


async def test_a_connection_lost_while_home_assistant_answers_is_no_reason() -> None:
    asked: list[dict[str, Any]] = []

    def connection() -> object:
        return None if any(each["type"] == "get_states" for each in asked) else "the first"

    async with reloading({**DEAF, **RUNS, **LETS}, asked, connection) as back:
        back.set()
        await until(lambda: connection() is None)
        await asyncio.sleep(0.05)
    assert reloads(asked) == 0
