"""POST over HTTP for sinks: what answers, what does not, each with its remedy.

Whatever keeps an answer from coming is a `SinkError`; what an answer means is for the sink.
"""

import asyncio
import gzip
from collections.abc import Mapping
from typing import NamedTuple

import aiohttp

from telewatt.language import Text, reason_of
from telewatt.sinks import SinkError

TIMEOUT_S = 30.0
GZIP_BYTES = 1024
"""Less is not worth the processor time."""
_SAID_CHARACTERS = 200

REFUSED = Text(
    "nothing answers at {url}: {why}; check that it runs and that the address is right",
    "rien ne répond à {url} : {why} ; vérifiez qu'il est en marche et que l'adresse est juste",
)
CERTIFICATE = Text(
    "the certificate of {url} is not accepted: {why}; renew it, or let SSL_CERT_FILE name the "
    "authority that signed it",
    "le certificat de {url} n'est pas accepté : {why} ; renouvelez-le, ou nommez dans "
    "SSL_CERT_FILE l'autorité qui l'a signé",
)
UNUSABLE = Text(
    "{url} cannot be asked: {why}; correct url, or the secret that is sent along",
    "impossible d'interroger {url} : {why} ; corrigez url, ou le secret qui l'accompagne",
)
SILENT = Text(
    "{url} does not answer within {seconds:.0f} s; check its load",
    "{url} ne répond pas en {seconds:.0f} s ; vérifiez sa charge",
)
DENIED = Text(
    "{url} does not let us in ({status}): {said}; check the configured secret and its rights",
    "{url} nous refuse l'entrée ({status}) : {said} ; vérifiez le secret configuré et ses droits",
)
MOVED = Text(
    "{url} has moved to {place}; write the new address as url",
    "{url} a déménagé vers {place} ; écrivez la nouvelle adresse dans url",
)
BUSY = Text(
    "{url} is too busy or ill ({status}): {said}; look at its log",
    "{url} est débordé ou malade ({status}) : {said} ; regardez son journal",
)


class Answer(NamedTuple):
    """What the other end said: the status, the beginning of the text, where it has moved to."""

    status: int
    said: str
    place: str

    @property
    def is_good(self) -> bool:
        """Whether it has taken what it was given."""
        return 200 <= self.status < 300


class Poster:
    """Sends to one address, one request after the other over one connection.

    Args:
        url: without user and password.

    Attributes:
        url: as it is said to people: what stands behind its ``?`` is often a secret.
    """

    def __init__(self, url: str) -> None:
        self._target = url
        self.url, _, self._query = url.partition("?")
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, body: bytes, headers: Mapping[str, str], *, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Send this; it is compressed where ``headers`` allow it (`compressed`).

        Raises:
            SinkError: no answer came.
        """
        try:
            return await self._post(body, headers, query or {})
        except TimeoutError as error:
            raise SinkError(SILENT.fill(url=self.url, seconds=TIMEOUT_S)) from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise SinkError(CERTIFICATE.fill(url=self.url, why=error.certificate_error)) from error
        except (aiohttp.ClientError, OSError) as error:
            why = self._without_query(reason_of(error))
            raise SinkError(REFUSED.fill(url=self.url, why=why)) from error
        except ValueError as error:  # a name no host can have, a line end in a header
            why = self._without_query(str(error))
            raise SinkError(UNUSABLE.fill(url=self.url, why=why)) from error

    async def _post(
        self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]
    ) -> Answer:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        sent = self._session.post(
            self._target, data=body, headers=headers, params=query, allow_redirects=False
        )
        async with sent as answer:
            said = await answer.content.read(_SAID_CHARACTERS * 4)
            text = _plain(said.decode("utf-8", "replace"))[:_SAID_CHARACTERS]
            return Answer(
                answer.status,
                self._without_query(text or answer.reason or ""),
                _plain(answer.headers.get("Location", "")).partition("?")[0],
            )

    def _without_query(self, said: str) -> str:
        return said.replace(self._query, "...") if self._query else said

    async def close(self) -> None:
        """End the connection."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
            await asyncio.sleep(0)  # transports close with the next turn of the loop

    def trouble(self, answer: Answer) -> Text:
        """What an answer means that is the same for every receiver."""
        if answer.status in (401, 403):
            return DENIED.fill(url=self.url, status=answer.status, said=answer.said)
        if 300 <= answer.status < 400:
            return MOVED.fill(url=self.url, place=answer.place)
        return BUSY.fill(url=self.url, status=answer.status, said=answer.said)


def _plain(text: str) -> str:
    """On one line, and without what would command a terminal: it goes into the log."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def compressed(body: bytes) -> tuple[bytes, dict[str, str]]:
    """The body, compressed if that is worth it, and the headers that say so."""
    if len(body) < GZIP_BYTES:
        return body, {}
    return gzip.compress(body, 1), {"Content-Encoding": "gzip"}
