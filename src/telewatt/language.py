"""The two languages of the interface: whatever a user reads is a `Text`, both at one place."""

import os
import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["fr", "en"]


class Text(NamedTuple):
    """The same words in both languages; ``{name}`` marks what `fill` puts in."""

    en: str
    fr: str

    def of(self, language: Language) -> str:
        """The words in this language."""
        return self.fr if language == "fr" else self.en

    def fill(self, **values: object) -> "Text":
        """Both texts with their ``{name}`` replaced; a `Text` as value goes in per language.

        >>> Text("{n} frames", "{n} trames").fill(n=3)
        Text(en='3 frames', fr='3 trames')
        """
        english, french = (
            {
                name: value.of(language) if isinstance(value, Text) else value
                for name, value in values.items()
            }
            for language in ("en", "fr")
        )
        return Text(self.en.format(**english), self.fr.format(**french))


class TextError(Exception):
    """What is wrong, where, and the remedy, in both languages: ``text``."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def reason_of(error: BaseException) -> str:
    """Why the world is away, in the words of the system, where it has any.

    >>> reason_of(OSError(111, "Connect call failed ('127.0.0.1', 8123)"))
    'Connection refused'
    """
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if failed := re.search(r"(?:\[Errno (\d+)\] )?Connect call failed", said):  # so says asyncio
        code = failed[1] or getattr(error, "errno", None)
        return os.strerror(int(code)) if code else said
    return str(said)


def language_of(environment: Mapping[str, str]) -> Language:
    """The language asked for by ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``, in this order (POSIX).

    >>> language_of({"LANG": "fr_FR.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "fr_FR"})
    ('fr', 'en')
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "fr" if value.startswith("fr") else "en"
    return "en"
