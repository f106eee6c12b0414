"""A package for Home Assistant: the registers as numbers, ready for the Energy dashboard.

Home Assistant counts in double precision, so a register of nine digits is exact there; the ESP
sends it as text.
"""

from telewatt.entities.discovery import slug
from telewatt.esphome.answers import DeviceAnswers, MeterAnswers
from telewatt.esphome.labels import labels_sent
from telewatt.esphome.meter import entity_name
from telewatt.esphome.shown import Shown, shown


def counter_sections(device: DeviceAnswers) -> dict[str, object]:
    """The template sensors of every register of active energy; empty where there is none."""
    sensors = [
        _sensor(device, meter, row)
        for meter in device.meters
        for row in (shown(meter, label) for label in labels_sent(meter))
        if row.exact and row.entity.unit == "Wh" and not row.hidden
    ]
    return {"template": [{"sensor": sensors}]} if sensors and not device.bridge else {}


def _sensor(device: DeviceAnswers, meter: MeterAnswers, row: Shown) -> dict[str, object]:
    source = entity_id(device, meter, row)
    name = row.entity.name.of(device.language)
    return {
        "name": f"{meter.shown if len(device.meters) > 1 else device.shown} {name}",
        "unique_id": f"telewatt_{device.name}_{meter.name}_{row.entity.key}",
        "unit_of_measurement": "Wh",
        "device_class": "energy",
        "state_class": "total_increasing",
        "state": f"{{{{ states('{source}') | int }}}}",
        "availability": f"{{{{ states('{source}') | is_number }}}}",
    }


def entity_id(device: DeviceAnswers, meter: MeterAnswers, row: Shown) -> str:
    """The id Home Assistant gives the text sensor of a register."""
    name = entity_name(device, meter, row.name.of(device.language))
    return f"sensor.{slug(device.shown)}_{slug(name)}"
