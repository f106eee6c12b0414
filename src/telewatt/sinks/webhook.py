"""Webhook: one POST of JSON for each entry that is told, in order, until the receiver has it.

Each carries a key that is the same whenever the same entry comes again (``Idempotency-Key``), a
token where one is configured (``Authorization: Bearer``), and a signature where a key for it is
configured: ``X-Telewatt-Signature: sha256=`` and the HMAC of the body.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence

from telewatt.config.model import WebhookConfig
from telewatt.derivation import Judged
from telewatt.language import Language, Text
from telewatt.rollup.instant import to_ms
from telewatt.shapes.reading import reading_object
from telewatt.shapes.values import json_text
from telewatt.sinks import House, Sink, SinkError
from telewatt.sinks.due import Due
from telewatt.sinks.posting import Answer, Poster
from telewatt.sinks.refusals import Refusals

KEY = "Idempotency-Key"
SIGNATURE = "X-Telewatt-Signature"

NOBODY = Text(
    "{url} knows no such place ({status}): {said}; correct url",
    "{url} ne connaît pas cette adresse ({status}) : {said} ; corrigez url",
)
BAD_OBJECT = Text(
    "{url} refuses an object ({status}): {said}", "{url} refuse un objet ({status}) : {said}"
)

_HAD = (409,)  # it has this key already
_NEVER = (400, 413, 422)  # it will never take this object
_NOWHERE = (404, 405, 410)

Secret = Callable[[], str | None]


class Webhook(Sink):
    """Posts entries.

    Args:
        token: of the receiver.
        signing_key: of the signature.
    """

    def __init__(
        self, section: WebhookConfig, token: Secret, signing_key: Secret, language: Language
    ) -> None:
        self._due = Due(section.interval_s if section.send == "readings" else None)
        self._token, self._signing_key = token, signing_key
        self._poster = Poster(section.url)
        self._refusals = Refusals("webhook", language)
        self._posted: set[str] = set()  # of a batch that is not done

    @classmethod
    def of(cls, section: WebhookConfig, house: House) -> "Webhook":
        """The one a section ``[webhook]`` describes."""
        token = house.secret(section.token_file, section.token_env)
        signing_key = house.secret(section.signing_key_file, section.signing_key_env)
        return cls(section, token, signing_key, house.language)

    async def write(self, batch: Sequence[Judged]) -> None:
        """See `Sink`."""
        for judged in self._due.pick(batch):
            key = key_of(judged)
            if key not in self._posted:
                await self._post(judged, key)
                self._posted.add(key)
        self._due.settle()
        self._posted.clear()

    async def close(self) -> None:
        """See `Sink`."""
        await self._poster.close()

    async def _post(self, judged: Judged, key: str) -> None:
        body = json_text(reading_object(judged)).encode()
        answer = await self._poster.post(body, self._headers(body, key))
        if answer.is_good or answer.status in _HAD:
            return
        if answer.status not in _NEVER:
            raise SinkError(self._trouble(answer))
        self.refused += 1
        self._refusals.say(self._fill(BAD_OBJECT, answer), self.refused)

    def _headers(self, body: bytes, key: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", KEY: key}
        if token := self._token():
            headers["Authorization"] = f"Bearer {token}"
        if signing_key := self._signing_key():
            digest = hmac.new(signing_key.encode(), body, hashlib.sha256).hexdigest()
            headers[SIGNATURE] = f"sha256={digest}"
        return headers

    def _trouble(self, answer: Answer) -> Text:
        if answer.status in _NOWHERE:
            return self._fill(NOBODY, answer)
        return self._poster.trouble(answer)

    def _fill(self, text: Text, answer: Answer) -> Text:
        return text.fill(url=self._poster.url, status=answer.status, said=answer.said)


def key_of(judged: Judged) -> str:
    """The same for the same entry, whenever it comes, and for no other one.

    A number of the journal alone would not do: what a power cut took is numbered anew.
    """
    return f"{judged.reading.source}-{judged.seq}-{to_ms(judged.reading.received_at)}"
