"""Who may come in: hosts, sessions, tokens, the secret that only our own page knows, and patience.

Without a password the page is open to those who reach it on this machine. Sessions are signed, not
kept: they outlive a restart of the service, and end with the password.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.requests import Request

from telewatt.language import Text
from telewatt.web.access import Access, AccessError, is_password
from telewatt.web.client import Client, Clients
from telewatt.web.errors import AnswerError

COOKIE = "telewatt_session"
CSRF_HEADER = "x-csrf-token"
SESSION_S = 30 * 24 * 3600
FREE_ATTEMPTS = 5
PAUSE_MAX_S = 60.0
ADDRESSES_MAX = 2048
HASHES_WAITING = 8

_HOST = Text(
    "this page is not served under the name {host}; call it by its address, or write "
    'allowed_hosts = ["{host}"] into [web]',
    "cette page n'est pas servie sous le nom {host} ; appelez-la par son adresse, ou écrivez "
    'allowed_hosts = ["{host}"] dans [web]',
)
_LOG_IN = Text(
    "log in first, or send a token (Authorization: Bearer ...)",
    "connectez-vous d'abord, ou envoyez un jeton (Authorization: Bearer ...)",
)
_PROXIED = Text(
    "a proxy passes this page on, and no password is set: set one with `telewatt web password`, "
    "and name the proxy in trusted_proxies of [web]",
    "un mandataire transmet cette page, et aucun mot de passe n'est fixé : fixez-en un avec "
    "`telewatt web password`, et nommez le mandataire dans trusted_proxies de [web]",
)
_WRONG_TOKEN = Text("this token is not valid", "ce jeton n'est pas valable")
_WRONG = Text("wrong password", "mot de passe incorrect")
_NO_PASSWORD = Text(
    "no password is set: `telewatt web password` sets one",
    "aucun mot de passe n'est fixé : `telewatt web password` en fixe un",
)
_TOO_OFTEN = Text(
    "too many wrong passwords from your address; wait {seconds} s",
    "trop de mots de passe incorrects depuis votre adresse ; attendez {seconds} s",
)
_FOREIGN = Text(
    "this request does not come from the page itself; load the page again",
    "cette requête ne vient pas de la page elle-même ; rechargez la page",
)


class Session(NamedTuple):
    """Who is in.

    Attributes:
        id: of the session; ``""``: the page is open; ``"token"``: a program.
    """

    id: str


class Guard:
    """Decides about every request.

    Args:
        is_local: whether the page listens to this machine only.
    """

    def __init__(self, access: Access, clients: Clients, *, is_local: bool) -> None:
        self.access, self.clients, self._is_local = access, clients, is_local
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._attempts: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._hashing = asyncio.Lock()
        self._hashes_waiting = 0

    def check_host(self, client: Client) -> None:
        """Refuse names that are not ours."""
        if not self.clients.may_call(client):
            raise AnswerError(403, "forbidden", _HOST.fill(host=client.host[:80] or "-"))

    @property
    def is_open(self) -> bool:
        """Whether nobody needs to log in."""
        try:
            return self._is_local and self.access.secrets.password is None
        except AccessError:
            return False

    def session(self, request: Request, client: Client) -> Session | None:
        """Who this is; ``None`` for whoever has not logged in.

        Raises:
            AnswerError: a wrong token, or a proxy that makes an open page public.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if not self._is_token(token.strip()):
                raise AnswerError(401, "unauthorized", _WRONG_TOKEN)
            return Session("token")
        if self.is_open:
            if client.is_proxied and not client.is_trusted:
                raise AnswerError(401, "unauthorized", _PROXIED)
            return Session("")
        return self._session_of(request.cookies.get(COOKIE, ""))

    def require(self, request: Request, client: Client) -> Session:
        """As `session`, for whoever is in only."""
        session = self.session(request, client)
        if session is None:
            raise AnswerError(401, "unauthorized", _LOG_IN)
        return session

    def check_origin(self, request: Request, client: Client) -> None:
        """Refuse what another page lets a browser send."""
        origin = request.headers.get("origin")
        if origin and _host_of(origin) != client.host:
            raise AnswerError(403, "forbidden", _FOREIGN)
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise AnswerError(403, "forbidden", _FOREIGN)

    def check_csrf(self, request: Request, session: Session) -> None:
        """Refuse a change that does not know what only our page was told."""
        if session.id == "token":
            return
        given = request.headers.get(CSRF_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self.csrf(session).encode()):
            raise AnswerError(403, "forbidden", _FOREIGN)

    def csrf(self, session: Session) -> str:
        """What our page is told, and sends with each change."""
        return self._sign("csrf", session.id)

    # -- log-in ------------------------------------------------------------------------------------

    async def log_in(self, password: str, client: Client) -> str:
        """A new session's cookie.

        Raises:
            AnswerError: it is the wrong password, or it was wrong too often.
        """
        address = _network(client.address)
        self._check_patience(address)
        hashed = self._hash()
        if hashed is None:
            raise AnswerError(409, "no_password", _NO_PASSWORD)
        if self._hashes_waiting >= HASHES_WAITING:
            raise AnswerError(429, "too_many", _TOO_OFTEN.fill(seconds=1), retry_s=1)
        self._note_attempt(address)  # before it is known, so that many at once count as many
        self._hashes_waiting += 1
        try:
            async with self._hashing:  # each takes memory
                right = await asyncio.to_thread(is_password, hashed, password)
        finally:
            self._hashes_waiting -= 1
        if not right:  # the pause begins with the answer, however long it took
            self._attempts[address] = self._attempts.get(address, (1, 0.0))[0], time.monotonic()
            raise AnswerError(401, "unauthorized", _WRONG)
        self._attempts.pop(address, None)
        return self._new_session()

    def log_out(self, session: Session) -> None:
        """End this session."""
        if session.id and session.id != "token":
            self._ended[session.id] = time.time() + SESSION_S
            while len(self._ended) > ADDRESSES_MAX:
                self._ended.popitem(last=False)

    def _check_patience(self, address: str) -> None:
        """Each address waits for its own mistakes only."""
        count, last = self._attempts.get(address, (0, 0.0))
        pause_s = min(PAUSE_MAX_S, 2.0 ** (count - FREE_ATTEMPTS)) if count >= FREE_ATTEMPTS else 0
        left_s = last + pause_s - time.monotonic()
        if left_s > 0:
            seconds = int(left_s) + 1
            raise AnswerError(429, "too_many", _TOO_OFTEN.fill(seconds=seconds), retry_s=seconds)

    def _note_attempt(self, address: str) -> None:
        count, last = self._attempts.pop(address, (0, 0.0))
        if time.monotonic() - last > 10 * PAUSE_MAX_S:
            count = 0
        self._attempts[address] = count + 1, time.monotonic()
        while len(self._attempts) > ADDRESSES_MAX:
            self._attempts.popitem(last=False)

    # -- sessions ----------------------------------------------------------------------------------

    def _new_session(self) -> str:
        name, until = secrets.token_urlsafe(12), int(time.time()) + SESSION_S
        return f"{name}.{until}.{self._sign('session', f'{name}.{until}')}"

    def _session_of(self, cookie: str) -> Session | None:
        parts = cookie.split(".")
        if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdecimal():
            return None
        name, until, signature = parts
        expected = self._sign("session", f"{name}.{until}")
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return None
        if len(until) > 12 or int(until) < time.time() or name in self._ended:
            return None
        return Session(name)

    def _sign(self, what: str, text: str) -> str:
        try:
            key = self.access.secrets.key
        except AccessError:
            key = secrets.token_bytes(32)  # nothing is valid while the file cannot be used
        return hmac.new(key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()

    def _is_token(self, token: str) -> bool:
        try:
            return bool(token) and self.access.is_token(token)
        except AccessError:
            return False

    def _hash(self) -> str | None:
        try:
            return self.access.secrets.password
        except AccessError as error:
            raise AnswerError(409, "no_password", error.text) from error


def _host_of(origin: str) -> str:
    try:
        return (urlsplit(origin).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _network(address: str) -> str:
    """The household of an address: an IPv6 client has 2^64 of them."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.exploded[:19])
    return str(found)
