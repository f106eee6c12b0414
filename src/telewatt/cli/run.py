"""``telewatt run``: checks the configuration, then becomes the service (docs/adr/0006)."""

import os
import sys

import typer

from telewatt.cli.console import console_of
from telewatt.cli.setup import ConfigOption, JournalOption, MeterOption, load


def run(
    context: typer.Context,
    config: ConfigOption = None,
    meter: MeterOption = None,
    journal: JournalOption = None,
) -> None:
    """Read every meter of the configuration into the journal, until stopped."""
    setup = load(console_of(context), config, meter, journal)
    what = ["file", str(setup.file)] if setup.file else ["meters", *(meter or [])]
    service = ["-m", "telewatt.service", setup.console.language, str(setup.journal), *what]
    os.execv(sys.executable, [sys.executable, *service])
