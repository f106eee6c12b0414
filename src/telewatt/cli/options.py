"""Options that several commands have in common."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The configuration file.")
]
MeterOption = Annotated[
    list[str] | None,
    typer.Option("--meter", "-m", metavar="NAME=SOURCE", help="A meter, instead of a file."),
]
JournalOption = Annotated[
    Path | None, typer.Option("--journal", metavar="FILE", help="The journal, wherever it is.")
]
SinceOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="From then on, for example 2026-01-31 or 7d (ago)."),
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="Until then; without it until now.")
]
