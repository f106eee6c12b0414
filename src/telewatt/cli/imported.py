"""Files on their way into the history: read, given a meter, brought in."""

import errno
import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from telewatt.cli.console import NOTHING_FOUND, UNREADABLE, Console
from telewatt.cli.import_report import say, tell
from telewatt.exchange import Hints, Measures, NotImportableError, parse
from telewatt.exchange.bundle import pack
from telewatt.exchange.captures import times_of
from telewatt.exchange.measures import span_of
from telewatt.language import Text
from telewatt.rollup import Portion
from telewatt.rollup.instant import ALWAYS, from_ms
from telewatt.store.history import History, Meter

_NONE_IMPORTED = Text("nothing was imported", "rien n'a été importé")
_DONE = Text("  import {number}", "  import {number}")
_KNOWN = Text(
    "{path}: known since import {number}; nothing changed",
    "{path} : connu depuis l'import {number} ; rien n'a changé",
)
_NO_METER = Text(
    "{path}: which meter it tells of is not known → say it: --site {sites}, or --meter METER",
    "{path} : de quel compteur il parle n'est pas connu → dites-le : --site {sites}, ou --meter "
    "COMPTEUR",
)
_NO_SITE = Text(
    "--site {site}: no such site → known are {sites}; or give --meter METER",
    "--site {site} : site inconnu → sont connus {sites} ; ou donnez --meter COMPTEUR",
)
_NO_SITE_YET = Text(
    "--site {site}: no meter has been read yet → start `telewatt run`, wait until it has written "
    "to the disk (two minutes), or give --meter METER",
    "--site {site} : aucun compteur n'a encore été lu → lancez `telewatt run`, attendez qu'il ait "
    "écrit sur le disque (deux minutes), ou donnez --meter COMPTEUR",
)
_SEVERAL = Text(
    "{path}: it tells of several meters ({meters}) → leave --meter and --site out",
    "{path} : il parle de plusieurs compteurs ({meters}) → sans --meter ni --site",
)


FILE_BYTES_MAX = 512 << 20


class Candidate(NamedTuple):
    """A file that was read to its end."""

    path: Path
    content: bytes
    measures: Measures
    hints: Hints

    @property
    def hash(self) -> str:
        """Names its content."""
        return hashlib.sha256(self.content).hexdigest()


def candidates(console: Console, paths: Iterable[Path], hints: Hints) -> list[Candidate]:
    """All files, read; if one is no good the command ends, with all that is wrong with them."""
    found, wrong = [], False
    for path in paths:
        try:
            content = _read(path)
            if times_of(path).is_file():
                content = pack(content, times_of(path).read_bytes())
            found.append(Candidate(path, content, parse(content, hints), hints))
        except OSError as error:
            console.tell(UNREADABLE, path=path, why=error.strerror or error)
            wrong = True
        except NotImportableError as error:
            console.write(error.describe(str(path), console.language))
            wrong = True
    if wrong:
        console.fail(_NONE_IMPORTED, code=NOTHING_FOUND)
    return found


