"""``telewatt esphome validate``: what is wrong with a configuration, in words."""

import errno
import os
import stat
from functools import partial
from typing import Annotated

import typer

from telewatt.cli import esphome_help as texts
from telewatt.cli.console import UNREADABLE, console_of
from telewatt.language import Text

MOST_BYTES = 2_000_000
FOUND = 1
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
            found = validate_file(file, partial(_read, given=file))
        except OSError as error:
            console.fail(UNREADABLE, path=file, why=error.strerror or str(error))
        for one in found:
            line = f"{one.file}:{one.line}: {one.id}: {one.text.of(console.language)}"
            console.answer(_plain(line))
        count += len(found)
    console.tell(_FOUND if count else _NOTHING, count=count)
    raise typer.Exit(FOUND if count else 0)


validate.__doc__ = texts.VALIDATE.en


def _read(path: str, given: str) -> str:
    """The text of a file, but not more than any configuration has.

    Args:
        given: the one that was asked for; what it includes may be a regular file only.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY if path == given else os.O_RDONLY | os.O_NONBLOCK)
    except ValueError as error:  # no file can have this name
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from error
    with os.fdopen(descriptor, "rb") as file:
        if path != given and not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return file.read(MOST_BYTES).decode("utf-8")


def _plain(line: str) -> str:
    """Without what would end the line or command a terminal: names in files may be anything."""
    return "".join(each if each.isprintable() else "\ufffd" for each in line)
