"""Explains an ESPHome configuration that reads a meter: every fault with its place and remedy.

    validate("linky.yaml", read)  # read: from a path to its text

Nothing of ESPHome is needed. What is wrong is a row of `telewatt.esphome.validator.findings.RULES`;
what a package from elsewhere might bring is never said to be missing.
"""

from pathlib import PurePath

from telewatt.esphome.validator.config import Config
from telewatt.esphome.validator.entities import check_entities
from telewatt.esphome.validator.findings import RULES, Finding, Rule, finding
from telewatt.esphome.validator.item import Item
from telewatt.esphome.validator.lines import check_lines
from telewatt.esphome.validator.loader import Read, Unreadable, load
from telewatt.esphome.validator.names import check_device, check_names
from telewatt.esphome.validator.pins import check_pins
from telewatt.esphome.validator.secrets import check_secrets
from telewatt.esphome.validator.yamlreader import YamlError, read_yaml

__all__ = ["RULES", "Finding", "Rule", "validate"]


def validate(path: str, read: Read) -> list[Finding]:
    """What is wrong with the configuration that begins in this file, in the order of its lines.

    Raises:
        OSError: the file itself cannot be read. Nothing else is raised, whatever the text.
    """
    try:
        loaded = load(path, read)
    except Unreadable as error:
        return [error.found]
    config = Config.of(loaded)
    found = list(loaded.findings)
    if not (config.is_device or _reads(config) or loaded.partial):
        return [*found, finding("not-esphome", path, config.root.line)]
    if not _reads(config) and not config.partial:
        found.append(finding("no-meter", path, config.root.line))
    found += check_device(config)
    found += check_names(config)
    found += check_lines(config)
    found += check_pins(config)
    found += check_entities(config)
    found += check_secrets(config, _secrets(path, read))
    return sorted(set(found), key=lambda one: (one.file != path, one.file, one.line, one.id))


def _reads(config: Config) -> bool:
    """Whether it has anything to do with a meter."""
    return bool(
        config.readers
        or config.bridges
        or config.entities("sensor", "text_sensor")
        or (config.uarts and not config.is_device)
    )


def _secrets(path: str, read: Read) -> Item | None:
    try:
        return read_yaml(read(str(PurePath(path).parent / "secrets.yaml")), "secrets.yaml")[0]
    except (OSError, UnicodeDecodeError, YamlError):
        return None
