"""What the pins of each ESP chip may do: facts of the makers' data sheets, nothing of a board.

Sources: Espressif's data sheets of the ESP32, ESP32-S2, -S3, -C3, -C6 and ESP8266 (chapters "Pins"
and "Strapping pins"); which UART the logger takes by default: ESPHome 2026.10.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

UART0 = "UART0"
USB_SERIAL_JTAG = "USB_SERIAL_JTAG"
USB_CDC = "USB_CDC"


class Chip(NamedTuple):
    """One chip.

    Attributes:
        name: as people write it, ``ESP32-C3``.
        pins: every GPIO there is.
        flash: pins that the flash memory takes.
        input_only: pins without an output (and without pull resistors).
        strapping: pins whose level at reset decides how the chip starts.
        usb: pins of the built-in USB port.
        uart0: (TX, RX) of the first UART.
        uarts: how many UARTs in hardware can receive.
        logger: what the logger takes without being told.
    """

    name: str
    pins: frozenset[int]
    flash: frozenset[int]
    input_only: frozenset[int]
    strapping: frozenset[int]
    usb: frozenset[int]
    uart0: tuple[int, int]
    uarts: int
    logger: str


def _pins(text: str) -> frozenset[int]:
    """The numbers of ``"0-5 8 34-39"``.

    >>> sorted(_pins("0-2 8"))
    [0, 1, 2, 8]
    """
    numbers: set[int] = set()
    for word in text.split():
        first, _, last = word.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)


def _chip(  # noqa: PLR0913 - one row of the table
    name: str,
    pins: str,
    *,
    flash: str,
    strapping: str,
    uart0: tuple[int, int],
    uarts: int,
    logger: str = USB_SERIAL_JTAG,
    input_only: str = "",
    usb: str = "",
) -> Chip:
    return Chip(
        name=name,
        pins=_pins(pins),
        flash=_pins(flash),
        input_only=_pins(input_only),
        strapping=_pins(strapping),
        usb=_pins(usb),
        uart0=uart0,
        uarts=uarts,
        logger=logger,
    )


CHIPS: Mapping[str, Chip] = MappingProxyType(
    {
        "esp32": _chip(
            "ESP32", "0-23 25-27 32-39", flash="6-11", input_only="34-39",
            strapping="0 2 5 12 15", uart0=(1, 3), uarts=3, logger=UART0,
        ),
        "esp32s2": _chip(
            "ESP32-S2", "0-21 26-46", flash="26-32", input_only="46",
            strapping="0 45 46", usb="19 20", uart0=(43, 44), uarts=2, logger=USB_CDC,
        ),
        "esp32s3": _chip(
            "ESP32-S3", "0-21 26-48", flash="26-32",
            strapping="0 3 45 46", usb="19 20", uart0=(43, 44), uarts=3,
        ),
        "esp32c3": _chip(
            "ESP32-C3", "0-21", flash="12-17",
            strapping="2 8 9", usb="18 19", uart0=(21, 20), uarts=2,
        ),
        "esp32c6": _chip(
            "ESP32-C6", "0-30", flash="24-30",
            strapping="4 5 8 9 15", usb="12 13", uart0=(16, 17), uarts=2,
        ),
        "esp8266": _chip(
            "ESP8266", "0-17", flash="6-11", strapping="0 2 15", uart0=(1, 3), uarts=1,
            logger=UART0, input_only="17",
        ),
    }
)  # fmt: skip
"""By the name ESPHome gives the chip (its ``variant``, in lower case)."""
ESP8266_UART0_SWAPPED = (15, 13)
"""The other pins that the hardware UART of an ESP8266 can have."""
