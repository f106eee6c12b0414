"""What is past of a house, for a command: the history, and what is not yet written into it.

The service writes the history once an hour; what came since is read from the journal, so that the
answer is complete, whether the service runs or not. Nothing is ever written here.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from telewatt.cli.console import NOTHING_FOUND, Console
from telewatt.cli.open_part import read_open_part
from telewatt.cli.setup import Setup
from telewatt.cli.table import moment
from telewatt.derivation import StateError
from telewatt.language import Text
from telewatt.rollup import Step, Summary
from telewatt.rollup.series import COUNTS, Series
from telewatt.rollup.total import Energy
from telewatt.store import Archive, JournalError
from telewatt.store.faults import DamagedError
from telewatt.store.history import History, HistoryError, Meter, history_path
from telewatt.truth import Event

_SETTLED = timedelta(minutes=1)
_T = TypeVar("_T")

NO_JOURNAL = Text(
    "{journal}: there is no journal → start `telewatt run`, or give the one there is: --journal "
    "FILE",
    "{journal} : il n'y a pas de journal → lancez `telewatt run`, ou donnez celui qui existe : "
    "--journal FICHIER",
)
NO_METER = Text(
    "the history is still empty: no meter has been read yet; what `telewatt run` reads is on the "
    "disk after two minutes (journal.commit_interval_s)",
    "l'historique est encore vide : aucun compteur n'a encore été lu ; ce que lit `telewatt run` "
    "est sur le disque au bout de deux minutes (journal.commit_interval_s)",
)
_NO_HISTORY = Text(
    "{path}: no history yet → start `telewatt run`: it builds one from what the journal holds",
    "{path} : pas encore d'historique → lancez `telewatt run` : il en construit un d'après le "
    "journal",
)
_BEHIND = Text(
    "the history ends {until}, at entry {place} of {last} ({share} %): `telewatt run` builds the "
    "rest, as long as it runs",
    "l'historique s'arrête {until}, à l'entrée {place} sur {last} ({share} %) : `telewatt run` "
    "construit le reste, tant qu'il tourne",
)
_AT_THE_BEGINNING = Text("at the beginning", "au début")
_UNREADABLE = Text(
    "journal {path}: it cannot be read ({why}) → check that the disk is there and that you may "
    "read the file; if it is damaged, `telewatt run` saves what can be read of it",
    "journal {path} : il est illisible ({why}) → vérifiez que le disque est là et que vous pouvez "
    "lire le fichier ; s'il est endommagé, `telewatt run` sauve ce qui peut en être lu",
)


class Name(NamedTuple):
    """A site, a virtual meter, or a meter of no site.

    Attributes:
        title: what the user calls it.
        who: what the history calls it.
    """

    title: str
    who: str


class Past:
    """The history and the open part, as one.

    Args:
        archive: the journal; ``None`` if there is none (its history is still worth something).
    """

    def __init__(self, history: History, archive: Archive | None, setup: Setup) -> None:
        self.history, self.archive, self.setup = history, archive, setup
        self.open_part = read_open_part(self.history, self.archive)

    @property
    def console(self) -> Console:
        """The user's."""
        return self.setup.console

    @property
    def known_until(self) -> datetime | None:
        """Until when everything is known of the meters being read: a whole minute."""
        if self.open_part.newest is None:
            return None
        return (self.open_part.newest - _SETTLED).replace(second=0, microsecond=0)

    def names(self) -> list[Name]:
        """All there is: sites, virtual meters whose sites are known, meters of no site."""
        meters = self.meters()
        written = {site for meter in self.history.meters() for site in meter.sites}
        names: dict[str, Name] = {}
        for meter in meters:
            for site in meter.sites:
                names.setdefault(site, Name(site, site if site in written else meter.name))
        for virtual, formula in self.setup.config.formulas.items():
            if all(names.get(term.name) == (term.name, term.name) for term in formula):
                names[virtual] = Name(virtual, virtual)
        alone = [Name(meter.name, meter.name) for meter in meters if not meter.sites]
        return [*names.values(), *alone]

    def find(self, titles: Sequence[str]) -> list[Name]:
        """These names, or all; an unknown one ends the command later, with all that are known."""
        known = {name.title: name for name in self.names()}
        return [known.get(title, Name(title, title)) for title in titles] or list(known.values())

    def meters(self) -> list[Meter]:
        """All meters ever seen or imported, as far as the journal tells."""
        meters = {meter.name: meter for meter in self.history.meters()}
        sites = {join.site for join in self.history.joins()}
        for name, heard in self.open_part.heard.items():
            known = meters.get(name, heard)
            joined = known.sites
            if known.first_seen is None or name not in meters:
                # the first meter of a line will be the first of its site, imported before or not
                joined += () if heard.source in sites else (heard.source,)
                sites.add(heard.source)
            meters[name] = known._replace(
                source=heard.source,
                modes=tuple(sorted({*known.modes, *heard.modes})),
                first_seen=known.first_seen or heard.first_seen,
                last_seen=heard.last_seen,
                sites=joined,
            )
        return list(meters.values())

    # -- questions: see `History` ------------------------------------------------------------------

    def series(self, who: str, quantity: str, start: datetime, end: datetime, step: Step) -> Series:
        """See `History.series`."""
        return self._ask(
            lambda now: self.history.series(who, quantity, start, end, step, open_part=now)
        )

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        """See `History.energy`."""
        return self._ask(lambda now: self.history.energy(who, quantity, start, end, open_part=now))

    def quantities(self, who: str) -> set[str]:
        """Everything `series` can be asked for, also what was first heard within the hour."""
        members = [meter.name for meter in self.meters() if who in (meter.name, *meter.sites)]
        new = members and not self._written(members)
        found = set(COUNTS) if new else self.history.quantities(who)
        for minutes in map(self.open_part.minutes.get, members):
            for summary in (minutes or {}).values():
                found |= {*summary.counters, *summary.gauges}
        return found

    def events(
        self, who: str | None, start: datetime | None, end: datetime | None
    ) -> list[tuple[str, Event]]:
        """The meter and the event, ascending; of all meters if ``who`` is ``None``."""
        terms = self.setup.config.formulas.get(who or "", ())
        named: set[str | None] = {term.name for term in terms} or {who}
        meters = [m.name for m in self.meters() if named & {None, m.name, m.source, *m.sites}]
        written = self._written(meters)
        if who is not None and not meters:
            written = {who}  # the history says what is wrong with it
        found = self._ask(
            lambda _: [each for name in written for each in self.history.events(name, start, end)]
        )
        found += [
            (meter, event)
            for meter, event in self.open_part.events
            if meter in meters
            and (start is None or start <= event.at)
            and (end is None or event.at < end)
        ]
        return sorted(found, key=lambda each: each[1].at)

    def _written(self, meters: Iterable[str]) -> set[str]:
        """Those of these meters that are in the history already."""
        return {meter.name for meter in self.history.meters()} & {*meters}

    def _ask(self, question: Callable[[Mapping[str, Mapping[int, Summary]]], _T]) -> _T:
        """What was open is not asked for twice should the service have written it meanwhile."""
        while True:
            answer = question(self.open_part.minutes)
            if self.history.progress().place == self.open_part.place:
                return answer
            self.open_part = read_open_part(self.history, self.archive)

    def tell_if_behind(self) -> None:
        """Say how far the history is where the service has not built all of it."""
        if not self.open_part.behind or self.archive is None:
            return
        count, place = self.archive.count(), self.open_part.place
        done = count - self.archive.count(place)
        at: object = _AT_THE_BEGINNING
        if place and (entry := next(self.archive.entries(place - 1), None)):
            at = moment(entry.reading.received_at)
        share = f"{100 * done // count}"
        self.console.tell(_BEHIND, until=at, place=done, last=count, share=share)


