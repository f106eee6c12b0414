"""What a command tells its user, in one language: results, messages, exit codes."""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from telewatt.language import Language, Text

if TYPE_CHECKING:
    import typer

STDOUT = 1
NOTHING_FOUND = 1
USAGE_ERROR = 2
UNREADABLE = Text("{path} cannot be read: {why}", "{path} est illisible : {why}")
UNWRITABLE = Text("{path} cannot be written: {why}", "{path} ne peut être écrit : {why}")
STOPPED = Text(
    "stopped; the same command goes on from here", "arrêté ; la même commande reprendra ici"
)


@dataclass(frozen=True, slots=True)
class Console:
    """The language of this run; ``asked`` tells that the user chose it with ``--lang``."""

    language: Language
    asked: bool = False

    def prefer(self, language: Language | None) -> "Console":
        """The same console in the configuration's language, unless ``--lang`` said otherwise."""
        return self if self.asked or language is None else Console(language)

    def answer(self, *said: Text | str) -> None:
        """Results, a line each, on standard output at once: the next ones may take their time."""
        lines = (each if isinstance(each, str) else each.of(self.language) for each in said)
        try:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads standard output has seen enough
            discard_output()

    def tell(self, text: Text, **values: object) -> None:
        """One message on standard error. Without values it is said as it is, braces and all."""
        self.write((text.fill(**values) if values else text).of(self.language))

    def write(self, line: str) -> None:
        """One line on standard error."""
        sys.stderr.write(line + "\n")

    def fail(self, text: Text, code: int = USAGE_ERROR, **values: object) -> NoReturn:
        """One message on standard error, and the end."""
        self.tell(text, **values)
        raise SystemExit(code)


def discard_output() -> None:
    """What Python still holds for standard output goes nowhere, and gives no second error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)


def console_of(context: "typer.Context") -> Console:
    """The console of a running command."""
    console = context.obj
    assert isinstance(console, Console)
    return console
