"""MQTT as Home Assistant has it: whether it shows what a broker says, and having it connect anew.

Its client tries ten seconds after it was cut off, and every ten seconds then; nothing wakes it but
a reload of the integration. Source: homeassistant/components/mqtt, RECONNECT_INTERVAL_SECONDS.
"""

from telewatt.entities import LINK, ORIGIN
from telewatt.homeassistant.client import HomeAssistant, understood

UNAVAILABLE = "unavailable"


async def entity_ids(home: HomeAssistant) -> dict[str, str]:
    """By unique id, the entities of MQTT that are in use."""
    listed = await home.ask("config/entity_registry/list")
    with understood():
        return {
            str(each["unique_id"]): str(each["entity_id"])
            for each in listed
            if each.get("platform") == "mqtt"
            and each.get("unique_id")
            and not each.get("disabled_by")
        }


async def is_deaf(home: HomeAssistant) -> bool:
    """Whether it knows meters of telewatt, and hears nothing of any of them.

    Only to be asked while the broker has a telewatt that is there: the link of a meter is shown
    then, whatever the meter does.

    Raises:
        HomeAssistantError: it does not answer.
    """
    entities = await entity_ids(home)
    links = {
        entity
        for unique, entity in entities.items()
        if unique.startswith(f"{ORIGIN}_") and unique.endswith(f"_{LINK}")
    }
    states = await home.ask("get_states")
    with understood():
        shown = [each["state"] for each in states if each["entity_id"] in links]
    return bool(shown) and all(state == UNAVAILABLE for state in shown)


async def reload(home: HomeAssistant) -> None:
    """Have its MQTT integration connect anew.

    What others have announced and the broker does not keep is unavailable then, until they announce
    it again.

    Raises:
        HomeAssistantError: it refuses, or does not answer.
    """
    entries = await home.ask("config_entries/get", domain="mqtt")
    with understood():
        ids = [str(each["entry_id"]) for each in entries]
    for entry in ids:
        await home.ask(
            "call_service",
            domain="homeassistant",
            service="reload_config_entry",
            service_data={"entry_id": entry},
        )
