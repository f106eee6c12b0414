"""Checks of what carries the bytes: UARTs, readers, bridges."""

import math
from collections.abc import Iterator

from telewatt.esphome.chips import ESP8266_UART0_SWAPPED
from telewatt.esphome.validator.config import Config, seconds_of
from telewatt.esphome.validator.findings import Finding, finding
from telewatt.esphome.validator.item import Item

SLOWEST_S = 1.0
"""A frame lasts about a second: a reader that looks less often misses some."""
PAUSE_S = 0.25
"""How long the Wi-Fi keeps a chip from reading, now and then."""
DEFAULT_BUFFER_BYTES = 256
_FASTEST_SOFTWARE = 1200


def check_lines(config: Config) -> Iterator[Finding]:
    """Everything about UARTs and their users."""
    users = [*config.readers, *config.bridges]
    for user in users:
        yield from _uart_named(config, user)
    for each in config.uarts:
        yield from _shared(config, each, [user for user in users if config.uart_of(user) is each])
    for reader in config.readers:
        uart = config.uart_of(reader)
        if uart is not None:
            yield from _format(uart)
            yield from _mode(reader, uart)
            yield from _buffer(reader, uart)
        yield from _interval(reader)
    for bridge in config.bridges:
        yield from _bridge(config, bridge)
    yield from _hardware(config)


def _uart_named(config: Config, user: Item) -> Iterator[Finding]:
    named = user.get("uart_id")
    known = ", ".join(uart.words("id", "?") for uart in config.uarts)
    if config.partial or config.uart_of(user) is not None:
        return
    if not config.uarts:
        yield finding("uart-missing", user.file, user.line)
    elif named is None:
        values: dict[str, object] = {"count": len(config.uarts), "known": known}
        yield finding("uart-ambiguous", user.file, user.line, **values)
    elif isinstance(named.value, str) and "$" not in named.value:
        yield finding("uart-unknown", named.file, named.line, uart=named.value, known=known)


def _shared(config: Config, uart: Item, users: list[Item]) -> Iterator[Finding]:
    if len(users) > 1:
        second = users[1].get("uart_id") or users[1]
        name = uart.words("id", "?")
        yield finding("uart-shared", second.file, second.line, uart=name, count=len(users))
    if users:
        if "rx_pin" not in uart.entries and "port" not in uart.entries and not config.partial:
            yield finding("uart-rx", uart.file, uart.line)
        dummy = uart.get("debug", "dummy_receiver")
        if dummy is not None and dummy.switch:
            yield finding("uart-dummy", dummy.file, dummy.line)


def _format(uart: Item) -> Iterator[Finding]:
    """7E1 at 1200 or 9600 baud; what is not said is 8N1."""
    for option, otherwise, right, rule, value in (
        ("parity", "NONE", "EVEN", "uart-parity", "parity"),
        ("data_bits", "8", "7", "uart-bits", "bits"),
        ("stop_bits", "1", "1", "uart-stop", "bits"),
    ):
        item = uart.get(option) or Item(otherwise, uart.file, uart.line)
        if item.is_known and item.text.upper() != right:
            yield finding(rule, item.file, item.line, **{value: item.text})
    yield from _speed(uart)


def _speed(uart: Item) -> Iterator[Finding]:
    baud = uart.get("baud_rate") or Item("?", uart.file, uart.line)
    if baud.is_known and baud.text not in ("1200", "9600"):
        yield finding("uart-speed", baud.file, baud.line, baud=baud.text)


def _mode(reader: Item, uart: Item) -> Iterator[Finding]:
    baud, said = uart.words("baud_rate"), reader.get("historical_mode")
    if baud not in ("1200", "9600"):
        return
    if said is None:
        if baud == "1200":
            yield finding("mode-missing", reader.file, reader.line)
    elif said.switch is not None and said.switch != (baud == "1200"):
        yield finding("mode-wrong", said.file, said.line, mode=said.text, baud=baud)


def _interval(reader: Item) -> Iterator[Finding]:
    item = reader.get("update_interval")
    if item is None:
        yield finding("interval-missing", reader.file, reader.line)
    elif item.is_known:
        interval = seconds_of(item.text)
        if interval is None or interval > SLOWEST_S:
            yield finding("interval-slow", item.file, item.line, interval=item.text)


def _buffer(reader: Item, uart: Item) -> Iterator[Finding]:
    """What comes between two looks of the reader must have its place."""
    said = uart.get("rx_buffer_size")
    interval, baud = seconds_of(reader.words("update_interval")), uart.words("baud_rate")
    if baud not in ("1200", "9600") or interval is None or interval > SLOWEST_S:
        return
    size = _bytes(said.text) if said else DEFAULT_BUFFER_BYTES
    needed = math.ceil(int(baud) / 10 * (interval + PAUSE_S))
    if size is not None and size < needed:
        place = said or uart
        better = 2048 if baud == "9600" else 512
        values: dict[str, object] = {"bytes": size, "needed": needed, "better": better}
        yield finding("uart-buffer", place.file, place.line, **values)


def _bytes(text: str) -> int | None:
    digits = text.strip().upper().removesuffix("B").strip()
    thousands = digits.endswith("K")
    digits = digits.removesuffix("K").strip()
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        return None
    return int(digits) * (1000 if thousands else 1)


def _bridge(config: Config, bridge: Item) -> Iterator[Finding]:
    for option in ("name", "port_type"):
        if option not in bridge.entries:
            yield finding("bridge-option", bridge.file, bridge.line, option=option)
    if "api" not in config.root.entries and not config.partial:
        yield finding("bridge-api", bridge.file, bridge.line)
    uart = config.uart_of(bridge)
    if uart is None:
        return
    for option, right in (("data_bits", "8"), ("parity", "NONE")):
        item = uart.get(option)
        if item is not None and item.is_known and item.text.upper() != right:
            yield finding("bridge-bits", item.file, item.line)
            break
    yield from _speed(uart)


def _hardware(config: Config) -> Iterator[Finding]:
    """How many UARTs the chip has, and which of them the logger takes."""
    chip = config.chip
    if chip is None:
        return
    if config.chip_name == "esp8266":
        for uart in config.uarts:
            yield from _on_esp8266(config, uart)
        return
    left = chip.uarts - config.logger_uart()
    if len(config.uarts) > left:
        last = config.uarts[-1]
        values = {"count": len(config.uarts), "chip": chip.name, "most": left}
        yield finding("uart-many", last.file, last.line, **values)
    for uart in config.uarts:
        yield from _beside_logger(config, uart)


def _beside_logger(config: Config, uart: Item) -> Iterator[Finding]:
    assert config.chip is not None
    for key in ("rx_pin", "tx_pin"):
        item = uart.get(key)
        pin = config.number_of(item) if item else None
        if item and pin in config.chip.uart0 and config.logger_uart():
            yield finding("uart-logger", item.file, item.line, pin=pin)
            return


def _on_esp8266(config: Config, uart: Item) -> Iterator[Finding]:
    item = uart.get("rx_pin")
    pin = config.number_of(item) if item else None
    if item is None or pin is None:
        return
    beside = list(_beside_logger(config, uart))
    yield from beside
    in_hardware = pin == 3 or (pin == ESP8266_UART0_SWAPPED[1] and not config.logger_uart())
    baud = uart.words("baud_rate")
    too_fast = baud.isdecimal() and len(baud) < 9 and int(baud) > _FASTEST_SOFTWARE
    if not beside and not in_hardware and too_fast and pin < 16:
        yield finding("uart-software", item.file, item.line, pin=pin)
