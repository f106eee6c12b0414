"""``telewatt meters``: the meters ever seen, and the sites they make one after the other."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from telewatt.cli.console import NOTHING_FOUND, console_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.cli.past import NO_METER, Past, ending_on_trouble, open_past
from telewatt.cli.setup import Setup, load
from telewatt.cli.table import layout, moment
from telewatt.cli.times import time_option
from telewatt.language import Language, Text
from telewatt.rollup.instant import HOUR_MS, from_ms, to_ms
from telewatt.store.history import History, Join, Meter, history_path

_HEADINGS = (
    Text("meter", "compteur"),
    Text("site", "site"),
    Text("line", "ligne"),
    Text("mode", "mode"),
    Text("first seen", "vu depuis"),
    Text("last seen", "vu jusqu'à"),
)
_MODES = {
    "historic": Text("historic", "historique"),
    "historic_ht": Text("historic", "historique"),
    "standard": Text("standard", "standard"),
}
_USAGE = Text(
    "write `telewatt meters {action} SITE METER`",
    "écrivez `telewatt meters {action} SITE COMPTEUR`",
)
_AT_ALONE = Text(
    "--at says from when on `telewatt meters join` counts; it means nothing else",
    "--at dit à partir de quand `telewatt meters join` compte ; il n'a pas d'autre sens",
)
_NO_SITE = Text(
    "{site} is no site; known are: {known}",
    "{site} n'est pas un site ; sont connus : {known}",
)
_TOO_NEW = Text(
    "meter {meter} was first heard at {first}: it can be joined once this hour is over, at {due}",
    "le compteur {meter} a été entendu pour la première fois à {first} : il pourra être joint "
    "quand cette heure sera finie, à {due}",
)
_UNDO = Text(
    "to undo it: telewatt meters separate {site} {meter}",
    "pour l'annuler : telewatt meters separate {site} {meter}",
)
_SEPARATED = Text(
    "{meter} belongs to {site} no longer. What is known of it stays, under its own name.",
    "{meter} n'appartient plus à {site}. Ce qui en est connu reste, sous son propre nom.",
)
_THEN = Text("{meter} from {at} on", "{meter} à partir du {at}")
_FOLLOW = Text("{site}: {meters}", "{site} : {meters}")
_ALONE = Text(
    "{meter} belongs to no site. If it has replaced the meter of {line}:\n"
    "  telewatt meters join {line} {meter}",
    "{meter} n'appartient à aucun site. S'il a remplacé le compteur de {line} :\n"
    "  telewatt meters join {line} {meter}",
)


class Action(StrEnum):
    """What to do with a site and a meter."""

    JOIN = "join"
    SEPARATE = "separate"


def meters(
    context: typer.Context,
    action: Annotated[
        Action | None,
        typer.Argument(help="Join a meter to a site, or undo that; without it list the meters."),
    ] = None,
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="The site, named like its line.")
    ] = None,
    meter: Annotated[str | None, typer.Argument(metavar="METER", help="The meter.")] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="It belongs to the site from then on; without it when first seen."
        ),
    ] = None,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """List the meters ever seen; join a new meter to the site whose meter it has replaced."""
    setup = load(console_of(context), config, None, journal, required=False)
    console, now = setup.console, datetime.now(UTC)
    if at is not None and action is not Action.JOIN:
        console.fail(_AT_ALONE)
    since = time_option(console, "--at", at, now)
    if action is None:
        lines = _list(setup)
    elif site is None or meter is None:
        console.fail(_USAGE, action=action)
    elif action is Action.JOIN:
        lines = _join(setup, site, meter, since)
    else:
        lines = _separate(setup, site, meter)
    console.answer(*lines)


# -- the list --------------------------------------------------------------------------------------


def _list(setup: Setup) -> list[Text | str]:
    language = setup.console.language
    with open_past(setup) as past:
        found, joins = past.meters(), past.history.joins()
    if not found:
        setup.console.fail(NO_METER, code=NOTHING_FOUND)
    rows = [[text.of(language) for text in _HEADINGS]]
    rows += [_row(meter, language) for meter in found]
    notes = [*_follow(joins), *_alone(found)]
    return [*layout(rows, left=len(_HEADINGS)), *([""] if notes else []), *notes]


def _row(meter: Meter, language: Language) -> list[str]:
    modes = dict.fromkeys(_MODES[mode].of(language) for mode in meter.modes)
    seen = ("-" if at is None else moment(at) for at in (meter.first_seen, meter.last_seen))
    return [
        meter.name,
        ", ".join(meter.sites) or "-",
        meter.source or "-",
        ", ".join(modes) or "-",
        *seen,
    ]


def _follow(joins: Iterable[Join]) -> Iterator[Text]:
    """The sites of several meters, with the moments of change."""
    for site, members in _members(joins).items():
        if len(members) > 1:
            yield _FOLLOW.fill(site=site, meters=_chain(members))


def _members(joins: Iterable[Join]) -> dict[str, list[Join]]:
    """What holds of each site, in the order of time."""
    members: dict[str, list[Join]] = {}
    for join in joins:
        if join.undone is None:
            members.setdefault(join.site, []).append(join)
    return {site: sorted(each, key=lambda join: join.at) for site, each in members.items()}


def _chain(members: Sequence[Join]) -> Text:
    first, *others = members
    thens = [_THEN.fill(meter=join.meter, at=moment(join.at)) for join in others]
    return Text(
        ", ".join([first.meter, *(then.en for then in thens)]),
        ", ".join([first.meter, *(then.fr for then in thens)]),
    )


def _alone(found: Iterable[Meter]) -> Iterator[Text]:
    """How to join the meters that were read and belong to no site."""
    for meter in found:
        if meter.source and not meter.sites:
            yield _ALONE.fill(meter=meter.name, line=meter.source)


# -- joins -----------------------------------------------------------------------------------------


def _join(setup: Setup, site: str, meter: str, at: datetime | None) -> list[Text | str]:
    with open_past(setup) as past:
        _check_site(past, site)
        _check_written(past, meter)
    with ending_on_trouble(setup), closing(History.open(history_path(setup.journal))) as history:
        history.join(site, meter, at, by="telewatt meters join")
        members = _members(history.joins())[site]
    return [_FOLLOW.fill(site=site, meters=_chain(members)), _UNDO.fill(site=site, meter=meter)]


def _check_site(past: Past, site: str) -> None:
    """A misspelt site would be another one."""
    known = {join.site for join in past.history.joins()} | past.setup.config.meters.keys()
    known |= {meter.source for meter in past.meters() if meter.source}
    if site not in known:
        past.console.fail(_NO_SITE, site=site, known=", ".join(sorted(known)) or "-")


def _check_written(past: Past, meter: str) -> None:
    heard = past.open_part.heard.get(meter)
    if heard is None or heard.first_seen is None:
        return
    if meter not in {known.name for known in past.history.meters()}:
        due = from_ms((to_ms(heard.first_seen) // HOUR_MS + 1) * HOUR_MS + 60_000)
        past.console.fail(
            _TOO_NEW,
            code=NOTHING_FOUND,
            meter=meter,
            first=moment(heard.first_seen),
            due=moment(due),
        )


def _separate(setup: Setup, site: str, meter: str) -> list[Text | str]:
    with open_past(setup), closing(History.open(history_path(setup.journal))) as history:
        history.separate(site, meter, by="telewatt meters separate")
    return [_SEPARATED.fill(site=site, meter=meter)]
