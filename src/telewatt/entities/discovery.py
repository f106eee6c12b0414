"""What Home Assistant is told of a meter over MQTT: one message a device.

Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery (device discovery, from
version 2024.12). Every entity reads its value from one JSON message of the meter, in which the keys
of all entities stand; what a home calls a value is in the language of the house, what the message
says is not. The reasons: docs/adr/0017-home-assistant.md.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from telewatt.entities.entity import Entity
from telewatt.entities.situational import LINK
from telewatt.language import Language
from telewatt.tic.values import Address

ORIGIN = "telewatt"


class Device(NamedTuple):
    """A meter as a device.

    Attributes:
        meter: its identity.
        source: the section of the configuration that reads it.
        status: topic that says ``online`` while the service is connected.
        availability: topic that says ``online`` while the meter is heard.
        state: topic of the JSON message of its values.
    """

    meter: str
    source: str
    status: str
    availability: str
    state: str

    @property
    def id(self) -> str:
        """Of the device, and the beginning of the ids of its entities.

        >>> Device("021861348497", "house", "", "", "").id
        'telewatt_021861348497'
        """
        return id_of(self.meter)

    @property
    def name(self) -> str:
        """What people call it: as the section.

        >>> Device("021861348497", "maison_est", "", "", "").name
        'Maison est'
        """
        words = re.sub("[_-]+", " ", self.source).strip()
        return words[:1].upper() + words[1:]


def id_of(meter: str) -> str:
    """Of the device of a meter."""
    return f"{ORIGIN}_{re.sub('[^A-Za-z0-9]+', '_', meter)}"


def unique_id(meter: str, key: str) -> str:
    """Of an entity: the same whatever mode and contract the meter has.

    >>> unique_id("021861348497", "import_wh")
    'telewatt_021861348497_import_wh'
    """
    return f"{id_of(meter)}_{key}"


def discovery_of(
    device: Device, entities: Iterable[Entity], language: Language, version: str
) -> dict[str, Any]:
    """The message as JSON values.

    Args:
        version: of telewatt.
    """
    return {
        "dev": _device(device),
        "o": {"name": ORIGIN, "sw": version},
        "avty": [{"t": device.status}, {"t": device.availability}],
        "avty_mode": "all",
        "stat_t": device.state,
        "cmps": {each.key: _component(device, each, language) for each in entities},
    }


def _device(device: Device) -> dict[str, Any]:
    told: dict[str, Any] = {"ids": [device.id], "name": device.name}
    if re.fullmatch("[0-9A-F]{12}", device.meter):
        address = Address(device.meter)
        told |= {"mf": address.manufacturer, "mdl": address.type, "sn": device.meter}
    return told


def _component(device: Device, entity: Entity, language: Language) -> dict[str, Any]:
    found: dict[str, Any] = {
        "p": entity.component,
        "name": entity.name.of(language),
        "uniq_id": unique_id(device.meter, entity.key),
        "val_tpl": _template(entity, language),
    }
    optional = {
        "unit_of_meas": entity.unit,
        "dev_cla": entity.device_class,
        "stat_cla": entity.state_class,
        "ent_cat": entity.category,
        "ic": entity.icon,
    }
    found |= {name: value for name, value in optional.items() if value}
    if entity.precision is not None:
        found["sug_dsp_prc"] = entity.precision
    if entity.options:
        found["options"] = [words.of(language) for words in entity.options.values()]
    if entity.key in SOURCED:
        key = json.dumps(entity.key)
        found["json_attr_t"] = device.state
        found["json_attr_tpl"] = (
            f"{{{{ {{'source': value_json.sources.get({key}), 'key': value_json[{key}]}} "
            "| tojson }}"
        )
    if entity.key == LINK:
        found |= {"stat_t": device.availability, "avty": [{"t": device.status}]}
        found |= {"pl_on": "online", "pl_off": "offline", "val_tpl": "{{ value }}"}
    return found


def entity_id(device: Device, entity: Entity, language: Language) -> str:
    """What Home Assistant calls an entity that nobody has renamed.

    >>> from telewatt.language import Text
    >>> house = Device("021861348497", "maison", "", "", "")
    >>> entity_id(house, Entity("import_wh", Text("", "Énergie soutirée")), "fr")
    'sensor.maison_energie_soutiree'
    """
    return f"{entity.component}.{slug(f'{device.name} {entity.name.of(language)}')}"


def slug(text: str) -> str:
    """A name as Home Assistant makes an id of it.

    >>> slug("Linky d'été 2")
    'linky_d_ete_2'
    """
    words = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(each for each in words if not unicodedata.combining(each))
    return re.sub("[^a-z0-9]+", "_", plain).strip("_")


SOURCED = frozenset(("tariff_period", "tempo_today", "tempo_tomorrow", "over_power"))
"""Entities that also tell which label says so, and their value in no language."""


def _template(entity: Entity, language: Language) -> str:
    """How the value is read from the message; ``None`` there is unknown."""
    value = f"value_json[{json.dumps(entity.key)}]"
    if entity.component == "binary_sensor":
        return f"{{{{ {{true: 'ON', false: 'OFF'}}.get({value}) }}}}"
    if entity.options:
        words = {key: text.of(language) for key, text in entity.options.items()}
        return f"{{{{ {json.dumps(words, ensure_ascii=False)}.get({value}) }}}}"
    return f"{{{{ {value} }}}}"


def state_of(entities: Iterable[Entity], values: Mapping[str, object]) -> dict[str, object]:
    """The values that the message of a meter holds: a key for each entity, whatever is known."""
    return {entity.key: values.get(entity.key) for entity in entities if entity.key != LINK}
