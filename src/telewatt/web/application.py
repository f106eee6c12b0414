"""The application: finds the row of the table, asks its handler, writes the answer."""

import logging
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from telewatt.language import Text
from telewatt.web import errors
from telewatt.web.answer import Answer, answer_of, error_answer, is_fresh
from telewatt.web.endpoint import Content, Endpoint, Work, read_parameters
from telewatt.web.endpoints import ENDPOINTS
from telewatt.web.errors import AnswerError
from telewatt.web.page import Page

API = "/api/v1/"
METRICS = "/metrics"
METRICS_KIND = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text exposition format."""
QUERY_MAX = 4096
log = logging.getLogger("telewatt")


class Application:
    """Answers requests."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._paths: dict[str, dict[str, Endpoint]] = {}
        for endpoint in ENDPOINTS:
            self._paths.setdefault(API + endpoint.path, {})[endpoint.method] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except AnswerError as error:
            answer = error_answer(error)
        except ClientDisconnect:
            return
        except Exception:
            log.exception("a bug: %s %s", request.method, request.url.path)
            answer = error_answer(AnswerError(500, "bug", errors.BUG))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp:
        path = request.scope["path"]
        if path == API + "stream":
            return self._stream(request)
        if path == METRICS:
            return self._metrics(request)
        methods = self._paths.get(path)
        if methods is None:
            raise AnswerError(404, "not_found", errors.NOT_FOUND)
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = methods.get(method)
        if endpoint is None:
            raise _wrong_method(methods)
        return await self._ask(endpoint, request)

    async def _ask(self, endpoint: Endpoint, request: Request) -> Answer:
        query = request.scope["query_string"]
        if len(query) > QUERY_MAX:
            raise AnswerError(414, "too_large", errors.TOO_LARGE)
        given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        asked = read_parameters(endpoint.parameters, given)
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        page = self._page
        if endpoint.work is Work.SLOW:
            answer = await page.questions.ask(
                lambda: answer_of(endpoint.handler(page, asked), zipped=zipped)
            )
        elif endpoint.work is Work.WAITING:
            answer = answer_of(await endpoint.handler(page, asked), zipped=zipped)
        else:
            answer = answer_of(endpoint.handler(page, asked), zipped=zipped)
        return answer.unchanged() if is_fresh(request, answer) else answer

    def _metrics(self, request: Request) -> Answer:
        """What is newest, for a Prometheus; not there without a section ``[prometheus]``."""
        if request.method not in ("GET", "HEAD"):
            raise _wrong_method({"GET": None})
        text = self._page.house.metrics()
        if not text:
            raise AnswerError(404, "not_found", errors.NO_METRICS)
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        return answer_of(Content(text.encode(), METRICS_KIND), zipped=zipped)

    def _stream(self, request: Request) -> ASGIApp:
        stream = self._page.stream
        if request.method != "GET":
            raise _wrong_method({"GET": None})
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


def _wrong_method(methods: Mapping[str, object]) -> AnswerError:
    allowed = ", ".join(_allowed(methods))
    error = AnswerError(405, "method", errors.WRONG_METHOD.fill(methods=allowed))
    error.allowed = allowed
    return error


def _allowed(methods: Mapping[str, object]) -> Iterator[str]:
    for method in methods:
        yield method
        if method == "GET":
            yield "HEAD"
