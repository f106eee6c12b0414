"""The file of the device: board, network, who may read it; one package a meter; no secret."""

from telewatt.esphome.answers import DeviceAnswers
from telewatt.esphome.boards import HOST, Board
from telewatt.esphome.lamp import lamp_sections
from telewatt.esphome.writer import Include, Plain, Secret

MIN_VERSION = "2026.10.0"
"""The oldest ESPHome the tests have asked: encrypted updates and ``serial_proxy`` need it."""


def device_sections(device: DeviceAnswers) -> dict[str, object]:
    """The sections of the device's file."""
    return {
        "esphome": {
            "name": device.name,
            "friendly_name": device.shown,
            "min_version": Plain(MIN_VERSION),
            **({"build_flags": list(device.flags)} if device.flags else {}),
        },
        "packages": {
            meter.name: Include(f"{device.name}/{meter.name}.yaml") for meter in device.meters
        },
        device.board.platform: _platform(device),
        "logger": _logger(device),
        **_network(device),
        **_readers(device),
        **_status_led(device),
        **lamp_sections(device),
    }


def secrets_of(device: DeviceAnswers) -> tuple[str, ...]:
    """The names of the secrets its file asks for, in its order."""
    return tuple(dict.fromkeys(_secrets_in(device_sections(device))))


def _secrets_in(value: object) -> list[str]:
    if isinstance(value, Secret):
        return [value.name]
    if isinstance(value, dict):
        return [name for inner in value.values() for name in _secrets_in(inner)]
    if isinstance(value, list):
        return [name for inner in value for name in _secrets_in(inner)]
    return []


def _platform(device: DeviceAnswers) -> object:
    board = device.board
    if board.name == HOST:
        return None
    if board.platform == "esp8266":
        return {"board": board.name}
    return {"board": board.name, "framework": {"type": device.framework}}


def _logger(device: DeviceAnswers) -> dict[str, object]:
    """An ESP8266 has one UART that receives: it is the meter's, and logs go over the network.

    So it is on a chip whose UARTs are all taken by meters.
    """
    facts = device.board.facts
    logger: dict[str, object] = {"level": "INFO"}
    if facts and facts.logger == "UART0" and len(device.meters) > facts.uarts - 1:
        logger["baud_rate"] = 0
    return logger


def _network(device: DeviceAnswers) -> dict[str, object]:
    if device.network == "wifi":
        wifi: dict[str, object] = {
            "ssid": Secret("wifi_ssid"),
            "password": Secret("wifi_password"),
        }
        if device.captive_portal:
            wifi["ap"] = {"password": Secret("fallback_password")}
            return {"wifi": wifi, "captive_portal": None}
        return {"wifi": wifi}
    return {"ethernet": _ethernet(device.board)} if device.network == "ethernet" else {}


def _ethernet(board: Board) -> dict[str, object]:
    wired = board.wired
    assert wired is not None
    ethernet: dict[str, object] = {
        "type": wired.type,
        "mdc_pin": _pin(wired.mdc),
        "mdio_pin": _pin(wired.mdio),
        "clk": {"pin": _pin(wired.clock), "mode": wired.clock_mode},
        "phy_addr": wired.address,
    }
    if wired.power is not None:
        ethernet["power_pin"] = _pin(wired.power)
    return ethernet


def _pin(number: int) -> Plain:
    return Plain(f"GPIO{number}")


def _readers(device: DeviceAnswers) -> dict[str, object]:
    sections: dict[str, object] = {}
    if device.api:
        on_host = device.board.name == HOST  # whose compiler has no library of encryption
        encrypted = {"encryption": {"key": Secret("api_encryption_key")}}
        port = {"port": device.api_port} if device.api_port else {}
        sections["api"] = {**({} if on_host else encrypted), **port} or None
    if device.mqtt:
        sections["mqtt"] = {
            "broker": Secret("mqtt_broker"),
            "username": Secret("mqtt_username"),
            "password": Secret("mqtt_password"),
        }
    if device.ota:
        by = {"encryption": None} if device.api else {"password": Secret("ota_password")}
        sections["ota"] = [{"platform": "esphome", **by}]
    if device.web_server:
        sections["web_server"] = {
            "port": 80,
            "ota": False,  # its updates would not be encrypted
            "auth": {
                "type": "digest",
                "username": Secret("web_username"),
                "password": Secret("web_password"),
            },
        }
    return sections


def _status_led(device: DeviceAnswers) -> dict[str, object]:
    status = device.board.status
    if not device.status_led or status is None:
        return {}
    number, lit_by_low = status
    pin: dict[str, object] = {"number": _pin(number)}
    if lit_by_low:
        pin["inverted"] = True
    if device.board.platform == "esp32":
        pin["ignore_strapping_warning"] = True
    return {"status_led": {"pin": pin}}
