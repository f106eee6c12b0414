"""Whether Home Assistant hears the broker, by what it shows. The real one is reloaded elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from aiohttp import web

from telewatt.homeassistant.client import HomeAssistant, HomeAssistantError
from telewatt.homeassistant.mqtt import is_deaf, reload
from tests.homeassistant.test_client import Talk, answering, logging_in

LINKS = {"telewatt_1_link": "binary_sensor.house", "telewatt_2_link": "binary_sensor.shed"}


def knowing(answers: Mapping[str, Any], asked: list[dict[str, Any]] | None = None) -> Talk:
    """A Home Assistant that answers so to commands, and refuses others."""

    async def talk(socket: web.WebSocketResponse) -> None:
        async for message in socket:
            command = message.json()
            if asked is not None:
                asked.append({key: value for key, value in command.items() if key != "id"})
            known = command["type"] in answers
            answer = {"id": command["id"], "type": "result", "success": known}
            told = answers.get(command["type"], {"code": "unauthorized", "message": "no"})
            await socket.send_json({**answer, "result" if known else "error": told})

    return logging_in(talk)


def showing(states: Mapping[str, str], entities: Mapping[str, str] = LINKS) -> dict[str, Any]:
    """Its registry and its states."""
    registry = [
        {"unique_id": unique, "entity_id": entity, "platform": "mqtt"}
        for unique, entity in entities.items()
    ]
    told = [{"entity_id": entity, "state": state} for entity, state in states.items()]
    return {"config/entity_registry/list": registry, "get_states": told}


@pytest.mark.parametrize(
    ("house", "shed", "deaf"),
    [
        ("unavailable", "unavailable", True),
        ("on", "unavailable", False),
        ("off", "off", False),
        ("unknown", "unavailable", False),
    ],
)
async def test_it_is_deaf_where_it_shows_no_link(house: str, shed: str, deaf: bool) -> None:
    states = {"binary_sensor.house": house, "binary_sensor.shed": shed, "light.kitchen": "on"}
    async with (
        answering(knowing(showing(states))) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        assert await is_deaf(home) is deaf


@pytest.mark.parametrize(
    "entities",
    [
        {},
        {"zigbee_1_link": "binary_sensor.house"},
        {"telewatt_1_line_quality_pct": "binary_sensor.house"},
    ],
)
async def test_where_it_knows_no_meter_it_is_not_deaf(entities: Mapping[str, str]) -> None:
    states = {"binary_sensor.house": "unavailable"}
    async with (
        answering(knowing(showing(states, entities))) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        assert not await is_deaf(home)


async def test_a_reload_asks_for_that_of_mqtt_alone() -> None:
    asked: list[dict[str, Any]] = []
    answers = {"config_entries/get": [{"entry_id": "abc"}], "call_service": {}}
    async with (
        answering(knowing(answers, asked)) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        await reload(home)
    assert asked == [
        {"type": "config_entries/get", "domain": "mqtt"},
        {
            "type": "call_service",
            "domain": "homeassistant",
            "service": "reload_config_entry",
            "service_data": {"entry_id": "abc"},
        },
    ]


@pytest.mark.parametrize("states", [[{"state": "on"}], {"a": 1}, [None], None])
async def test_an_answer_of_another_form_is_an_error(states: Sequence[Any] | None) -> None:
    answers = {**showing({}), "get_states": states}
    async with (
        answering(knowing(answers)) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        with pytest.raises(HomeAssistantError, match="update telewatt"):
            await is_deaf(home)


async def test_a_token_that_may_not_reload_is_explained() -> None:
    async with (
        answering(knowing({"config_entries/get": [{"entry_id": "abc"}]})) as url,
        await HomeAssistant.connect(url, lambda: "secret-token") as home,
    ):
        with pytest.raises(HomeAssistantError, match="administrator"):
            await reload(home)
