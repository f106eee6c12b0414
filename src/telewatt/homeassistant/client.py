"""One connection to the WebSocket API of Home Assistant.

Source: https://developers.home-assistant.io/docs/api/websocket
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp

from telewatt.language import Text, TextError, reason_of

ANSWER_S = 60.0
START_S = 300
"""So long Home Assistant may take from its first answer until it has started."""
HEARTBEAT_S = 30.0
MESSAGE_BYTES = 32 << 20
SAID_CHARACTERS = 200

_AWAY = Text(
    "Home Assistant does not answer at {url}: {why}; check that it runs and that the address is "
    "right",
    "Home Assistant ne répond pas à {url} : {why} ; vérifiez qu'il est en marche et que l'adresse "
    "est juste",
)
_SILENT = Text(
    "Home Assistant at {url} does not answer within {seconds:.0f} s; look at its log",
    "Home Assistant à {url} ne répond pas en {seconds:.0f} s ; regardez son journal",
)
_NO_TOKEN = Text(
    "no token for Home Assistant: make a long-lived one in its profile page, section Security, and "
    "name its file as token_file",
    "pas de jeton pour Home Assistant : créez-en un de longue durée dans votre page de profil, "
    "section Sécurité, et nommez son fichier dans token_file",
)
_DENIED = Text(
    "Home Assistant at {url} refuses the token: make a new long-lived one in its profile page, and "
    "write it into token_file",
    "Home Assistant à {url} refuse le jeton : créez-en un nouveau de longue durée dans votre page "
    "de profil, et écrivez-le dans token_file",
)
_NOT_IT = Text(
    "what answers at {url} is not Home Assistant; write its address as url, such as "
    "http://homeassistant.local:8123",
    "ce qui répond à {url} n'est pas Home Assistant ; écrivez son adresse dans url, par exemple "
    "http://homeassistant.local:8123",
)
_REFUSED = Text(
    "Home Assistant refuses {command}: {why}; the token must be an administrator's",
    "Home Assistant refuse {command} : {why} ; le jeton doit être celui d'un administrateur",
)
_FAILED = Text(
    "Home Assistant could not do {command}: {why}; look at its log",
    "Home Assistant n'a pas pu exécuter {command} : {why} ; regardez son journal",
)
_NOT_FOUND = Text(
    "Home Assistant does not know what {command} asks for: {why}",
    "Home Assistant ne connaît pas ce que {command} demande : {why}",
)
_STRANGE = Text(
    "Home Assistant answers in a way that telewatt does not know ({why}); update telewatt",
    "Home Assistant répond d'une façon que telewatt ne connaît pas ({why}) ; mettez telewatt à "
    "jour",
)
_STARTING = Text(
    "Home Assistant at {url} has not finished starting; look at its log",
    "Home Assistant à {url} n'a pas fini de démarrer ; regardez son journal",
)


class HomeAssistantError(TextError, OSError):
    """It is away or refuses: ``text`` says what is wrong and the remedy."""


class DeniedError(HomeAssistantError):
    """It refuses the token, which it notes in its log and shows its users each time."""


class NotFoundError(HomeAssistantError):
    """Home Assistant is there, and does not have what a command asks for."""


class HomeAssistant:
    """An open connection; commands one after the other.

    Attributes:
        version: of Home Assistant, year and month.
    """

    def __init__(
        self, url: str, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self._url, self._session, self._socket = url, session, socket
        self._number = 0
        self.version = (0, 0)

    @classmethod
    async def connect(cls, url: str, token: Callable[[], str | None]) -> Self:
        """Connect and log in.

        Args:
            url: of its front page.
            token: gives the token as it is now; may raise an OSError with a ``text``.

        Raises:
            HomeAssistantError: it does not answer, or not to us.
        """
        secret = token()
        if secret is None:
            raise HomeAssistantError(_NO_TOKEN)
        session = aiohttp.ClientSession()
        try:
            async with _explained(url), asyncio.timeout(ANSWER_S):
                socket = await session.ws_connect(
                    f"{url.rstrip('/')}/api/websocket",
                    heartbeat=HEARTBEAT_S,
                    max_msg_size=MESSAGE_BYTES,
                )
        except BaseException:
            await session.close()
            raise
        opened = cls(url, session, socket)
        try:
            async with _explained(url):
                await opened._log_in(secret)
        except BaseException:
            await opened.close()
            raise
        return opened

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
        await self._session.close()

    async def ask(self, command: str, **values: Any) -> Any:
        """Send a command; its result.

        Raises:
            NotFoundError: there is no such thing.
            HomeAssistantError: it is refused or fails, or the connection is lost.
        """
        self._number += 1
        number = self._number
        async with _explained(self._url), asyncio.timeout(ANSWER_S):
            await self._socket.send_json({"id": number, "type": command, **values})
            while True:
                message = await self._receive()
                if message.get("id") == number and message.get("type") == "result":
                    break
        if not message.get("success"):
            with understood():
                error = message.get("error") or {}
                why, code = str(error.get("message", "?"))[:SAID_CHARACTERS], error.get("code")
            if code == "not_found":
                raise NotFoundError(_NOT_FOUND.fill(command=command, why=why))
            is_denied = "unauthorized" in (code, why.lower())  # a service says so in words only
            text = _REFUSED if is_denied else _FAILED
            raise HomeAssistantError(text.fill(command=command, why=why))
        return message.get("result")

    async def has_started(self) -> bool:
        """Whether all of it is there. Raises HomeAssistantError."""
        with understood():
            return bool((await self.ask("get_config")).get("state") == "RUNNING")

    async def wait_started(self) -> None:
        """Wait until it has started: what it records is known only then.

        Raises:
            HomeAssistantError: that takes too long.
        """
        for _ in range(START_S):
            if await self.has_started():
                return
            await asyncio.sleep(1)
        raise HomeAssistantError(_STARTING.fill(url=self._url))

    async def wait_lost(self, seconds: float) -> bool:
        """Wait so long; whether the connection was lost meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await self._socket.receive()
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return True
        except TimeoutError:
            return False

    async def _log_in(self, token: str) -> None:
        asked = await self._receive()
        if asked.get("type") != "auth_required":
            raise HomeAssistantError(_NOT_IT.fill(url=self._url))
        await self._socket.send_json({"type": "auth", "access_token": token})
        answer = await self._receive()
        if answer.get("type") != "auth_ok":
            raise DeniedError(_DENIED.fill(url=self._url))
        year, _, rest = str(answer.get("ha_version", "")).partition(".")
        month = rest.partition(".")[0]
        if year.isdecimal() and month.isdecimal():
            self.version = int(year), int(month)

    async def _receive(self) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_S):
            message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            closed = Text("connection closed", "connexion fermée")
            raise HomeAssistantError(_AWAY.fill(url=self._url, why=closed))
        try:
            found = message.json()
        except (ValueError, RecursionError) as error:
            raise HomeAssistantError(_NOT_IT.fill(url=self._url)) from error
        return found if isinstance(found, dict) else {}


@contextmanager
def understood() -> Iterator[None]:
    """What is read of an answer in here, and is not there, is a `HomeAssistantError`.

    Another version may answer otherwise: that is no bug that ends the reading of meters.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise HomeAssistantError(_STRANGE.fill(why=why)) from error


@asynccontextmanager
async def _explained(url: str) -> AsyncIterator[None]:
    """What goes wrong in here is told with its remedy."""
    try:
        yield
    except HomeAssistantError:
        raise
    except TimeoutError as error:
        raise HomeAssistantError(_SILENT.fill(url=url, seconds=ANSWER_S)) from error
    except aiohttp.WSServerHandshakeError as error:
        raise HomeAssistantError(_NOT_IT.fill(url=url)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise HomeAssistantError(_AWAY.fill(url=url, why=reason_of(error))) from error
