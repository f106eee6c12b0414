"""The application: its commands, its common options, its two languages.

A command's module is imported when the command is used: the service never pays for the others.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from itertools import pairwise
from keyword import iskeyword
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperGroup

from telewatt import __version__
from telewatt.cli.console import Console
from telewatt.cli.usage import in_french, speak_french
from telewatt.language import Language, Text, language_of

COMMANDS = (
    "run",
    "live",
    "history",
    "events",
    "meters",
    "check",
    "ports",
    "web",
    "replay",
    "verify",
    "backup",
    "restore",
    "export",
    "import",
    "decode",
    "simulate",
    "esphome",
    "ha",
    "demo",
)
"""In the order of the help; command ``x`` is the function ``x`` of ``telewatt.cli.x``, or ``x_`` of
``x_`` where Python has that word; a `typer.Typer` there is a group of commands."""

_CLOSED_STDOUT = Text(
    "standard output is closed: what is found could not be written; give a file, or /dev/null",
    "la sortie standard est fermée : rien ne pourrait être écrit ; donnez un fichier, ou /dev/null",
)


class _Commands(TyperGroup):
    """Imports commands when they are used, and shows help in the language of the run."""

    _french = False

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        self._french = _language_asked(args) == "fr"
        if self._french:
            _translate(self)
        with self._told():
            return super().make_context(info_name, args, *rest, **more)

    def invoke(self, ctx: Any) -> Any:
        with self._told():
            return super().invoke(ctx)

    def _told(self) -> AbstractContextManager[None]:
        return in_french() if self._french else nullcontext()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        found = getattr(import_module(f"telewatt.cli.{name}"), name)
        command = typer.main.get_command(_application_of(found, cmd_name))
        command.name = cmd_name
        if self._french:
            _translate(command)
        return command


def _application_of(found: Any, name: str) -> typer.Typer:
    """A group as it stands, with our names of the help; a function as the one command it is."""
    if isinstance(found, typer.Typer):
        found.info.context_settings = _HELP_NAMES
        found._add_completion = False
        for command in found.registered_commands:
            command.context_settings = _HELP_NAMES
        return found
    one = typer.Typer(add_completion=False, context_settings=_HELP_NAMES)
    one.command(name)(found)
    return one


def _language_asked(arguments: Sequence[str]) -> str:
    """The value of ``--lang``, else the language of the environment: before anything is parsed."""
    for argument, following in pairwise([*arguments, ""]):
        word = following if argument == "--lang" else argument.removeprefix("--lang=")
        if word in get_args(Language) and argument.startswith("--lang"):
            return word
    return language_of(os.environ)


def _translate(command: Any) -> None:
    from telewatt.cli.french import FRENCH

    command.format_help = _after_speaking_french(command.format_help)
    command.help = FRENCH.get(command.help, command.help)
    help_option = command.get_help_option(typer.Context(command, **command.context_settings))
    for parameter in (*command.params, help_option):
        if text := getattr(parameter, "help", None):
            parameter.help = FRENCH.get(text, text)
    for part in getattr(command, "commands", {}).values():
        _translate(part)


def _after_speaking_french(show_help: Callable[..., None]) -> Callable[..., None]:
    def show(*rest: Any) -> None:
        speak_french()
        show_help(*rest)

    return show


_HELP_NAMES = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a bug shows its traceback as Python and journald know it
    context_settings=_HELP_NAMES,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"telewatt {__version__}\n")
        raise typer.Exit


@app.callback()
def telewatt(
    context: typer.Context,
    lang: Annotated[
        Language | None, typer.Option(help="Language of messages; without it that of LANG.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Read the TIC output of French electricity meters: verified, durable, for every use."""
    context.obj = console = Console(lang or language_of(os.environ), asked=lang is not None)
    if sys.stdout is None and context.invoked_subcommand != "run":
        console.fail(_CLOSED_STDOUT)
