"""The boards `telewatt esphome generate` knows, each with pins that are known to work.

A receiving pin here is free on the board, is no strapping pin, is not the logger's, and its level
at reset does not matter. On an ESP8266 the first is that of the one UART in hardware (swapped), the
second is read by software, which is good enough for 1200 baud only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from telewatt.esphome.chips import CHIPS, Chip
from telewatt.language import Text

ARDUINO = "arduino"
ESP_IDF = "esp-idf"
HOST = "host"


class Wired(NamedTuple):
    """The Ethernet chip of a board, as ESPHome's ``ethernet:`` wants it."""

    type: str
    mdc: int
    mdio: int
    clock: int
    clock_mode: str
    address: int
    power: int | None


class Board(NamedTuple):
    """One board.

    Attributes:
        name: what the user says, and PlatformIO's name of the board.
        title: its name for people.
        chip: the key into `telewatt.esphome.chips.CHIPS`; ``host`` is this computer.
        frameworks: the usual one first.
        receive: the pins for meters, the first for the first meter.
        lamps: pins for light-emitting diodes: blue (or EJP), white, red.
        status: the pin of the board's own plain diode, and whether it is lit by a low level.
        wired: its Ethernet, if it has one.
    """

    name: str
    title: Text
    chip: str
    frameworks: tuple[str, ...]
    receive: tuple[int, ...]
    lamps: tuple[int, ...]
    status: tuple[int, bool] | None = None
    wired: Wired | None = None

    @property
    def platform(self) -> str:
        """``esp32``, ``esp8266`` or ``host``: the key of ESPHome's configuration."""
        return "esp32" if self.chip.startswith("esp32") else self.chip

    @property
    def facts(self) -> Chip | None:
        """What its chip can do; ``None`` for ``host``."""
        return CHIPS.get(self.chip)

    def software_uart(self, number: int) -> bool:
        """Whether the meter with this number (from 0) has no UART in hardware."""
        return self.chip == "esp8266" and number > 0


def _board(
    name: str,
    title: str,
    chip: str,
    frameworks: tuple[str, ...],
    receive: tuple[int, ...],
    lamps: tuple[int, ...],
    status: tuple[int, bool] | None = None,
    wired: Wired | None = None,
) -> Board:
    return Board(name, Text(title, title), chip, frameworks, receive, lamps, status, wired)


_BOTH = (ESP_IDF, ARDUINO)
_ROWS = (
    _board(
        "esp32doit-devkit-v1", "ESP32 DOIT DevKit v1 (30 pins)",
        "esp32", _BOTH, (16, 17, 27), (25, 33, 26), (2, False),
    ),
    _board("esp32dev", "ESP32 DevKitC", "esp32", _BOTH, (16, 17, 27), (25, 33, 26)),
    _board(
        "wt32-eth01", "WT32-ETH01 (Ethernet)",
        "esp32", _BOTH, (32, 33, 4), (14, 5, 17),
        wired=Wired("LAN8720", 23, 18, 0, "CLK_EXT_IN", 1, 16),
    ),
    _board(
        "esp32-poe", "Olimex ESP32-POE (Ethernet)",
        "esp32", _BOTH, (32, 33, 13), (14, 4, 16),
        wired=Wired("LAN8720", 23, 18, 17, "CLK_OUT", 0, 12),
    ),
    _board(
        "esp32-c3-devkitm-1", "ESP32-C3 DevKitM-1 / SuperMini",
        "esp32c3", _BOTH, (4, 5), (6, 7, 10),
    ),
    _board(
        "esp32-s3-devkitc-1", "ESP32-S3 DevKitC-1",
        "esp32s3", _BOTH, (16, 17, 18), (4, 5, 6),
    ),
    _board(
        "esp32-c6-devkitc-1", "ESP32-C6 DevKitC-1",
        "esp32c6", (ESP_IDF,), (10, 11), (18, 19, 20),
    ),
    _board("d1_mini", "WeMos D1 mini", "esp8266", (ARDUINO,), (13, 5), (14, 12, 4), (2, True)),
    _board("nodemcuv2", "NodeMCU v2", "esp8266", (ARDUINO,), (13, 5), (14, 12, 4), (2, True)),
)  # fmt: skip
_HOST = Board(
    HOST,
    Text("this computer (for trying it out)", "cet ordinateur (pour essayer)"),
    HOST,
    (HOST,),
    (0, 1, 2),
    (),
)

BOARDS: Mapping[str, Board] = MappingProxyType({board.name: board for board in (*_ROWS, _HOST)})
"""Every board by its name."""