def _read(path: Path) -> bytes:
    """The whole of a file that has an end."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "not a file")
    if path.is_file() and path.stat().st_size > FILE_BYTES_MAX:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return path.read_bytes()


class Sites:
    """Which meter a file tells of, as far as the history and the user know.

    Args:
        heard: the meters, also those that the history does not have yet.
    """

    def __init__(
        self, console: Console, history: History | None, heard: Iterable[Meter] = ()
    ) -> None:
        self.console = console
        self._meters = {meter.name for meter in history.meters()} if history else set()
        joins = [join for join in history.joins() if join.undone is None] if history else []
        self._members: dict[str, list[tuple[datetime, str]]] = {}
        for join in sorted(joins, key=lambda join: join.at):
            self._members.setdefault(join.site, []).append((join.at, join.meter))
        for meter in heard:
            for site in meter.sites:
                self._members.setdefault(site, [(from_ms(ALWAYS[0]), meter.name)])

    def meter_of(
        self, candidate: Candidate, portion: Portion, meter: str | None, site: str | None
    ) -> str:
        """The meter of one portion; what cannot be decided ends the command."""
        told = portion.meter
        self._require_one(candidate, meter or site)
        if meter:
            return meter
        if site:
            return self._member(site, span_of(portion)[0])
        if told and (told in self._meters or candidate.measures.kind in ("capture", "log")):
            return told
        if len(self._members) == 1:
            return self._member(next(iter(self._members)), span_of(portion)[0])
        if told and not self._members:
            return told
        sites = "|".join(self._members) or "SITE"
        return self.console.fail(_NO_METER, path=candidate.path, sites=sites)

    def _require_one(self, candidate: Candidate, asked: str | None) -> None:
        told = {portion.meter for portion in candidate.measures.portions} - {""}
        if asked and len(told) > 1:
            self.console.fail(_SEVERAL, path=candidate.path, meters=", ".join(sorted(told)))

    def _member(self, site: str, at: datetime) -> str:
        members = self._members.get(site)
        if members is None:
            text = _NO_SITE if self._members else _NO_SITE_YET
            return self.console.fail(text, site=site, sites=", ".join(self._members))
        return next((meter for since, meter in reversed(members) if since <= at), members[0][1])


def describe(
    sites: Sites,
    found: Sequence[Candidate],
    history: History | None,
    meter: str | None,
    site: str | None,
) -> None:
    """Say what the files hold, and whom they tell of."""
    console = sites.console
    for candidate in found:
        if history and (number := _number_of(history, candidate)):
            say(console, _KNOWN.fill(path=candidate.path, number=number))
            continue
        portions = _filed(candidate, sites, meter, site)
        tell(console, candidate.path, candidate.measures, portions, history)


def bring_in(
    sites: Sites,
    found: Sequence[Candidate],
    history: History,
    meter: str | None,
    site: str | None,
) -> None:
    """Bring the files in one after the other; what is known already changes nothing."""
    _remove_leftovers(history)
    console = sites.console
    filed = [(candidate, _filed(candidate, sites, meter, site)) for candidate in found]
    for candidate, portions in filed:
        number = _number_of(history, candidate)
        if number:
            say(console, _KNOWN.fill(path=candidate.path, number=number))
            continue
        tell(console, candidate.path, candidate.measures, portions, history)
        number = _add(history, candidate, portions)
        say(console, _DONE.fill(number=number))


def _filed(
    candidate: Candidate, sites: Sites, meter: str | None, site: str | None
) -> list[Portion]:
    return [
        portion._replace(meter=sites.meter_of(candidate, portion, meter, site), source="")
        for portion in candidate.measures.portions
    ]


def _add(history: History, candidate: Candidate, portions: Sequence[Portion]) -> int:
    """One import a portion, so that a hole is a hole; that with the content comes last."""
    start, _, log_in_utc = candidate.hints
    params: dict[str, Any] = {"file": candidate.hash, "parts": len(portions)}
    params |= {"start": start and start.isoformat(), "log_in_utc": log_in_utc}
    number = 0
    for part in reversed(range(len(portions))):
        content = candidate.content if not part else f"{candidate.hash} {part}".encode()
        number = history.add_import(
            [content],
            [portions[part]],
            kind=candidate.measures.kind,
            name=candidate.path.name,
            meter=portions[part].meter,
            params={**params, "part": part},
        ).number
    return number


def _remove_leftovers(history: History) -> None:
    """What a command that was killed has left of a file: all but the part with its content."""
    imports = history.imports()
    whole = {one.hash for one in imports}
    for one in imports:
        if one.params.get("file", one.hash) not in whole:
            history.remove_import(one.number)


def _number_of(history: History, candidate: Candidate) -> int | None:
    """The number of the import that brought this content in."""
    known = history.find_import(candidate.hash)
    return known.number if known else None
