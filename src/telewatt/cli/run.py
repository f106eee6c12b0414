"""``telewatt run``: the service, where `telewatt.cli.shortcut` left it to typer."""

import typer

from telewatt.cli.console import console_of
from telewatt.cli.options import ConfigOption, JournalOption, MeterOption
from telewatt.cli.setup import load


def run(
    context: typer.Context,
    config: ConfigOption = None,
    meter: MeterOption = None,
    journal: JournalOption = None,
) -> None:
    """Read every meter of the configuration into the journal, until stopped."""
    from telewatt.service.process import run_service

    setup = load(console_of(context), config, meter, journal)
    raise typer.Exit(run_service(setup.config, setup.journal, setup.console.language, setup.file))
