"""The loaded configuration as the checks ask for it: chip, UARTs, readers, entities, pins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from telewatt.esphome.boards import BOARDS
from telewatt.esphome.chips import CHIPS, Chip
from telewatt.esphome.validator.item import Item
from telewatt.esphome.validator.loader import Loaded

PLATFORMS = ("esp32", "esp8266", "host", "rp2040", "rp2", "bk72xx", "ln882x", "rtl87xx", "nrf52")
_VARIANT = re.compile(r"(c3|c6|s2|s3|h2|c2|c5|p4)(?![0-9])")
_PLAIN_ESP32 = frozenset(
    (
        *("esp32dev", "nodemcu-32s", "esp-wrover-kit", "wemos_d1_mini32", "lolin32", "lolin_d32"),
        *("az-delivery-devkit-v4", "esp32-gateway", "mhetesp32minikit", "m5stack-core-esp32"),
        *("pico32", "esp32cam", "featheresp32", "esp32-evb", "denky_d4", "wesp32", "esp32thing"),
    )
)
_ESP8266_PINS = {
    **{"D0": 16, "D1": 5, "D2": 4, "D3": 0, "D4": 2, "D5": 14, "D6": 12, "D7": 13, "D8": 15},
    **{"RX": 3, "TX": 1},
}
_PIN_OPTIONS = {
    *("number", "inverted", "mode", "allow_other_uses", "ignore_strapping_warning"),
    *("ignore_pin_validation_error", "drive_strength", "analog", "id"),
}
_OUTPUTS = ("output", "switch", "light", "status_led")
_INPUTS = ("binary_sensor", "sensor")
_DURATION = re.compile(r"([0-9.]+)\s*(us|ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?)?")
_SECONDS = {"u": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400}


class Pin(NamedTuple):
    """One use of a GPIO: ``use`` is ``receive``, ``output``, ``input`` or ``other``."""

    number: int
    item: Item
    use: str


@dataclass
class Config:
    """One configuration.

    Attributes:
        root: its sections.
        partial: part of it cannot be seen: nothing may be said to be missing.
        is_device: it is the file of a device, not a package alone.
    """

    root: Item
    partial: bool
    is_device: bool

    @classmethod
    def of(cls, loaded: Loaded) -> "Config":
        """From its files."""
        is_device = "esphome" in loaded.root.entries
        return cls(loaded.root, loaded.partial or not is_device, is_device)

    def section(self, name: str) -> list[Item]:
        """The members of a section: one or many."""
        found = self.root.get(name)
        return [item for item in found.members if item.entries] if found else []

    @cached_property
    def platforms(self) -> list[str]:
        """The chips that are said."""
        return [name for name in PLATFORMS if name in self.root.entries]

    @cached_property
    def chip_name(self) -> str:
        """The key into CHIPS, or empty where the chip is not known here."""
        esphome = self.root.get("esphome")
        old = esphome.words("platform").lower() if esphome else ""  # as it was said until 2025
        platforms = self.platforms or [old]
        if platforms != ["esp32"]:
            return "esp8266" if platforms == ["esp8266"] else ""
        esp32 = self.root.get("esp32") or esphome
        if esp32 is None:
            return ""
        variant = esp32.words("variant").lower().replace("-", "")
        board = esp32.words("board").lower()
        if variant:
            return variant
        if board in BOARDS:
            return BOARDS[board].chip
        if found := _VARIANT.search(board):
            return f"esp32{found[1]}"
        return "esp32" if board in _PLAIN_ESP32 else ""

    @cached_property
    def chip(self) -> Chip | None:
        """What the chip can do, where that is known."""
        return CHIPS.get(self.chip_name)

    @cached_property
    def uarts(self) -> list[Item]:
        """The UARTs."""
        return self.section("uart")

    @cached_property
    def readers(self) -> list[Item]:
        """The teleinfo components."""
        return [item for item in self.section("teleinfo") if "tags" not in item.entries]

    @cached_property
    def bridges(self) -> list[Item]:
        """The serial_proxy ports."""
        return self.section("serial_proxy")

    def entities(self, *sections: str) -> list[Item]:
        """The entities of a meter in these sections."""
        found = [item for name in sections for item in self.section(name)]
        return [item for item in found if item.words("platform") == "teleinfo"]

    def uart_of(self, user: Item) -> Item | None:
        """The UART of a reader or bridge: that of its uart_id, else the only one."""
        named = user.get("uart_id")
        if named is None:
            return self.uarts[0] if len(self.uarts) == 1 else None
        return next((uart for uart in self.uarts if uart.words("id") == named.value), None)

    def reader_of(self, entity: Item) -> Item | None:
        """The reader of an entity, likewise."""
        named = entity.get("teleinfo_id")
        if named is None:
            return self.readers[0] if len(self.readers) == 1 else None
        return next((r for r in self.readers if r.words("id") == named.value), None)

    def is_historic(self, reader: Item | None) -> bool | None:
        """The mode of a reader; ``None`` where the configuration contradicts itself."""
        if reader is None:
            return None
        said = reader.get("historical_mode")
        uart = self.uart_of(reader)
        baud = uart.words("baud_rate") if uart else ""
        if said is None:
            return baud == "1200"
        expected = {"1200": True, "9600": False}.get(baud, said.switch)
        return said.switch if said.switch == expected else None

    def logger_uart(self) -> bool:
        """Whether the logger takes the pins of UART0."""
        logger = self.root.get("logger")
        if logger is None or self.chip is None or logger.words("baud_rate") == "0":
            return False
        return (logger.words("hardware_uart").upper() or self.chip.logger) == "UART0"

    def number_of(self, item: Item) -> int | None:
        """The GPIO of a pin; ``None`` for one of an expander, or a name not known here."""
        if item.entries:
            if not item.entries.keys() <= _PIN_OPTIONS or "number" not in item.entries:
                return None
            item = item.entries["number"]
        text = item.text.upper().removeprefix("GPIO").strip()
        if text.isascii() and text.isdecimal():
            return int(text)
        return _ESP8266_PINS.get(text) if self.chip_name == "esp8266" else None

    @cached_property
    def pins(self) -> list[Pin]:
        """Every use of a GPIO."""
        return list(self._pins())

    def _pins(self) -> Iterator[Pin]:
        for name, section in self.root.entries.items():
            if name == "substitutions" or name.startswith("."):
                continue
            for member in section.members:
                for key, item in member.entries.items():
                    if key == "pin" or key.endswith("_pin"):
                        number = self.number_of(item)
                        if number is not None:
                            yield Pin(number, item, _use(name, key))


def _use(section: str, key: str) -> str:
    if section == "uart":
        return "receive" if key == "rx_pin" else "output"
    if section in _OUTPUTS:
        return "output"
    return "input" if section in _INPUTS else "other"


def seconds_of(text: str) -> float | None:
    """The seconds of ``200ms``, ``60s``, ``1min``; ``None`` for ``never`` and what is none.

    >>> seconds_of("200ms"), seconds_of("1min"), seconds_of("never")
    (0.2, 60.0, None)
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if not match or match[1].count(".") > 1 or match[1] == ".":
        return None
    unit = match[2] or "ms"
    return float(match[1]) * _SECONDS["ms" if unit == "ms" else unit[0]]
