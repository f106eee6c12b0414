"""Checks of pins: what the chip allows, and that each is used once."""

from collections.abc import Iterator

from telewatt.esphome.boards import BOARDS
from telewatt.esphome.validator.config import Config, Pin
from telewatt.esphome.validator.findings import Finding, finding
from telewatt.esphome.validator.item import Item
from telewatt.language import Text

_TAKE = Text("take {pins}", "prenez {pins}")
_PULL = Text("a pull-up is asked for", "une résistance de rappel est demandée")
_OUT = Text("an output is asked for", "une sortie est demandée")
_ESP8266_DEAF = (16, 17)


def check_pins(config: Config) -> Iterator[Finding]:
    """At most one finding a pin."""
    if config.chip is None:
        return
    for pin in config.pins:
        yield from _allowed(config, pin)
    yield from _once(config)


def _allowed(config: Config, pin: Pin) -> Iterator[Finding]:
    chip, number, item = config.chip, pin.number, pin.item
    assert chip is not None
    if _says(item, "ignore_pin_validation_error"):
        return
    receives = pin.use == "receive"
    rules = (
        ("pin-unknown", number not in chip.pins),
        ("pin-flash", number in chip.flash),
        ("pin-no-receive", receives and config.chip_name == "esp8266" and number in _ESP8266_DEAF),
        (
            "pin-strapping",
            receives and number in chip.strapping and not _says(item, "ignore_strapping_warning"),
        ),
        ("pin-usb", receives and number in chip.usb),
        ("pin-input-only", number in chip.input_only and (pin.use == "output" or _pulls(item))),
    )
    rule = next((rule for rule, broken in rules if broken), None)
    if rule is not None:
        use = _OUT if pin.use == "output" else _PULL
        values = {"pin": number, "chip": chip.name, "better": _better(config), "use": use}
        yield finding(rule, item.file, item.line, **values)


def _says(item: Item, option: str) -> bool:
    found = item.get(option)
    return bool(found and found.switch)


def _pulls(item: Item) -> bool:
    mode = item.get("mode")
    if mode is None:
        return False
    return "PULL" in mode.text.upper() or _says(mode, "pullup") or _says(mode, "pulldown")


def _better(config: Config) -> Text:
    """Pins that are known to work, and free here."""
    used = {pin.number for pin in config.pins}
    board = next(
        board for board in BOARDS.values() if board.chip == config.chip_name or not board.facts
    )
    free = [f"GPIO{pin}" for pin in board.receive if pin not in used] if board.facts else []
    return _TAKE.fill(pins=", ".join(free) or "GPIO1..")


def _once(config: Config) -> Iterator[Finding]:
    seen: dict[int, Item] = {}
    for pin in config.pins:
        if pin.number in seen and not _says(pin.item, "allow_other_uses"):
            yield finding("pin-twice", pin.item.file, pin.item.line, pin=pin.number)
        seen.setdefault(pin.number, pin.item)
