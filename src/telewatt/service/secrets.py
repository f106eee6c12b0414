"""The one reader of secrets: the configuration names a file or an environment variable.

Asked again with each connection, so that a changed password needs no restart.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from telewatt.language import Text, TextError

Secret = Callable[[], str | None]
"""Gives the secret as it is now, ``None`` where none is configured. Raises `SecretError`."""

_BYTES_MAX = 1 << 16

_NO_FILE = Text(
    "cannot read the secret {path}: {why}; make it readable for this user only (chmod 600)",
    "impossible de lire le secret {path} : {why} ; rendez-le lisible par ce seul utilisateur "
    "(chmod 600)",
)
_ABSENT = Text(
    "there is no file {path} for the secret; write it into the first line of one, readable for "
    "this user only (chmod 600)",
    "il n'y a pas de fichier {path} pour le secret ; écrivez-le en première ligne, lisible par "
    "ce seul utilisateur (chmod 600)",
)
_EMPTY_FILE = Text(
    "the secret {path} is empty; write it into the first line",
    "le secret {path} est vide ; écrivez-le en première ligne",
)
_NO_VARIABLE = Text(
    "the environment variable {name} is not set; set it, or name a file",
    "la variable d'environnement {name} n'est pas définie ; définissez-la, ou nommez un fichier",
)


class SecretError(TextError, OSError):
    """A configured secret cannot be had now: ``text`` says which, and the remedy."""


def secret_of(file: str | None, variable: str | None, folder: Path) -> Secret:
    """The secret that two keys of a section describe (``*_file`` and ``*_env``); the file wins.

    Args:
        folder: where relative paths start.
    """
    if file is not None:
        return lambda: _read(folder / Path(file).expanduser())
    if variable is not None:
        return lambda: _look_up(variable)
    return lambda: None


def _read(path: Path) -> str:
    try:
        secret = _first_line(path)
    except FileNotFoundError as error:
        raise SecretError(_ABSENT.fill(path=path)) from error
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise SecretError(_NO_FILE.fill(path=path, why=why)) from error
    if not secret:
        raise SecretError(_EMPTY_FILE.fill(path=path))
    return secret


def _first_line(path: Path) -> str:
    """Without its end. A pipe or a device is not waited for: it might never answer."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a file")
    with path.open("rb") as file:
        text = file.read(_BYTES_MAX)
    return text.decode("utf-8-sig").split("\n", 1)[0].strip("\r")


def _look_up(name: str) -> str:
    secret = os.environ.get(name)
    if not secret:
        raise SecretError(_NO_VARIABLE.fill(name=name))
    return secret
