"""``telewatt esphome``: configurations for ESPHome, written and checked."""

import typer

from telewatt.cli import esphome_help
from telewatt.cli.esphome_generate import generate
from telewatt.cli.esphome_validate import validate

esphome = typer.Typer(no_args_is_help=True, help=esphome_help.GROUP.en)
esphome.command()(generate)
esphome.command()(validate)
