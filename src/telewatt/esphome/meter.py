"""The package of one meter: its UART, its reader, one entity a label, and what they mean."""

from telewatt.esphome.answers import DeviceAnswers, MeterAnswers
from telewatt.esphome.boards import HOST
from telewatt.esphome.decoded import Decoded, decoded, id_of
from telewatt.esphome.labels import labels_sent
from telewatt.esphome.shown import Shown, shown
from telewatt.esphome.writer import Anchored, Code, Plain, Row

RX_BUFFER_BYTES = {9600: 2048, 1200: 512}
UPDATE_INTERVAL = "200ms"
STALE = "30s"
_PASSING = {"ADPS": "10s", "ADIR1": "10s", "ADIR2": "10s", "ADIR3": "10s", "PEJP": "60s"}
"""Labels a meter sends only while it is so: without them for so long, the value is 0."""
_NEWS = {"or": [{"delta": 1}, {"throttle": Plain("5s")}]}
"""A number when it changes, and now and then, so that who listens knows it still holds."""
_IDENTITIES = ("ADCO", "ADSC")
_CHANGES = """\
static std::string last;
if (x == last) return {};
last = x;
return x;"""
"""Only what is new: a meter repeats itself every second."""
_EXACT = f"x = to_string(atoi(x.c_str()));\n{_CHANGES}"
"""Whole Wh without leading zeros, exact to the last digit."""


def meter_package(device: DeviceAnswers, meter: MeterAnswers) -> dict[str, object]:
    """The sections of this meter's file."""
    if device.bridge:
        return {"uart": [_uart(device, meter)], "serial_proxy": [_proxy(meter)]}
    labels = labels_sent(meter)
    rows = [shown(meter, label) for label in labels]
    templates = decoded(meter, labels, device.language)
    needed = {
        row.label
        for row in rows
        if any(f"id({id_of(meter, row.label)})" in t.code for t in templates)
    }
    entities = {row.label: _entity(device, meter, row, row.label in needed) for row in rows}
    by_section = {
        section: [_template(device, meter, one) for one in templates if one.section == section]
        for section in ("text_sensor", "binary_sensor")
    }
    return {
        "uart": [_uart(device, meter)],
        "teleinfo": [_reader(meter)],
        "globals": [{"id": id_of(meter, "heard"), "type": "uint32_t", "initial_value": "0"}],
        **_anchors(meter, rows),
        "sensor": [entities[row.label] for row in rows if row.number],
        "text_sensor": [
            *(entities[row.label] for row in rows if not row.number),
            *by_section["text_sensor"],
        ],
        "binary_sensor": by_section["binary_sensor"],
    }


def entity_name(device: DeviceAnswers, meter: MeterAnswers, name: str) -> str:
    """The name of an entity: with two meters, each says whose it is. ESPHome allows no slash."""
    return (f"{meter.shown} {name}" if len(device.meters) > 1 else name).replace("/", "-")


def _uart(device: DeviceAnswers, meter: MeterAnswers) -> dict[str, object]:
    on_host = device.board.name == HOST
    where = {"port": meter.port} if on_host else {"rx_pin": Plain(f"GPIO{meter.rx}")}
    return {
        "id": f"{meter.name}_uart",
        **where,
        "baud_rate": meter.baud,
        "data_bits": 8 if device.bridge else 7,
        "parity": "NONE" if device.bridge else "EVEN",
        "stop_bits": 1,
        "rx_buffer_size": RX_BUFFER_BYTES[meter.baud],
    }


def _proxy(meter: MeterAnswers) -> dict[str, object]:
    return {
        "id": f"{meter.name}_port",
        "uart_id": f"{meter.name}_uart",
        "name": meter.name,
        "port_type": "TTL",
    }


def _reader(meter: MeterAnswers) -> dict[str, object]:
    return {
        "id": f"{meter.name}_tic",
        "uart_id": f"{meter.name}_uart",
        "historical_mode": meter.historic,
        "update_interval": Plain(UPDATE_INTERVAL),
    }