def _open_history(setup: Setup) -> History:
    path = history_path(setup.journal)
    return History.open(path, writable=False, virtual=setup.config.formulas)


def _open_journal(setup: Setup, opened: contextlib.ExitStack) -> Archive | None:
    """The journal; where it cannot be used, that is said, and the history alone is shown."""
    try:
        return opened.enter_context(Archive.open(setup.journal)) if setup.journal.exists() else None
    except JournalError as error:
        setup.console.tell(error.text)
        return None


def require_history(setup: Setup) -> None:
    """Where there is no history the command ends with the remedy."""
    path = history_path(setup.journal)
    if not path.exists():
        nothing = _NO_HISTORY if setup.journal.exists() else NO_JOURNAL
        setup.console.fail(nothing, code=NOTHING_FOUND, journal=setup.journal, path=path)


@contextlib.contextmanager
def open_past(setup: Setup) -> Iterator[Past]:
    """Open what there is; whatever is wrong with it ends the command with its remedy."""
    require_history(setup)
    with ending_on_trouble(setup), contextlib.ExitStack() as opened:
        history = opened.enter_context(contextlib.closing(_open_history(setup)))
        past = Past(history, _open_journal(setup, opened), setup)
        past.tell_if_behind()
        yield past


@contextlib.contextmanager
def ending_on_trouble(setup: Setup) -> Iterator[None]:
    """Whatever is wrong with the files ends the command with its remedy."""
    try:
        yield
    except BrokenPipeError:  # standard output, not our files
        raise
    except (HistoryError, JournalError) as error:
        setup.console.fail(error.text, code=NOTHING_FOUND)
    except (OSError, sqlite3.Error, DamagedError, StateError) as error:
        setup.console.fail(_UNREADABLE, code=NOTHING_FOUND, path=setup.journal, why=error)
