"""Checks of names: of the device, ids, entities, and of options ESPHome does not have."""

import difflib
import re
from collections.abc import Iterator

from telewatt.esphome.validator.config import Config
from telewatt.esphome.validator.findings import Finding, finding
from telewatt.esphome.validator.item import Item
from telewatt.language import Text

_DEVICE = re.compile(r"[a-z0-9_-]{1,31}")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CPP = (
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl "
    "const constexpr const_cast continue decltype default delete do double dynamic_cast else "
    "enum explicit export extern false float for friend goto if inline int long mutable "
    "namespace new noexcept not not_eq nullptr operator or or_eq private protected public "
    "register reinterpret_cast requires return short signed sizeof static static_assert "
    "static_cast struct switch template this throw true try typedef typeid typename union "
    "unsigned using virtual void volatile while xor xor_eq "
)
_TAKEN_BY_OTHERS = (
    "alarm App pinMode delay digitalRead digitalWrite INPUT OUTPUT setup loop clock close "
    "open pause sleep text uart0 uart1 uart2 index rindex time log random rand remove rename "
    "read write signal select connect send recv bind listen socket kill abs div exit system "
    "y0 y1 yn j0 j1 jn "
)
_RESERVED = frozenset(f"{_CPP} {_TAKEN_BY_OTHERS}".split())
_ENTITY_SECTIONS = ("sensor", "text_sensor", "binary_sensor", "switch", "light", "button", "number")
_COMPONENT = {"id", "setup_priority", "update_interval"}
_UART = _COMPONENT - {"update_interval"} | {
    *("baud_rate", "tx_pin", "rx_pin", "flow_control_pin", "port", "rx_buffer_size", "debug"),
    *("tx_buffer_size", "rx_full_threshold", "rx_timeout", "flush_timeout", "clock_source"),
    *("stop_bits", "data_bits", "parity"),
}
_TELEINFO = _COMPONENT | {"uart_id", "historical_mode"}
_SHOWN = {
    *("platform", "id", "name", "icon", "internal", "disabled_by_default", "entity_category"),
    *(
        "device_id",
        "web_server",
        "teleinfo_id",
        "tag_name",
        "filters",
        "on_value",
        "setup_priority",
    ),
    *("mqtt_id", "zigbee_id", "device_class", "qos", "retain", "discovery", "availability"),
    *("subscribe_qos", "state_topic", "command_topic", "command_retain", "raw_value", "report"),
}
_TEXT = _SHOWN | {"on_raw_value"}
_SENSOR = _TEXT | {
    *("unit_of_measurement", "accuracy_decimals", "state_class", "force_update", "expire_after"),
    *("on_value_range", "last_reset_type", "publish_state", "zigbee"),
}
_SAID_ELSEWHERE = {"unit_of_measurement", "state_class", "accuracy_decimals", "tags"}
_NEAREST = Text("write {name}:", "écrivez {name}:")
_REMOVE = Text("remove it", "retirez-la")


def check_names(config: Config) -> Iterator[Finding]:
    """Everything ESPHome refuses for its name."""
    device = config.root.get("esphome", "name")
    if device is not None and device.is_known and not _DEVICE.fullmatch(device.text):
        yield finding("device-name", device.file, device.line, name=device.text or '""')
    yield from _ids(config)
    yield from _entity_names(config)
    yield from _options(config)


def _ids(config: Config) -> Iterator[Finding]:
    seen: set[str] = set()
    taken = _RESERVED | config.root.entries.keys()
    for name in config.root.entries:
        for member in config.section(name):
            item = member.get("id")
            if item is None or not item.is_known or name in ("esphome", "packages"):
                continue
            yield from _id(item, seen, taken)
            seen.add(item.text)


def _id(item: Item, seen: set[str], taken: frozenset[str]) -> Iterator[Finding]:
    name = item.text
    if not _ID.fullmatch(name):
        better = re.sub(r"\W", "_", name, flags=re.ASCII)
        better = f"id_{better}" if not better or better[0].isdecimal() else better
        yield finding("id-invalid", item.file, item.line, name=name or '""', better=better)
    elif name in taken:
        yield finding("id-reserved", item.file, item.line, name=name)
    elif name in seen:
        yield finding("id-twice", item.file, item.line, name=name)


def _entity_names(config: Config) -> Iterator[Finding]:
    for section in _ENTITY_SECTIONS:
        seen: set[tuple[str, str]] = set()
        for entity in config.section(section):
            item = entity.get("name")
            if item is None:
                is_ours = entity.words("platform") == "teleinfo" and "tags" not in entity.entries
                if is_ours and "id" not in entity.entries:
                    yield finding("name-missing", entity.file, entity.line, platform=section)
            elif item.is_known and item.text:
                key = (entity.words("device_id"), re.sub(r"[^a-z0-9]", "_", item.text.lower()))
                if key in seen:
                    values = {"platform": section, "name": item.text}
                    yield finding("name-twice", item.file, item.line, **values)
                seen.add(key)


def _options(config: Config) -> Iterator[Finding]:
    """Only of the sections a meter needs: their options are few and known."""
    for section, known, members in (
        ("uart", _UART, config.uarts),
        ("teleinfo", _TELEINFO, config.readers),
        ("sensor", _SENSOR, config.entities("sensor")),
        ("text_sensor", _TEXT | _SAID_ELSEWHERE, config.entities("text_sensor")),
    ):
        for member in members:
            if "tags" in member.entries:
                continue
            for option, item in member.entries.items():
                if option not in known and "$" not in option:
                    near = difflib.get_close_matches(option, known, 1)
                    better = _NEAREST.fill(name=near[0]) if near else _REMOVE
                    values = {"option": option, "section": section, "better": better}
                    yield finding("option-unknown", item.file, item.line, **values)


def check_device(config: Config) -> Iterator[Finding]:
    """The chip, its framework, the network and who reads the device."""
    root = config.root
    esphome = root.get("esphome")
    for key in ("platform", "board"):
        if esphome and (old := esphome.get(key)):
            yield finding("platform-old", old.file, old.line, key=key)
            break
    else:
        yield from _platform(config)
    wifi, wired = root.get("wifi"), root.get("ethernet")
    if wifi and wired:
        yield finding("network-twice", wired.file, wired.line)
    portal = root.get("captive_portal")
    if portal and wifi and "ap" not in wifi.entries and not config.partial:
        yield finding("portal-without-ap", portal.file, portal.line)
    if config.partial or not esphome or config.platforms == ["host"]:
        return
    if not {"wifi", "ethernet", "openthread", "modem"} & root.entries.keys():
        yield finding("network-missing", esphome.file, esphome.line)
    elif not {"api", "mqtt", "web_server", "prometheus", "zigbee"} & root.entries.keys():
        yield finding("reader-missing", esphome.file, esphome.line)


def _platform(config: Config) -> Iterator[Finding]:
    esphome = config.root.get("esphome")
    if len(config.platforms) > 1:
        second = config.root.entries[config.platforms[1]]
        names = ", ".join(config.platforms)
        yield finding("platform-twice", second.file, second.line, names=names)
    elif not config.platforms and not config.partial and esphome:
        yield finding("platform-missing", esphome.file, esphome.line)
    framework = config.root.get("esp32", "framework", "type")
    only_idf = config.chip_name in ("esp32c6", "esp32c5", "esp32h2", "esp32p4")
    if framework and framework.text == "arduino" and only_idf:
        values = {"chip": config.chip_name.upper(), "framework": framework.text}
        yield finding("framework", framework.file, framework.line, **values)
