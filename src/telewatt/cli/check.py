"""``telewatt check``: what a configuration would start, or every error in it."""

import sys

import typer

from telewatt.cli.console import console_of
from telewatt.cli.options import ConfigOption
from telewatt.cli.setup import load
from telewatt.language import Text

_GOOD = Text("{file}: no error", "{file} : aucune erreur")
_METER = Text(
    "  meter {name}: {source}, mode {mode}, speed {speed}",
    "  compteur {name} : {source}, mode {mode}, vitesse {speed}",
)
_AUTO = Text("auto", "auto")
_JOURNAL = Text(
    "  journal: {path}, written every {interval} s",
    "  journal : {path}, écrit toutes les {interval} s",
)


def check(context: typer.Context, config: ConfigOption = None) -> None:
    """Check the configuration and say what it would start, or every error in it."""
    setup = load(console_of(context), config, None, None)
    said = [_GOOD.fill(file=setup.file)]
    for name, meter in setup.config.meters.items():
        speed = meter.speed or _AUTO
        said.append(_METER.fill(name=name, source=meter.source, mode=meter.mode, speed=speed))
    interval = f"{setup.config.journal.commit_interval_s:g}"
    said.append(_JOURNAL.fill(path=setup.journal, interval=interval))
    for text in said:
        sys.stdout.write(text.of(setup.console.language) + "\n")
