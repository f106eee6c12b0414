"""Values as JSON: the one way every answer writes them."""

import json
from datetime import UTC, datetime

from telewatt.jsonl import utc_text
from telewatt.language import Text

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def json_bytes(value: object) -> bytes:
    """UTF-8, without spaces."""
    return _encode(value).encode("utf-8", "backslashreplace")


def words(text: Text | None) -> dict[str, str] | None:
    """Both languages of a text."""
    return None if text is None else text._asdict()


def instant(time: datetime | None) -> str | None:
    """ISO 8601 in UTC, ending in ``Z``, in whole milliseconds at most."""
    if time is None:
        return None
    time = time.astimezone(UTC)
    return utc_text(time.replace(microsecond=time.microsecond // 1000 * 1000))
