"""The application: who asks, which row of the table is meant, what its handler says."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from telewatt.language import Text
from telewatt.web import errors
from telewatt.web.answer import Answer, answer_of, error_answer, is_fresh, redirection
from telewatt.web.client import Client
from telewatt.web.endpoint import Asked, Call, Endpoint, Work, read_body, read_parameters
from telewatt.web.endpoints import API, ENDPOINTS, METRICS
from telewatt.web.errors import AnswerError
from telewatt.web.guard import Guard
from telewatt.web.pace import Pace
from telewatt.web.page import Page
from telewatt.web.past import Past
from telewatt.web.static_files import StaticFiles
from telewatt.web.stream import HEADERS, EventResponse

QUERY_MAX = 4096
BODY_MAX = 16 * 1024
BODY_S = 10.0
SAFE_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        b"font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
log = logging.getLogger("telewatt")


class Application:
    """Answers requests.

    Args:
        guard: who lets people in.
        files: of the page itself.
    """

    def __init__(self, page: Page, guard: Guard, files: StaticFiles) -> None:
        self._page, self._guard, self._files = page, guard, files
        self._pace = Pace()
        self._paths: dict[str, dict[str, Endpoint]] = {"/metrics": {"GET": METRICS}}
        for endpoint in ENDPOINTS:
            self._paths.setdefault(API + endpoint.path, {})[endpoint.method] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        await self._pace.turn()
        try:
            answer = await self._answer(request)
        except AnswerError as error:
            answer = error_answer(error)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("a bug: %s %r", request.method, request.scope["path"])
            answer = error_answer(AnswerError(500, "bug", errors.BUG))
        await answer(scope, receive, partial(_send_safely, send))

    async def _answer(self, request: Request) -> Answer | EventResponse:
        guard = self._guard
        client = guard.clients.of(request)
        guard.check_host(client)
        path = guard.clients.inner_path(request.scope["path"])
        if path == "" and request.scope["path"]:
            return redirection(f"{client.base}/")
        if path == API + "stream":
            _check_method(request, ("GET",))
            guard.require(request, client)
            stream = self._stream(request)
            return Answer(200, b"", list(HEADERS)) if request.method == "HEAD" else stream
        methods = self._paths.get(path)
        if methods is not None:
            method = "GET" if request.method == "HEAD" else request.method
            _check_method(request, methods)
            return await self._ask(methods[method], request, client)
        if file := await asyncio.to_thread(self._files.answer, request, path):
            _check_method(request, ("GET",))
            return file.unchanged() if is_fresh(request, file) else file
        if path.startswith("/api/"):
            guard.require(request, client)
        raise AnswerError(404, "not_found", errors.NOT_FOUND)

    async def _ask(self, endpoint: Endpoint, request: Request, client: Client) -> Answer:
        guard = self._guard
        session = (
            guard.session(request, client) if endpoint.is_open else guard.require(request, client)
        )
        query = request.scope["query_string"]
        if len(query) > QUERY_MAX:
            raise AnswerError(413, "too_large", errors.TOO_LARGE)
        given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        asked = read_parameters(endpoint.parameters, given)
        if endpoint.body is not None:
            guard.check_origin(request, client)
            if not endpoint.is_open and session is not None:
                guard.check_csrf(request, session)
            asked = {**asked, **read_body(endpoint.body, await _json_of(request))}
        call = Call(self._page, guard, client, session)
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        answer = await self._handle(endpoint, call, asked, zipped=zipped)
        return answer.unchanged() if is_fresh(request, answer) else answer

    async def _handle(
        self, endpoint: Endpoint, call: Call, asked: Asked, *, zipped: bool
    ) -> Answer:
        if endpoint.work is Work.WAITING:
            return answer_of(await endpoint.handler(call, asked), zipped=zipped)
        if endpoint.work is Work.QUICK:
            return answer_of(endpoint.handler(self._page, asked), zipped=zipped)

        def answer(past: Past) -> Answer:
            return answer_of(endpoint.handler(past, asked), zipped=zipped)

        return await self._page.ask_past(answer)

    def _stream(self, request: Request) -> EventResponse:
        stream = self._page.stream
        if stream.is_full:
            raise AnswerError(429, "too_many", errors.TOO_MANY, retry_s=10)
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        try:
            place = stream.place_of(after)
        except ValueError as error:
            why = Text("write a number", "écrivez un nombre")
            text = errors.BAD_VALUE.fill(name="after", why=why)
            raise AnswerError(400, "bad_request", text) from error
        return stream.response(place)


async def _json_of(request: Request) -> object:
    """The body of a request, which is small and comes at once.

    Raises:
        AnswerError: it is too large, too slow, or no JSON.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise AnswerError(415, "bad_request", errors.NO_JSON)
    body = b""
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > BODY_MAX:
                    raise AnswerError(413, "too_large", errors.TOO_LARGE)
    except TimeoutError:
        raise AnswerError(408, "too_slow", errors.TOO_SLOW) from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AnswerError(400, "bad_request", errors.NO_JSON) from error


async def _send_safely(send: Send, message: Message) -> None:
    """Every answer says what a browser may do with it."""
    if message["type"] == "http.response.start":
        date = (b"date", formatdate(usegmt=True).encode())
        message = {**message, "headers": [date, *SAFE_HEADERS, *message["headers"]]}
    await send(message)


def _check_method(request: Request, methods: Mapping[str, object] | tuple[str, ...]) -> None:
    if request.method in methods or (request.method == "HEAD" and "GET" in methods):
        return
    error = AnswerError(405, "method", errors.WRONG_METHOD)
    error.allowed = ", ".join(_allowed(methods))
    error.text = errors.WRONG_METHOD.fill(methods=error.allowed)
    raise error


def _allowed(methods: Mapping[str, object] | tuple[str, ...]) -> Iterator[str]:
    for method in methods:
        yield method
        if method == "GET":
            yield "HEAD"
