"""One entity: a thing that a home automation shows of a meter."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from telewatt.language import Text

_NONE: Mapping[str, Text] = MappingProxyType({})

DEVICE_CLASSES = {
    **{"Wh": "energy", "VA": "apparent_power", "W": "power", "kW": "power", "V": "voltage"},
    **{"A": "current", "min": "duration"},
}
"""From a unit to what Home Assistant and ESPHome call its class; other units have none there."""


class Entity(NamedTuple):
    """What is shown, and how.

    Attributes:
        key: stable, by meaning, never by label: the same in both modes and all contracts
            (``import_1_wh``, ``tariff_period``); a letter, then letters, digits and ``_``.
        name: for people, by meaning: "Heures creuses", "Tempo rouge HP", "Phase 2 voltage".
        component: ``sensor``, or ``binary_sensor`` whose value is ``True`` or ``False``.
        unit: ``Wh``, ``VA``...; ``""`` where there is none.
        device_class: as Home Assistant 2025.4 and ESPHome name it; ``""`` where there is none.
        state_class: ``measurement``, ``total_increasing`` or ``""``.
        precision: digits after the point to show; ``None`` where it is no number.
        category: ``diagnostic``, or ``""`` for what people look at every day.
        options: of an enum, the words for each value; else empty.
        icon: where the class does not give a good one, else ``""``.
        enabled: whether it is shown without being asked for.
    """

    key: str
    name: Text
    component: Literal["sensor", "binary_sensor"] = "sensor"
    unit: str = ""
    device_class: str = ""
    state_class: Literal["", "measurement", "total_increasing"] = ""
    precision: int | None = None
    category: Literal["", "diagnostic"] = ""
    options: Mapping[str, Text] = _NONE
    icon: str = ""
    enabled: bool = True


def enum(key: str, name: Text, options: Mapping[str, Text], icon: str = "") -> Entity:
    """A sensor with a fixed set of values."""
    return Entity(key, name, device_class="enum", options=options, icon=icon)


def measured(key: str, name: Text, unit: str) -> Entity:
    """A momentary value."""
    return Entity(
        *(key, name, "sensor", unit, DEVICE_CLASSES.get(unit, ""), "measurement"),
        precision=0,
    )


def counted(key: str, name: Text, unit: str) -> Entity:
    """A counter, which only rises."""
    return Entity(
        *(key, name, "sensor", unit, DEVICE_CLASSES.get(unit, ""), "total_increasing"),
        precision=0,
    )
