"""One `Problem` per error: the line, the key, what is wrong and what to do about it."""

import re
from typing import NamedTuple

from telewatt.config import texts
from telewatt.config.texts import Fault
from telewatt.language import Language


class Problem(NamedTuple):
    """One error of a configuration.

    Attributes:
        line: from 1; ``None`` where the text has no such line.
        key: dotted, as one would write it (``meters.house.speed``); ``""`` for the whole text.
        fault: what is wrong, and what to write instead.
    """

    line: int | None
    key: str
    fault: Fault

    def describe(self, file: str, language: Language) -> str:
        """One line: ``file:line: key: what is wrong → what to do``."""
        place = f"{file}:{self.line}" if self.line else file
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {key}{self.fault.line.of(language)}"


class ConfigError(Exception):
    """A configuration nothing can be started from.

    Attributes:
        problems: all of them, in the order of the lines.
        language: the language the configuration itself asks for, if it does.
    """

    def __init__(self, problems: list[Problem], language: Language | None = None) -> None:
        super().__init__(
            "; ".join(f"{problem.key}: {problem.fault.what.en}" for problem in problems)
        )
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        self.language = language


def syntax_problem(text: str, message: str) -> Problem:
    """The problem of a text that is no TOML, from tomllib's message."""
    what, _, place = message.partition(" (at ")
    number = re.search(r"line (\d+)", place)
    line = int(number[1]) if number else len(text.splitlines())
    for start, fault in texts.SYNTAX.items():
        if what.startswith(start):
            return Problem(line, "", fault.fill())
    return Problem(line, "", texts.NO_TOML.fill(message=what))
