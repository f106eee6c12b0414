"""Values as JSON: the one way every answer writes them."""

from datetime import datetime

from telewatt.shapes.values import json_text, utc_text


def json_bytes(value: object) -> bytes:
    """UTF-8, without spaces."""
    return json_text(value).encode("utf-8", "backslashreplace")


def instant(time: datetime | None) -> str | None:
    """An aware time, if there is one, as every output writes it."""
    return None if time is None else utc_text(time)
