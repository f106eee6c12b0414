"""The command line: ``telewatt COMMAND``; one module a command.

Each module imports what is heavy inside its command, so that the service stays small.
"""

from telewatt.cli.app import app, main

__all__ = ["app", "main"]
