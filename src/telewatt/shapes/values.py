"""How single values are written: JSON without spaces, times in UTC, texts in both languages."""

import json
from datetime import UTC, datetime
from typing import Any

from telewatt.language import Text
from telewatt.tic import Mode

json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def mode_name(mode: Mode) -> str:
    """``historic`` or ``standard``: the layout with HT is historic mode too."""
    return "standard" if mode is Mode.STANDARD else "historic"


def utc_text(time: datetime) -> str:
    """An aware time as ISO 8601 in UTC: milliseconds where there are any, ``Z`` at the end.

    >>> utc_text(datetime(2026, 11, 30, 7, 12, 8, 123456, UTC))
    '2026-11-30T07:12:08.123Z'
    >>> utc_text(datetime(2026, 11, 30, 7, 12, 8, tzinfo=UTC))
    '2026-11-30T07:12:08Z'
    """
    fraction = "milliseconds" if time.microsecond >= 1000 else "seconds"
    return time.astimezone(UTC).isoformat(timespec=fraction).replace("+00:00", "Z")


def cell_of(value: Any) -> Any:
    """A value of a dataset as the cell of a table: objects and lists are JSON texts."""
    return json_text(value) if isinstance(value, dict | list) else value


def words(text: Text) -> dict[str, str]:
    """Both languages of a text: ``{"en": ..., "fr": ...}``."""
    return text._asdict()
