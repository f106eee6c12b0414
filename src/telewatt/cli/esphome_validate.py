"""``telewatt esphome validate``: what is wrong with a configuration, in words."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from telewatt.cli import esphome_help as texts
from telewatt.cli.console import console_of
from telewatt.language import Text

MOST_BYTES = 2_000_000
FOUND = 1
_UNREADABLE = Text("{path} cannot be read: {why}", "{path} est illisible : {why}")
_FOUND = Text("findings: {count}", "constats : {count}")
_NOTHING = Text("nothing to object to", "rien à redire")


def validate(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help=texts.FILES.en)],
) -> None:
    """See `esphome_help.VALIDATE`."""
    from telewatt.esphome.validator import validate as validate_file

    console = console_of(context)
    count = 0
    for file in files:
        try:
            found = validate_file(file, _read)
        except OSError as error:
            console.fail(_UNREADABLE, path=file, why=error.strerror or str(error))
        for one in found:
            line = f"{one.file}:{one.line}: {one.id}: {one.text.of(console.language)}"
            sys.stdout.write(f"{line}\n")
        count += len(found)
    console.tell(_FOUND if count else _NOTHING, count=count)
    raise typer.Exit(FOUND if count else 0)


validate.__doc__ = texts.VALIDATE.en


def _read(path: str) -> str:
    """The text of a file, but not more than any configuration has."""
    with Path(path).open("rb") as file:
        return file.read(MOST_BYTES).decode("utf-8")
