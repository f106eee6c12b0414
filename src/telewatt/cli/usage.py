"""What typer says of itself in French: it speaks English only."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import typer

_WRONG_USAGE: type[typer.BadParameter] = typer.BadParameter.__base__  # type: ignore[assignment]
"""All that is wrong with a command; typer does not export its name."""
_SAID = (
    (r"No such command '(.*)'\.", r"commande inconnue : \1"),
    (r"No such option: (\S+) \(Possible options: (.*)\)", r"option inconnue : \1 (proches : \2)"),
    (r"No such option: (\S+)", r"option inconnue : \1"),
    (r"Option '(.*)' requires an argument\.", r"l'option \1 demande une valeur"),
    (r"Option '(.*)' does not take a value\.", r"l'option \1 ne prend pas de valeur"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"arguments en trop : \1"),
    (r"Missing argument '(.*)'\. Choose from:\s+(.*)", r"il manque \1 : \2"),
    (r"Missing argument '(.*)'\.", r"il manque \1"),
    (r"Missing option '(.*)'\.", r"il manque l'option \1"),
    (r"Missing command\.", r"il manque une commande"),
    (r"Invalid value for '(.*)': Value error, '(.*)' is not one of (.*)\.",
     r"\1 : '\2' n'est pas l'une de ces valeurs : \3"),
    (r"Invalid value for '(.*)': Input should be a valid integer.*",
     r"\1 : un nombre entier est demandé"),
    (r"Invalid value for '(.*)': Input should be a valid number.*", r"\1 : un nombre est demandé"),
)  # fmt: skip
_WORDS = {
    "ERRORS_PANEL_TITLE": "Erreur",
    "COMMANDS_PANEL_TITLE": "Commandes",
    "DEFAULT_STRING": "[sinon : {}]",
    "RICH_HELP": "Voir [blue]{command_path} {help_option}[/].",
}


def french_of(said: str) -> str:
    """A message of typer in French; one that is not known stays as it is.

    >>> french_of("No such command 'foo'.")
    'commande inconnue : foo'
    """
    for english, french in _SAID:
        if found := re.fullmatch(english, said, re.DOTALL):
            return re.sub(r"\s+", " ", found.expand(french))
    return said


def speak_french() -> None:
    """The words that typer writes around a message or a help are in French."""
    from typer import rich_utils  # only where it is used: its libraries are large

    for name, word in _WORDS.items():
        setattr(rich_utils, name, word)


@contextmanager
def in_french() -> Iterator[None]:
    """What is wrong with a command in here is told in French, as far as it is known."""
    try:
        yield
    except _WRONG_USAGE as error:
        speak_french()
        said = error.format_message()
        if (french := french_of(said)) == said:
            raise
        raise _WRONG_USAGE(french, error.ctx) from error
