"""An answer on its way: JSON or content, compressed, with a tag of its own for caches."""

import gzip
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from telewatt.shapes.values import words
from telewatt.web import errors
from telewatt.web.endpoint import Content
from telewatt.web.errors import AnswerError
from telewatt.web.json_text import json_bytes

ZIPPED_FROM = 1024
ZIP_LEVEL = 5
CHUNK = 64 * 1024
"""Written at once; a client that does not take it is cut off (`telewatt.web.protocol`)."""
JSON = "application/json"
Headers = list[tuple[bytes, bytes]]


class Unsent:
    """How much of large answers waits for clients that do not take it, in bytes.

    Whoever is slow keeps an answer in memory for as long as its patience; beyond a limit there is
    no room for another one.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes, self._bytes = limit_bytes, 0

    def take(self, size_bytes: int) -> bool:
        """Whether there is room for an answer of this size; `give` it back."""
        if self._bytes and self._bytes + size_bytes > self._limit_bytes:
            return False
        self._bytes += size_bytes
        return True

    def give(self, size_bytes: int) -> None:
        """It is sent, or its client has gone."""
        self._bytes -= size_bytes


UNSENT_MAX = 4 * 1024 * 1024
_unsent = Unsent(UNSENT_MAX)


class Answer:
    """A complete answer."""

    def __init__(self, status: int, body: bytes, headers: Headers) -> None:
        self.status, self.body, self.headers = status, body, headers

    @property
    def tag(self) -> bytes | None:
        """Its ETag."""
        return next((value for name, value in self.headers if name == b"etag"), None)

    def unchanged(self) -> "Answer":
        """What is said to a client that has this already."""
        kept = (b"etag", b"cache-control", b"vary")
        return Answer(304, b"", [each for each in self.headers if each[0] in kept])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or where there is no room, tell the client to come back."""
        size = len(self.body)
        if size <= CHUNK:
            await self._send(scope, send)
        elif _unsent.take(size):
            try:
                await self._send(scope, send)
            finally:
                _unsent.give(size)
        else:
            full = AnswerError(429, "too_many", errors.TOO_MANY, retry_s=2)
            await error_answer(full)._send(scope, send)

    async def _send(self, scope: Scope, send: Send) -> None:
        headers = list(self.headers)
        if self.status != 304:
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else self.body
        for start in range(0, len(body), CHUNK):
            part = body[start : start + CHUNK]
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def answer_of(value: Any, *, zipped: bool) -> Answer:
    """The answer that holds this value, compressed if the client takes it so."""
    if isinstance(value, Answer):
        return value
    content = value if isinstance(value, Content) else Content(json_bytes(value), JSON)
    headers: Headers = [
        (b"content-type", content.kind.encode()),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    if content.name:
        disposition = f'attachment; filename="{content.name}"'
        headers.append((b"content-disposition", disposition.encode("ascii", "replace")))
    body = content.body
    tag = hashlib.blake2b(body, digest_size=12).hexdigest()
    headers.append((b"etag", f'W/"{tag}"'.encode()))
    if zipped and len(body) >= ZIPPED_FROM:
        body = gzip.compress(body, ZIP_LEVEL, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    return Answer(200, body, headers)


def redirection(path: str) -> Answer:
    """The same, at another address."""
    return Answer(308, b"", [(b"location", path.encode("ascii", "replace"))])


def is_fresh(request: Request, answer: Answer) -> bool:
    """Whether the client has this answer already."""
    known = request.headers.get("if-none-match", "")
    tag = answer.tag if answer.status == 200 else None
    return tag is not None and tag.decode() in (each.strip() for each in known.split(","))


def error_answer(error: AnswerError) -> Answer:
    """What is wrong, as JSON; the connection ends where the request may not be read to its end."""
    body = json_bytes({"error": {"code": error.code, "text": words(error.text)}})
    headers: Headers = [(b"content-type", JSON.encode()), (b"cache-control", b"no-store")]
    if error.retry_s is not None:
        headers.append((b"retry-after", str(error.retry_s).encode()))
    if error.allowed:
        headers.append((b"allow", error.allowed.encode()))
    if error.status in (408, 413, 415):
        headers.append((b"connection", b"close"))
    return Answer(error.status, body, headers)
