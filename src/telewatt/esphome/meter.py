"""The package of one meter: its UART, its reader, and one entity a label."""

from telewatt.esphome.answers import DeviceAnswers, MeterAnswers
from telewatt.esphome.boards import HOST
from telewatt.esphome.labels import labels_sent
from telewatt.esphome.shown import Shown, shown
from telewatt.esphome.writer import Plain

RX_BUFFER_BYTES = {9600: 2048, 1200: 512}
UPDATE_INTERVAL = "200ms"


def meter_package(device: DeviceAnswers, meter: MeterAnswers) -> dict[str, object]:
    """The sections of this meter's file."""
    if device.bridge:
        return {"uart": [_uart(device, meter)], "serial_proxy": [_proxy(meter)]}
    rows = [shown(meter, label) for label in labels_sent(meter)]
    numbers = [row for row in rows if row.unit and not row.exact]
    texts = [row for row in rows if not row.unit or row.exact]
    return {
        "uart": [_uart(device, meter)],
        "teleinfo": [_reader(meter)],
        "sensor": [_sensor(device, meter, row) for row in numbers],
        "text_sensor": [_text_sensor(device, meter, row) for row in texts],
    }


def entity_name(device: DeviceAnswers, meter: MeterAnswers, name: str) -> str:
    """The name of an entity: with two meters, each says whose it is."""
    return f"{meter.shown} {name}" if len(device.meters) > 1 else name


def _uart(device: DeviceAnswers, meter: MeterAnswers) -> dict[str, object]:
    where: dict[str, object] = (
        {"port": meter.port} if device.board.name == HOST else {"rx_pin": Plain(f"GPIO{meter.rx}")}
    )
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


def _sensor(device: DeviceAnswers, meter: MeterAnswers, row: Shown) -> dict[str, object]:
    entity: dict[str, object] = {
        "platform": "teleinfo",
        "teleinfo_id": f"{meter.name}_tic",
        "tag_name": row.label,
        "id": entity_id(meter, row.label),
        "name": entity_name(device, meter, row.name.of(device.language)),
        "unit_of_measurement": row.unit,
        "device_class": row.device_class,
        "state_class": row.state_class,
        "accuracy_decimals": 0,
    }
    if row.diagnostic:
        entity["entity_category"] = "diagnostic"
    return entity


def _text_sensor(device: DeviceAnswers, meter: MeterAnswers, row: Shown) -> dict[str, object]:
    entity: dict[str, object] = {
        "platform": "teleinfo",
        "teleinfo_id": f"{meter.name}_tic",
        "tag_name": row.label,
        "id": entity_id(meter, row.label),
        "name": entity_name(device, meter, row.name.of(device.language)),
    }
    if row.diagnostic:
        entity["entity_category"] = "diagnostic"
    return entity


def entity_id(meter: MeterAnswers, label: str) -> str:
    """The id of a label's entity inside the firmware."""
    return f"{meter.name}_{label.lower().replace('+', '_next').replace('-', '_last')}"
