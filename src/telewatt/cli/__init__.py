"""The command line: ``telewatt COMMAND``; one module a command."""

import os
import sys

from telewatt.cli.console import Console
from telewatt.cli.shortcut import plain_run
from telewatt.language import language_of

__all__ = ["main"]


def main() -> None:
    """The entry point of the ``telewatt`` command."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # any terminal encoding
    if wanted := plain_run(sys.argv[1:]):
        from telewatt.cli.setup import load
        from telewatt.service.process import run_service

        console = Console(wanted.lang or language_of(os.environ), asked=wanted.lang is not None)
        setup = load(console, wanted.config, wanted.meters, wanted.journal)
        sys.exit(run_service(setup.config, setup.journal, setup.console.language))
    from telewatt.cli.app import app

    app()
