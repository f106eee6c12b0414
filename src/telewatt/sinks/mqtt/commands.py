"""What may be asked over MQTT: a list of words, each with its schema; all else is only counted.

``<prefix>/command/snapshot`` with an empty payload or ``{}``: everything retained is published
again. A retained command is refused: it would be carried out on each connection.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

COMMANDS = frozenset(("snapshot",))
PAYLOAD_BYTES = 256
EVERY_S = 5.0
"""A command is carried out once in so many seconds at most."""


class Commands:
    """Judges what is asked.

    Args:
        prefix: what the topics begin with, up to the last slash.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._last_s: dict[str, float] = {}
        self._refused: Counter[str] = Counter()
        self._accepted = 0

    @property
    def counters(self) -> Mapping[str, Any]:
        """How many were carried out, and how many not, by reason."""
        return {"accepted": self._accepted, "refused": dict(self._refused)}

    def judge(self, topic: str, payload: bytes, now_s: float, *, retained: bool) -> str | None:
        """The word to carry out; ``None`` if there is none, which is counted."""
        word = topic.removeprefix(self._prefix)
        reason = self._reason_against(word, payload, now_s, retained=retained)
        if reason is not None:
            self._refused[reason] += 1
            return None
        self._accepted += 1
        self._last_s[word] = now_s
        return word

    def _reason_against(
        self, word: str, payload: bytes, now_s: float, *, retained: bool
    ) -> str | None:
        if word not in COMMANDS:
            return "unknown"
        if retained:
            return "retained"
        if not _is_empty(payload):
            return "schema"
        last_s = self._last_s.get(word)
        return "rate" if last_s is not None and now_s - last_s < EVERY_S else None


def _is_empty(payload: bytes) -> bool:
    if len(payload) > PAYLOAD_BYTES:
        return False
    try:
        return not payload or json.loads(payload) == {}
    except (ValueError, RecursionError):
        return False
