"""Files on their way into the history: read, given a meter, brought in."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from telewatt.cli.console import NOTHING_FOUND, UNREADABLE, Console
from telewatt.cli.import_report import tell
from telewatt.exchange import Hints, Measures, NotImportableError, parse, recognise
from telewatt.exchange.bundle import pack
from telewatt.exchange.captures import times_of
from telewatt.exchange.content import text_of
from telewatt.exchange.logparts import LogFile, LogPart, look_through, parts_of
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
_CHANGED = Text(
    "{path}: it has changed while it was being read → give the command again",
    "{path} : il a changé pendant la lecture → donnez la commande de nouveau",
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


class Loaded(NamedTuple):
    """The content of a candidate, and what it holds."""

    content: bytes
    measures: Measures

    @property
    def hash(self) -> str:
        """Names the content."""
        return hashlib.sha256(self.content).hexdigest()


class Candidate(NamedTuple):
    """Something that was looked through to its end and can be brought in.

    Attributes:
        path: of the file, or of the logs that are read as one.
        kind: see `Measures`.
        told: of each portion the meter it names, ``""`` if none, and its beginning.
        load: gives all of it, in order of ``told``.
    """

    path: Path
    hints: Hints
    kind: str
    told: Sequence[tuple[str, datetime]]
    load: Callable[[], Loaded]


def candidates(console: Console, paths: Iterable[Path], hints: Hints) -> list[Candidate]:
    """All files, looked through; if one is no good the command ends, with all that is wrong.

    Daily logs come last; those that follow one another are one, some weeks at a time.
    """
    found: list[Candidate] = []
    logs: list[LogFile] = []
    wrong = False
    for path in paths:
        try:
            content = _read(path)
            if recognise(content) == "log":
                logs.append(look_through(path, text_of(content), hints))
            else:
                found.append(_of_file(path, content, hints))
        except OSError as error:
            console.tell(UNREADABLE, path=path, why=error.strerror or error)
            wrong = True
        except NotImportableError as error:
            console.write(error.describe(str(path), console.language))
            wrong = True
    if wrong:
        console.fail(_NONE_IMPORTED, code=NOTHING_FOUND)
    return [*found, *(_of_logs(part, hints) for part in parts_of(logs))]


def _of_file(path: Path, content: bytes, hints: Hints) -> Candidate:
    loaded = Loaded(content, parse(content, hints))
    told = [(portion.meter, span_of(portion)[0]) for portion in loaded.measures.portions]
    return Candidate(path, hints, loaded.measures.kind, told, lambda: loaded)


def _of_logs(part: LogPart, hints: Hints) -> Candidate:
    """Read again when its turn comes: years of logs fit into no memory."""

    def load() -> Loaded:
        content = part.content([_read(file.path) for file in part.files])
        return Loaded(content, part.measures(content, hints))

    return Candidate(part.path, hints, "log", list(part.files[0].told.items()), load)


def _read(path: Path) -> bytes:
    """The whole of a file that has an end, with the times of a capture."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "not a file")
    if path.is_file() and path.stat().st_size > FILE_BYTES_MAX:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    content, times = path.read_bytes(), times_of(path)
    return pack(content, times.read_bytes()) if times.is_file() else content


class Sites:
    """Which meter a file tells of, as far as the history and the user know.

    Args:
        heard: the meters, also those that the history does not have yet.
        meter, site: what the user says: one of them, or neither.
    """

    def __init__(
        self,
        console: Console,
        history: History | None,
        heard: Iterable[Meter],
        *,
        meter: str | None,
        site: str | None,
    ) -> None:
        self.console, self._meter, self._site = console, meter, site
        self._meters = {meter.name for meter in history.meters()} if history else set()
        joins = [join for join in history.joins() if join.undone is None] if history else []
        self._members: dict[str, list[tuple[datetime, str]]] = {}
        for join in sorted(joins, key=lambda join: join.at):
            self._members.setdefault(join.site, []).append((join.at, join.meter))
        for each in heard:
            for name in each.sites:
                self._members.setdefault(name, [(from_ms(ALWAYS[0]), each.name)])

    def meter_of(self, candidate: Candidate, told: str, since: datetime) -> str:
        """The meter of one portion; what cannot be decided ends the command."""
        self._require_one(candidate)
        if self._meter:
            return self._meter
        if self._site:
            return self._member(self._site, since)
        if told and (told in self._meters or candidate.kind in ("capture", "log")):
            return told
        if len(self._members) == 1:
            return self._member(next(iter(self._members)), since)
        if told and not self._members:
            return told
        sites = "|".join(self._members) or "SITE"
        return self.console.fail(_NO_METER, path=candidate.path, sites=sites)

    def _require_one(self, candidate: Candidate) -> None:
        """What the user says is of one meter."""
        named = {told for told, _ in candidate.told} - {""}
        if (self._meter or self._site) and len(named) > 1:
            self.console.fail(_SEVERAL, path=candidate.path, meters=", ".join(sorted(named)))

    def _member(self, site: str, at: datetime) -> str:
        members = self._members.get(site)
        if members is None:
            text = _NO_SITE if self._members else _NO_SITE_YET
            return self.console.fail(text, site=site, sites=", ".join(self._members))
        return next((meter for since, meter in reversed(members) if since <= at), members[0][1])


def describe(sites: Sites, found: Sequence[Candidate], history: History | None) -> None:
    """Say what the files hold, and whom they tell of."""
    for candidate, meters in _with_meters(sites, found):
        _present(sites.console, candidate, meters, history)


def bring_in(sites: Sites, found: Sequence[Candidate], history: History) -> None:
    """Bring the files in one after the other; what is known already changes nothing."""
    _remove_leftovers(history)
    for candidate, meters in _with_meters(sites, found):
        loaded, portions = _present(sites.console, candidate, meters, history)
        if portions:
            number = _add(history, candidate, loaded, portions)
            sites.console.answer(_DONE.fill(number=number))


def _with_meters(sites: Sites, found: Sequence[Candidate]) -> list[tuple[Candidate, list[str]]]:
    """Each with the meters of its portions: all are known before the first one is brought in."""
    return [
        (each, [sites.meter_of(each, told, since) for told, since in each.told]) for each in found
    ]


def _present(
    console: Console, candidate: Candidate, meters: Sequence[str], history: History | None
) -> tuple[Loaded, list[Portion]]:
    """Load it and say what it holds; nothing is to be brought in of what is known."""
    try:
        loaded = candidate.load()
    except (OSError, NotImportableError):
        console.fail(_CHANGED, path=candidate.path, code=NOTHING_FOUND)
    known = history.find_import(loaded.hash) if history else None
    if known is not None:
        console.answer(_KNOWN.fill(path=candidate.path, number=known.number))
        return loaded, []
    portions = [
        portion._replace(meter=meter, source="")
        for portion, meter in zip(loaded.measures.portions, meters, strict=True)
    ]
    tell(console, candidate.path, loaded.measures, portions, history)
    return loaded, portions


def _add(
    history: History, candidate: Candidate, loaded: Loaded, portions: Sequence[Portion]
) -> int:
    """One import a portion, so that a hole is a hole; that with the content comes last."""
    start, _, log_in_utc = candidate.hints
    params: dict[str, Any] = {"file": loaded.hash, "parts": len(portions)}
    params |= {"start": start and start.isoformat(), "log_in_utc": log_in_utc}
    number = 0
    for part in reversed(range(len(portions))):
        content = loaded.content if not part else f"{loaded.hash} {part}".encode()
        number = history.add_import(
            [content],
            [portions[part]],
            kind=candidate.kind,
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
