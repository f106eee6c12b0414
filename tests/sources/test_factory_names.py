"""Devices that `telewatt esphome generate` writes are understood by `esphome+values://`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from telewatt.esphome.meter import meter_package
from telewatt.esphome.writer import Row
from telewatt.sources.relay.names import labels_of, meanings_of, mode_of_names
from tests.esphome.matrix import devices


def entities(package: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in ("sensor", "text_sensor", "binary_sensor"):
        for entity in package.get(section, ()):
            yield entity.entries if isinstance(entity, Row) else entity


def test_every_label_is_found_by_the_name_the_factory_gives_it_and_nothing_else_is_one() -> None:
    seen: set[object] = set()
    wrong: set[tuple[str, str | None, str | None]] = set()
    for device in devices():
        for meter in device.meters:
            kind = (meter.mode, meter.contract, meter.phases, meter.producer, device.language)
            if device.bridge or (len(device.meters), kind) in seen:
                continue
            seen.add((len(device.meters), kind))
            prefix = meter.shown if len(device.meters) > 1 else ""
            told = {e["name"]: e.get("tag_name") for e in entities(meter_package(device, meter))}
            meanings = {name: meanings_of(name, prefix) for name in told}
            if told and mode_of_names(meanings.values()) is not meter.mode:
                wrong.add((str(meter), None, None))
            labels = labels_of(meanings, meter.mode)
            wrong |= {
                (name, t, labels.get(name)) for name, t in told.items() if labels.get(name) != t
            }
    assert wrong == set()
