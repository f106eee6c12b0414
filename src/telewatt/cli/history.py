"""``telewatt history``: what was drawn, injected or measured, interval by interval."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from telewatt.cli.console import NOTHING_FOUND, Console, console_of
from telewatt.cli.options import ConfigOption, JournalOption, SinceOption, UntilOption
from telewatt.cli.past import NO_METER, Name, Past, open_past
from telewatt.cli.series_table import SeriesTable, Span
from telewatt.cli.setup import load
from telewatt.cli.table import WIDTH, layout
from telewatt.cli.times import time_option
from telewatt.language import Text
from telewatt.quantity import KNOWN
from telewatt.rollup import Step

ROWS_MAX = 20_000
WAIT = timedelta(hours=1)
"""Entries come from memory to the journal's file within this time at the latest."""
_LAST = {
    Step.MINUTE: "2h",
    Step.QUARTER: "24h",
    Step.HOUR: "24h",
    Step.DAY: "7d",
    Step.MONTH: "52w",
    Step.YEAR: "520w",
}
_BACKWARDS = Text(
    "--since must lie before --until, and before now",
    "--since doit précéder --until, et maintenant",
)
_TOO_LONG = Text(
    "more than {rows} rows → give a longer --step or a later --since; `telewatt export` writes any "
    "number into a file",
    "plus de {rows} lignes → donnez un --step plus long ou un --since plus tardif ; `telewatt "
    "export` en écrit autant qu'on veut dans un fichier",
)
_UNKNOWN = Text(
    "--quantity {given}: no such quantity → `telewatt history --quantities` lists what there is",
    "--quantity {given} : grandeur inconnue → `telewatt history --quantities` montre ce qu'il y a",
)
_NOTHING = Text(
    "nothing is known of that time → `telewatt meters` says since when each meter is known, "
    "`telewatt history --quantities` what is",
    "rien n'est connu de cette période → `telewatt meters` dit depuis quand chaque compteur est "
    "connu, `telewatt history --quantities` ce qui l'est",
)


def history(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    who: Annotated[
        list[str] | None,
        typer.Argument(metavar="WHO", help="Sites or meters; without them all sites."),
    ] = None,
    quantity: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What to show; without it import_wh."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    step: Annotated[Step, typer.Option(help="The length of the intervals.")] = Step.DAY,
    quantities: Annotated[
        bool, typer.Option("--quantities", help="List the quantities there are instead.")
    ] = False,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Show energy by day, or any other quantity by any step, in a table."""
    setup = load(console_of(context), config, None, journal, required=False)
    asked = _quantities(setup.console, quantity or ["import_wh"])
    span = _span(setup.console, since, until, step)
    with open_past(setup) as past:
        names, span = past.find(who or []), _without_wait(span, past)
        span = span if since else _from_the_beginning(span, past)
        if not names:
            setup.console.fail(NO_METER, code=NOTHING_FOUND)
        if quantities:
            lines = _list_quantities(past, names)
        else:
            lines = _list_series([SeriesTable(past, names, each, span) for each in asked], past)
    setup.console.answer(*lines)


def _quantities(console: Console, given: list[str]) -> list[str]:
    for name in given:
        if name not in KNOWN:
            console.fail(_UNKNOWN, given=name)
    return given


def _span(console: Console, since: str | None, until: str | None, step: Step) -> Span:
    now = datetime.now(UTC)
    start = time_option(console, "--since", since or _LAST[step], now) or now
    end = min(time_option(console, "--until", until, now) or now, now)
    if start >= end:
        console.fail(_BACKWARDS)
    if end - start > ROWS_MAX * timedelta(minutes=step.minutes):
        console.fail(_TOO_LONG, rows=ROWS_MAX)
    return Span(start, end, step, now)


def _without_wait(span: Span, past: Past) -> Span:
    """Without the minutes that nobody can know yet, while the meters are being read."""
    until = past.known_until
    if until and span.start < until < span.end and span.now - until <= WAIT:
        return span._replace(end=until)
    return span


def _from_the_beginning(span: Span, past: Past) -> Span:
    """Without the time before anything was seen, unless it was asked for."""
    seen = [meter.first_seen for meter in past.meters()]
    known = [at for at in seen if at is not None]
    if not known or len(known) < len(seen):  # an import may tell of any time
        return span
    return span._replace(start=min(max(span.start, min(known)), span.end - timedelta(minutes=1)))


def _list_series(tables: Sequence[SeriesTable], past: Past) -> list[str]:
    if not any(table.is_known for table in tables):
        past.console.fail(_NOTHING, code=NOTHING_FOUND)
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    lines = []
    for table in tables:
        lines += [*table.lines(width), ""]
    return lines[:-1]


def _list_quantities(past: Past, names: Sequence[Name]) -> list[str]:
    found: dict[str, list[str]] = {name: [] for name in KNOWN}
    for name in names:
        for quantity in past.quantities(name.who):
            found[quantity].append(name.title)
    language = past.console.language
    return layout(
        [
            [quantity, KNOWN[quantity].unit, KNOWN[quantity].title.of(language), " ".join(titles)]
            for quantity, titles in found.items()
            if titles
        ],
        left=4,
    )
