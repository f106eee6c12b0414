"""``telewatt export``: frames, roll-ups or raw captures into files for other programs."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from telewatt.cli.console import Console, console_of
from telewatt.cli.export_target import Form, Selection, Target
from telewatt.cli.options import ConfigOption, JournalOption, SinceOption, UntilOption
from telewatt.cli.setup import load
from telewatt.cli.times import time_option
from telewatt.language import Text
from telewatt.rollup import Step

_BACKWARDS = Text(
    "--until lies before --since → swap them", "--until précède --since → échangez-les"
)
_NOT_FOR = Text(
    "{option} does not go with {other} → remove it", "{option} ne va pas avec {other} → ôtez-la"
)
_IN_CLEAR = Text("an export without --anonymise", "un export sans --anonymise")


def export(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    what: Annotated[
        Literal["frames", "rollups"],
        typer.Argument(metavar="WHAT", help="frames as they came, or rollups by --step."),
    ],
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = "csv",
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Where; a FOLDER/ for raw; without it standard output."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    meter: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="This meter, line or site only.")
    ] = None,
    step: Annotated[
        Step | None, typer.Option(help="The length of the intervals of rollups; else hour.")
    ] = None,
    quantity: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="This quantity of rollups only.")
    ] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Replace every identifier by a fictitious one.")
    ] = False,
    key: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A secret: the same fictitious ones again.")
    ] = None,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Write frames, roll-ups or raw captures into files for other programs."""
    setup = load(console_of(context), config, None, journal, required=False)
    console, now = setup.console, datetime.now(UTC)
    begin = time_option(console, "--since", since, now)
    end = time_option(console, "--until", until, now)
    if begin and end and begin >= end:
        console.fail(_BACKWARDS)
    _require_sense(console, what, form, step or quantity, key if not anonymise else None)
    selection = Selection(begin, end, tuple(meter or ()))
    target = Target(console, output, form, selection, key, anonymise=anonymise)
    if what == "frames":
        from telewatt.cli.export_frames import export_frames

        export_frames(setup, selection, target)
    else:
        from telewatt.cli.export_rollups import export_rollups

        export_rollups(setup, selection, target, step or Step.HOUR, quantity or [])


def _require_sense(
    console: Console, what: str, form: str, of_rollups: object, useless_key: object
) -> None:
    if what == "rollups" and form == "raw":
        console.fail(_NOT_FOR, option="--format raw", other="rollups")
    if what == "frames" and of_rollups:
        console.fail(_NOT_FOR, option="--step, --quantity", other="frames")
    if useless_key:
        console.fail(_NOT_FOR, option="--key", other=_IN_CLEAR)
