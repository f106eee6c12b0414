"""The application: its commands, its common options, its two languages."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from telewatt import __version__
from telewatt.cli.console import Console
from telewatt.cli.decode import decode
from telewatt.cli.french import FRENCH
from telewatt.language import Language, language_of


class _Bilingual(TyperGroup):
    """Shows its help in the language of the run; typer itself knows one language only."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        if _language_asked(args) == "fr":
            _translate(self)
        return super().make_context(info_name, args, *rest, **more)


def _language_asked(arguments: Sequence[str]) -> str:
    """The value of ``--lang``, else the language of the environment: before anything is parsed."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == "--lang":
            return following
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return language_of(os.environ)


def _translate(command: Any) -> None:
    command.help = FRENCH.get(command.help, command.help)
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            parameter.help = FRENCH.get(text, text)
    for inner in getattr(command, "commands", {}).values():
        _translate(inner)


app = typer.Typer(
    cls=_Bilingual,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a bug shows its traceback as Python and journald know it
    context_settings={"help_option_names": ["-h", "--help"]},
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
    context.obj = Console(lang or language_of(os.environ), asked=lang is not None)


app.command()(decode)


def main() -> None:
    """The entry point of the ``telewatt`` command."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # any terminal encoding
    app()
