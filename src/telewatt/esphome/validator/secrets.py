"""Checks of secrets: none in clear, each that is asked for is there, and the API is encrypted."""

import binascii
from base64 import b64decode
from collections.abc import Iterator

from telewatt.esphome.validator.config import Config
from telewatt.esphome.validator.findings import Finding, finding
from telewatt.esphome.validator.item import Item

_SECRET_KEYS = {"password", "psk", "token", "passphrase", "encryption_key", "private_key"}
_KEY_BYTES = 32


def check_secrets(config: Config, known: Item | None) -> Iterator[Finding]:
    """``known`` is the content of secrets.yaml, where there is one."""
    yield from _in_clear(config.root, (), set())
    if known is not None:
        yield from _asked_for(config, known)
    yield from _api(config, known)
    for ota in (config.root.get("ota") and config.root.entries["ota"].members) or []:
        if ota.entries and "platform" not in ota.entries:
            yield finding("ota-old", ota.file, ota.line)
    ota_item = config.root.get("ota")
    if ota_item and ota_item.is_empty and not config.partial:
        yield finding("ota-old", ota_item.file, ota_item.line)


def _in_clear(item: Item, path: tuple[str, ...], seen: set[int]) -> Iterator[Finding]:
    if id(item) in seen or path[:1] == ("substitutions",):
        return
    seen.add(id(item))
    if isinstance(item.value, str):
        if _is_secret(path) and item.is_known and item.text and not item.is_empty:
            values = {"key": path[-1], "name": _named(path)}
            yield finding("secret-in-clear", item.file, item.line, **values)
    elif isinstance(item.value, dict):
        for key, inner in item.value.items():
            yield from _in_clear(inner, (*path, key), seen)
    else:
        for inner in item.value:
            yield from _in_clear(inner, path, seen)


def _is_secret(path: tuple[str, ...]) -> bool:
    if path == ("api", "password"):
        return False  # api-password says more
    return bool(path) and (path[-1] in _SECRET_KEYS or path[-2:] == ("encryption", "key"))


def _named(path: tuple[str, ...]) -> str:
    """The usual name of this secret.

    >>> _named(("wifi", "ap", "password")), _named(("api", "encryption", "key"))
    ('fallback_password', 'api_encryption_key')
    """
    if path[-2:] == ("encryption", "key"):
        return f"{path[0]}_encryption_key"
    if path[-2:] == ("ap", "password"):
        return "fallback_password"
    return f"{path[0]}_{path[-1]}"


def _asked_for(config: Config, known: Item) -> Iterator[Finding]:
    for _, item in config.root.walk():
        if (
            item.tag == "!secret"
            and isinstance(item.value, str)
            and item.value not in known.entries
        ):
            yield finding("secret-missing", item.file, item.line, name=item.value)


def _api(config: Config, known: Item | None) -> Iterator[Finding]:
    api = config.root.get("api")
    if api is None:
        return
    if old := api.get("password"):
        yield finding("api-password", old.file, old.line)
    elif "encryption" not in api.entries and not config.partial and config.platforms != ["host"]:
        yield finding("api-open", api.file, api.line)
    key = api.get("encryption", "key")
    if key is not None and key.tag == "!secret" and known is not None:
        value = known.get(str(key.value))
        if value is not None and not _is_key(value.text):
            yield finding("api-key", key.file, key.line)


def _is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False
