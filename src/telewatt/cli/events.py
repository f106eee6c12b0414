"""``telewatt events``: what happened in the life of the meters, in words."""

import shutil
import textwrap
from datetime import UTC, datetime
from typing import Annotated

import typer

from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption, SinceOption, UntilOption
from telewatt.cli.past import open_past
from telewatt.cli.setup import load
from telewatt.cli.table import WIDTH, moment
from telewatt.cli.times import time_option
from telewatt.language import Text

_NONE = Text("no event is known of that time", "aucun événement n'est connu de cette période")
_INDENT = "  "


def events(
    context: typer.Context,
    who: Annotated[
        str | None,
        typer.Argument(metavar="WHO", help="A site or meter; without it all meters."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Tell what happened to the meters: replacements, outages, contracts, doubtful indexes."""
    setup = load(console_of(context), config, None, journal, required=False)
    now = datetime.now(UTC)
    start = time_option(setup.console, "--since", since, now)
    end = time_option(setup.console, "--until", until, now)
    with open_past(setup) as past:
        found = past.events(who, start, end)
        sites = {meter.name: " ".join(meter.sites) for meter in past.meters()}
    if not found:
        setup.console.fail(_NONE, code=NOTHING_FOUND)
    for meter, event in found:
        site = f"{sites[meter]} " if sites.get(meter) else ""
        title = f"{moment(event.at)}  {site}({meter})" if site else f"{moment(event.at)}  {meter}"
        text = event.text.of(setup.console.language)
        setup.console.answer(title, _wrap(text))


def _wrap(text: str) -> str:
    width = min(shutil.get_terminal_size((WIDTH, 24)).columns, 100)
    return textwrap.fill(text, width, initial_indent=_INDENT, subsequent_indent=_INDENT)
