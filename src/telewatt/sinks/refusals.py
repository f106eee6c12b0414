"""What another end will never take: counted by the sink, said in the log now and then."""

import logging
import time

from telewatt.language import Language, Text

QUIET_S = 60.0

log = logging.getLogger("telewatt")

_LEFT_OUT = Text(
    "{name}: {what}; left out, {count} so far",
    "{name} : {what} ; laissé de côté, {count} jusqu'ici",
)


class Refusals:
    """Says a refusal at most once a minute.

    Args:
        name: of the sink.
    """

    def __init__(self, name: str, language: Language) -> None:
        self._name, self._language = name, language
        self._said_at = -QUIET_S

    def say(self, what: Text, count: int) -> None:
        """Something was refused; ``count`` in all."""
        now = time.monotonic()
        if now - self._said_at >= QUIET_S:
            self._said_at = now
            text = _LEFT_OUT.fill(name=self._name, what=what, count=count)
            log.warning("%s", text.of(self._language))