def _anchors(meter: MeterAnswers, rows: list[Shown]) -> dict[str, object]:
    """What many entities share, said once."""
    common = _both_kinds(meter)
    anchors: dict[str, object] = {
        "number": {
            **common,
            "accuracy_decimals": 0,
            "filters": [{"timeout": Plain(STALE)}, _NEWS],
        }
    }
    for row in rows:
        if row.number and row.label not in _PASSING:
            anchors[_unit_anchor(row.entity.unit)] = {
                "<<": Plain("*number"),
                "unit_of_measurement": row.entity.unit,
                "device_class": row.entity.device_class,
                "state_class": row.entity.state_class,
            }
    anchors["changes"] = [{"lambda": Code(_CHANGES)}]
    anchors["text"] = {**common, "filters": Plain("*changes")}
    anchors["index"] = {**common, "filters": [{"lambda": Code(_EXACT)}]}
    anchors["detail"] = {"entity_category": "diagnostic"}
    anchors["hidden"] = {"entity_category": "diagnostic", "disabled_by_default": True}
    return {f".{name}": Anchored(value) for name, value in anchors.items()}


def _unit_anchor(unit: str) -> str:
    return unit.lower()


def _entity(
    device: DeviceAnswers, meter: MeterAnswers, row: Shown, needed: bool
) -> Row | dict[str, object]:
    """One label; with an id where something decodes it, in a block where it does more."""
    kind = "index" if row.exact else _unit_anchor(row.entity.unit) if row.number else "text"
    hidden = ("hidden",) if row.hidden else ("detail",) if row.diagnostic else ()
    entries: dict[str, object] = {
        "tag_name": row.label,
        **({"id": id_of(meter, row.label)} if needed else {}),
        "name": entity_name(device, meter, row.name.of(device.language)),
    }
    if row.label in _PASSING:
        return _merging(hidden, {**_number(meter, row), **entries})
    if row.label in _IDENTITIES:
        heard = f"id({id_of(meter, 'heard')}) = millis();"
        return _merging((kind, *hidden), {**entries, "on_raw_value": [{"lambda": Plain(heard)}]})
    return Row((kind, *hidden), entries)


def _merging(anchors: tuple[str, ...], entries: dict[str, object]) -> dict[str, object]:
    aliases = ", ".join(f"*{name}" for name in anchors)
    return {"<<": Plain(f"[{aliases}]"), **entries} if anchors else entries


def _number(meter: MeterAnswers, row: Shown) -> dict[str, object]:
    """A number that is sent only while it is so: silence means 0."""
    silence = {"timeout": Plain(_PASSING[row.label]), "value": 0}
    return {
        **_both_kinds(meter),
        "unit_of_measurement": row.entity.unit,
        "device_class": row.entity.device_class,
        "state_class": row.entity.state_class,
        "accuracy_decimals": 0,
        "filters": [{"timeout": silence}, _NEWS],
    }


def _both_kinds(meter: MeterAnswers) -> dict[str, object]:
    return {"platform": "teleinfo", "teleinfo_id": f"{meter.name}_tic"}


def _template(device: DeviceAnswers, meter: MeterAnswers, one: Decoded) -> dict[str, object]:
    entity: dict[str, object] = {
        "platform": "template",
        "id": id_of(meter, one.key),
        "name": entity_name(device, meter, one.entity.name.of(device.language)),
    }
    if one.entity.device_class and one.section == "binary_sensor":
        entity["device_class"] = one.entity.device_class
    if one.entity.icon:
        entity["icon"] = one.entity.icon
    if one.entity.category:
        entity["entity_category"] = one.entity.category
    entity["lambda"] = Code(one.code)
    if one.section == "text_sensor":
        entity["update_interval"] = Plain("1s")
        entity["filters"] = Plain("*changes")
    return entity
