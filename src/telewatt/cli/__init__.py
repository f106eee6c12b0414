"""The command line: ``telewatt COMMAND``; one module a command."""

import os
import sys
from io import TextIOWrapper

from telewatt.cli.console import Console, discard_output
from telewatt.cli.shortcut import plain_run
from telewatt.language import language_of

__all__ = ["main"]


def main() -> None:
    """The entry point of the ``telewatt`` command."""
    _settle_streams()
    if wanted := plain_run(sys.argv[1:]):
        from telewatt.cli.setup import load
        from telewatt.service.process import run_service

        console = Console(wanted.lang or language_of(os.environ), asked=wanted.lang is not None)
        setup = load(console, wanted.config, wanted.meters, wanted.journal)
        sys.exit(run_service(setup.config, setup.journal, setup.console.language, setup.file))
    from telewatt.cli.app import app

    try:
        app()
    finally:
        _finish_output()


def _finish_output() -> None:
    """Write what Python still holds, here: at its own end it would show a traceback."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads standard output has seen enough
        discard_output()


def _settle_streams() -> None:
    """Any terminal encoding will do; a closed stream gives its number to no other file.

    Messages for a closed standard error go nowhere. ``sys.stdin`` and ``sys.stdout`` stay ``None``
    where they are closed, for the commands that cannot do without.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
