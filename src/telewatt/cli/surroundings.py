"""What of a configuration this machine does not bear out, now and for this user.

All of it may come later - a stick plugged in, a password set, a file written - so it is no error.
Nothing is opened but the files that hold secrets.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from telewatt.cli.setup import Setup
from telewatt.config import Config, Fault
from telewatt.config.doubts import Doubt
from telewatt.config.kinds import FilePath, Variable
from telewatt.language import Text
from telewatt.service.page import NOT_INSTALLED
from telewatt.service.secrets import SecretError, secret_of
from telewatt.sinks.jsonlines import STANDARD_OUTPUT

_SAME_PORT = Fault(
    Text("the same port as {other}: {path}", "le même port que {other} : {path}"),
    Text(
        "give each meter its own: a port can be read only once",
        "donnez à chaque compteur le sien : un port ne se lit qu'une fois",
    ),
)
_NO_PORT = Fault(
    Text("there is no such port now", "ce port n'est pas là pour l'instant"),
    Text("plug it in; `telewatt ports` lists what is there", "branchez-le ; voir `telewatt ports`"),
)
_NO_SERIAL_PORT = Fault(
    Text("this is a file, not a port", "c'est un fichier, pas un port"),
    Text('for a capture write "file:{path}"', 'pour une capture, écrivez "file:{path}"'),
)
_NO_CAPTURE = Fault(
    Text("there is no such file now", "ce fichier n'est pas là pour l'instant"),
    Text("write its path in full, from /", "écrivez son chemin en entier, depuis /"),
)
_PUBLIC = Fault(
    Text(
        "the page is not served: everybody who reaches this address could read it",
        "la page n'est pas servie : quiconque atteint cette adresse pourrait la lire",
    ),
    Text(
        'set a password (`telewatt web password`), or write listen = "127.0.0.1"',
        'fixez un mot de passe (`telewatt web password`), ou écrivez listen = "127.0.0.1"',
    ),
)
_NO_NAME = Fault(
    Text("nothing has this name now", "rien ne porte ce nom pour l'instant"),
    Text(
        'write an address: "127.0.0.1", or "0.0.0.0" for all of this machine',
        'écrivez une adresse : "127.0.0.1", ou "0.0.0.0" pour toutes celles de cette machine',
    ),
)
_NO_FOLDER = Fault(
    Text("{path} is a file", "{path} est un fichier"),
    Text("write the path of a folder", "écrivez le chemin d'un dossier"),
)
_NO_FILE = Fault(
    Text("{path} is a folder", "{path} est un dossier"),
    Text("write {path}/readings.jsonl", "écrivez {path}/releves.jsonl"),
)
_OURS = ("web", "password_file")
"""Written by telewatt itself, once there is a password."""


def doubts_here(setup: Setup) -> Iterator[Doubt]:
    """What this machine makes doubtful."""
    yield from _of_sources(setup.config)
    yield from _of_page(setup)
    yield from _of_outputs(setup)
    yield from _of_secrets(setup)


def _of_sources(config: Config) -> Iterator[Doubt]:
    """Ports and captures: those that are not there, and those that have two names."""
    owners: dict[str, str] = {}
    for name, meter in config.meters.items():
        key = ("meters", name, "source")
        port = meter.source.removeprefix("serial:")
        capture = meter.source.removeprefix("file:").removeprefix("//").partition("?")[0]
        if port.startswith("/"):
            path = os.path.realpath(port)
            owner = owners.setdefault(path, name)
            if owner != name:
                yield key, _SAME_PORT.fill(other=f"meters.{owner}.source", path=path).line
            elif not os.path.exists(path):  # noqa: PTH110 - where nothing can be looked up: False
                yield key, _NO_PORT.line
            elif os.path.isfile(path):  # noqa: PTH113
                yield key, _NO_SERIAL_PORT.fill(path=port).line
        elif meter.source.startswith("file:") and not os.path.exists(capture):  # noqa: PTH110
            yield key, _NO_CAPTURE.line


def _of_page(setup: Setup) -> Iterator[Doubt]:
    """Whoever reaches it from elsewhere needs a password."""
    web = setup.config.web
    if not web.enabled:
        return
    try:
        from telewatt.web.access import Access, AccessError, access_path
        from telewatt.web.client import is_loopback
    except ImportError as error:
        yield ("web", "enabled"), NOT_INSTALLED.fill(why=error)
        return
    try:
        known = Access(access_path(web, setup.journal.parent)).secrets
    except AccessError as error:
        if not isinstance(error.__cause__, PermissionError):  # another user runs the service
            yield _OURS, error.text
        return
    addresses = _addresses_of(web.listen)
    if not addresses:
        yield ("web", "listen"), _NO_NAME.line
    elif not (known.password or known.tokens or all(map(is_loopback, addresses))):
        yield ("web", "listen"), _PUBLIC.line


def _addresses_of(host: str) -> list[str]:
    """What a name means here; none if it means nothing."""
    try:
        places = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return []
    return [str(place[4][0]) for place in places]


def _of_outputs(setup: Setup) -> Iterator[Doubt]:
    """A file where a folder shall be, and a folder where a file shall be."""
    folder, config = setup.journal.parent, setup.config
    if config.daily_log is not None:
        path = folder / Path(config.daily_log.folder).expanduser()
        if os.path.isfile(path):  # noqa: PTH113
            yield ("daily_log", "folder"), _NO_FOLDER.fill(path=path).line
    if config.jsonl is not None and config.jsonl.path != STANDARD_OUTPUT:
        path = folder / Path(config.jsonl.path).expanduser()
        if os.path.isdir(path):  # noqa: PTH112
            yield ("jsonl", "path"), _NO_FILE.fill(path=path).line


def _of_secrets(setup: Setup) -> Iterator[Doubt]:
    """The files and variables that cannot be read; the service asks them again and again."""
    folder, config = setup.journal.parent, setup.config
    files = {key: value for key, value in config.values(FilePath) if key[-1].endswith("_file")}
    for key, file in files.items():
        if key != _OURS and (why := _unreadable(file, None, folder)):
            yield key, why
    for key, name in config.values(Variable):
        file_key = (*key[:-1], f"{key[-1].removesuffix('_env')}_file")
        if file_key not in files and (why := _unreadable(None, name, folder)):
            yield key, why


def _unreadable(file: str | None, variable: str | None, folder: Path) -> Text | None:
    try:
        secret_of(file, variable, folder)()
    except SecretError as error:
        return error.text
    return None
