"""The file of the page's secrets: the password hashed by argon2, tokens hashed, the sessions' key.

It lies beside the journal, for its user only (mode 600), and is read again whenever it changed.
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from telewatt.config.model import WebConfig
from telewatt.language import Text, TextError

FILE = "web-access.json"
PASSWORD_MIN = 8
PASSWORD_MAX = 256
TOKEN_PREFIX = "telewatt_"
MEMORY_KIB = 12 * 1024
ROUNDS = 3
"""OWASP's third choice for argon2id (12 MiB, 3 rounds, 1 lane): a Pi has little memory."""

_UNREADABLE = Text(
    "{path} cannot be used ({why}); set the password anew: telewatt web password",
    "{path} est inutilisable ({why}) ; fixez de nouveau le mot de passe : telewatt web password",
)
_SHORT = Text(
    "a password needs {least} characters at least, {most} at most",
    "un mot de passe a au moins {least} caractères, et {most} au plus",
)


class AccessError(TextError):
    """The file, or what shall be put into it, cannot be used: ``text`` says why."""


class Secrets(NamedTuple):
    """What is in the file.

    Attributes:
        password: its hash; ``None`` if none is set.
        tokens: by name, the SHA-256 of each token in hexadecimal.
        key: signs sessions; it changes with the password.
    """

    password: str | None = None
    tokens: Mapping[str, str] = {}
    key: bytes = b""


def access_path(web: WebConfig, folder: Path) -> Path:
    """Where the secrets of the page are.

    Args:
        folder: that of the journal.
    """
    return folder / Path(web.password_file or FILE).expanduser()


class Access:
    """The secrets of one page, as they are now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[int, int, int] | None = None
        self._secrets = Secrets()
        self._own_key = secrets.token_bytes(32)

    @property
    def secrets(self) -> Secrets:
        """What is in the file; nothing if there is none.

        Raises:
            AccessError: the file cannot be used; then nobody may come in.
        """
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._read, self._secrets = None, Secrets(key=self._own_key)
            return self._secrets
        except OSError as error:
            raise AccessError(_UNREADABLE.fill(path=self.path, why=error.strerror)) from error
        mark = status.st_mtime_ns, status.st_size, status.st_ino
        if mark != self._read:
            self._secrets = _load(self.path)
            self._read = mark
        return self._secrets

    @property
    def lets_in(self) -> bool:
        """Whether there is a password or a token."""
        try:
            return self.secrets.password is not None or bool(self.secrets.tokens)
        except AccessError:
            return False

    def is_token(self, token: str) -> bool:
        """Whether this is one of the tokens."""
        digest = hash_of_token(token)
        known = [hmac.compare_digest(digest, each) for each in self.secrets.tokens.values()]
        return any(known)

    # -- for the commands --------------------------------------------------------------------------

    def set_password(self, password: str) -> None:
        """Set it; all sessions end. Raises AccessError if it is too short or cannot be written."""
        require_length(password)
        hashed = hash_of_password(password)
        self._store(self.secrets._replace(password=hashed, key=secrets.token_bytes(32)))

    def remove_password(self) -> None:
        """Let everybody in who reaches the page, where that is allowed; all sessions end."""
        self._store(self.secrets._replace(password=None, key=secrets.token_bytes(32)))

    def new_token(self, name: str) -> str:
        """Make a token, which is shown this once; one of the same name is replaced."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        known = self.secrets
        key = known.key if self._read else secrets.token_bytes(32)
        self._store(known._replace(tokens={**known.tokens, name: hash_of_token(token)}, key=key))
        return token

    def remove_token(self, name: str) -> bool:
        """Whether there was a token of this name."""
        known = self.secrets
        tokens = {each: digest for each, digest in known.tokens.items() if each != name}
        if len(tokens) == len(known.tokens):
            return False
        self._store(known._replace(tokens=tokens))
        return True

    def _store(self, new: Secrets) -> None:
        content = {
            "changed": datetime.now(UTC).isoformat(timespec="seconds"),
            "password": new.password,
            "tokens": dict(new.tokens),
            "key": new.key.hex(),
        }
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            _give_to_owner(draft, self.path.parent)
            draft.replace(self.path)
        except OSError as error:
            raise AccessError(_UNREADABLE.fill(path=self.path, why=error.strerror)) from error


def require_length(password: str) -> None:
    """Raise AccessError if it is too short, or too long."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise AccessError(_SHORT.fill(least=PASSWORD_MIN, most=PASSWORD_MAX))


def hash_of_token(token: str) -> str:
    """A token has 256 bits of chance: one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def hash_of_password(password: str) -> str:
    """As argon2id, with its parameters."""
    return str(_hasher().hash(password))


def is_password(hashed: str, password: str) -> bool:
    """Whether this is the password; takes some ten milliseconds on purpose."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(hashed, password))
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)


def _load(path: Path) -> Secrets:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        password, tokens = content["password"], content["tokens"]
        key = bytes.fromhex(content["key"])
        if not isinstance(password, str | None) or not isinstance(tokens, dict) or len(key) < 32:
            raise ValueError("incomplete")
    except OSError as error:
        raise AccessError(_UNREADABLE.fill(path=path, why=error.strerror)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise AccessError(_UNREADABLE.fill(path=path, why=error)) from error
    return Secrets(password, {str(name): str(digest) for name, digest in tokens.items()}, key)


def _give_to_owner(draft: Path, folder: Path) -> None:
    """A file that root makes in the folder of the service is the service's."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(draft, owner.st_uid, owner.st_gid)
