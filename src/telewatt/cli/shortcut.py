"""``telewatt run`` as a service starts it, recognised without typer.

Typer's import takes twice the time of the service's whole start and half of its memory, for as long
as it runs. What is not recognised here goes to typer, which explains, completes, refuses - or runs
the same service.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from telewatt.language import Language

_SHORT = {"-c": "--config", "-m": "--meter"}
_LANGUAGES: dict[str, Language] = {"fr": "fr", "en": "en"}


class RunOptions(NamedTuple):
    """The options of ``telewatt run``."""

    lang: Language | None
    config: Path | None
    meters: list[str]
    journal: Path | None


def plain_run(arguments: Sequence[str]) -> RunOptions | None:
    """The options, if this is a complete and correct ``telewatt run``, else ``None``.

    >>> plain_run(["run", "-m", "house=/dev/ttyUSB0"]).meters
    ['house=/dev/ttyUSB0']
    >>> plain_run(["run", "--help"]), plain_run(["check"])
    (None, None)
    """
    words = list(arguments)
    lang = None
    if words[:1] == ["--lang"] and len(words) > 1:
        lang = _LANGUAGES.get(words[1])
        words = words[2:] if lang else []
    if words[:1] != ["run"]:
        return None
    values = _values(words[1:])
    if values is None:
        return None
    config, journal = (
        Path(values[name][-1]) if values[name] else None for name in ("--config", "--journal")
    )
    return RunOptions(lang, config, values["--meter"], journal)


def _values(words: list[str]) -> dict[str, list[str]] | None:
    values: dict[str, list[str]] = {"--config": [], "--meter": [], "--journal": []}
    rest = iter(words)
    for word in rest:
        name, _, value = word.partition("=")
        if word in _SHORT:
            name = _SHORT[word]
        value = value or next(rest, "")
        if name not in values or not value or value.startswith("-"):
            return None
        values[name].append(value)
    return values
