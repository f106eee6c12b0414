"""``telewatt replay``: decode everything again, and build the history anew from it."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Annotated

import typer

from telewatt.cli.console import STOPPED, console_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.past import ending_on_trouble, require_history
from telewatt.cli.progress import progress
from telewatt.cli.setup import Setup, load
from telewatt.cli.times import time_option
from telewatt.language import Text
from telewatt.service.replay import EVER, Changes, Replay
from telewatt.store import Archive
from telewatt.store.history import History, UnknownNameError, history_path
from telewatt.tic import Mode

_GOES_ON = Text("going on with the replay that was broken off", "reprise du recalcul interrompu")
_BAR = Text("replay", "recalcul")
_SAME = Text(
    "{entries} frames decoded again: today's decoder reads the same in all of them",
    "{entries} trames redécodées : le décodeur actuel y lit partout la même chose",
)
_OTHER = Text(
    "{entries} frames decoded again, {frames} are read otherwise now{labels}",
    "{entries} trames redécodées, {frames} sont lues autrement maintenant{labels}",
)
_LABELS = Text(
    "; datasets gained: {gained}; lost: {lost}", " ; gagnés : {gained} ; perdus : {lost}"
)
_UNPACKED = Text(
    "{frames} recent frames would be read otherwise too; replay again in two hours",
    "{frames} trames récentes seraient aussi lues autrement ; relancez dans deux heures",
)
_ENERGY_SAME = Text("no energy has changed", "aucune énergie n'a changé")
_ENERGY = Text(
    "{meter} {quantity}: {before} before, {after} now",
    "{meter} {quantity} : {before} avant, {after} maintenant",
)


def replay(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="From then on; without it everything there is."),
    ] = None,
    meter: Annotated[
        list[str] | None,
        typer.Option("--meter", "-m", metavar="METER", help="This meter or site only."),
    ] = None,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """Decode the raw bytes again with today's decoder and rebuild all that follows from them."""
    setup = load(console_of(context), config, None, journal)
    console = setup.console
    begin = time_option(console, "--since", since, datetime.now(UTC)) or EVER
    require_history(setup)
    try:
        with ending_on_trouble(setup):
            changes = _replay(setup, begin, meter or [])
    except KeyboardInterrupt:
        console.fail(STOPPED, code=130)
    console.answer(*_describe(changes))


def _replay(setup: Setup, since: datetime, names: list[str]) -> Changes:
    modes = {
        name: Mode(each.mode) for name, each in setup.config.meters.items() if each.mode != "auto"
    }
    with ExitStack() as opened:
        archive = opened.enter_context(closing(Archive.open(setup.journal)))
        history = opened.enter_context(closing(History.open(history_path(setup.journal))))
        work = Replay(archive, history, modes, _meters(history, names))
        if work.begin(since):
            setup.console.tell(_GOES_ON)
        with progress(setup.console, _BAR) as tell:
            work.run(tell)
        return work.changes


def _meters(history: History, names: list[str]) -> frozenset[str] | None:
    """The meters of these sites, and these meters."""
    known = history.meters()
    found: set[str] = set()
    for name in names:
        named = {each.name for each in known if name in (each.name, *each.sites)}
        if not named:
            sites = {site for each in known for site in each.sites}
            raise UnknownNameError(name=name, known=", ".join(sorted(sites)) or "-")
        found |= named
    return frozenset(found) if names else None


def _describe(changes: Changes) -> Iterator[Text]:
    if not changes.frames + changes.unpacked:
        yield _SAME.fill(entries=changes.entries)
    else:
        yield _OTHER.fill(entries=changes.entries, frames=changes.frames, labels=_labels(changes))
    if changes.unpacked:
        yield _UNPACKED.fill(frames=changes.unpacked)
    if not changes.energy:
        yield _ENERGY_SAME
    for (meter, quantity), (before, after) in sorted(changes.energy.items()):
        yield _ENERGY.fill(
            meter=meter,
            quantity=quantity,
            before="-" if before is None else before,
            after="-" if after is None else after,
        )


def _labels(changes: Changes) -> Text:
    if not changes.gained and not changes.lost:
        return Text("", "")
    gained, lost = (
        ", ".join(f"{label} {count}" for label, count in counter.most_common(8)) or "-"
        for counter in (changes.gained, changes.lost)
    )
    return _LABELS.fill(gained=gained, lost=lost)
