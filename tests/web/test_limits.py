"""Hostile clients: what they get, and that the others do not notice."""

import asyncio
import contextlib
import re
from pathlib import Path

import pytest

from telewatt.web import protocol
from telewatt.web.static_files import StaticFiles

MIB = 1 << 20


async def talk(page, sent, patience_s=30.0):
    """What a server answers to these bytes, until it closes or has answered."""
    host, port = page.url.removeprefix("http://").rstrip("/").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(sent)
            await writer.drain()
        async with asyncio.timeout(patience_s):
            with contextlib.suppress(ConnectionError):
                return await reader.read()
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def request(path, *headers, method="GET"):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/static/../__init__.py",
        "/.git/config",
        "/api/v1/../../../etc/passwd",
        "/index.html%00.js",
    ],
)
async def test_no_path_leads_out(page, path):
    answer = await talk(page, request(path))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"root:" not in answer


async def test_a_large_body_is_refused_before_it_is_read(page):
    token = (await page.get("session"))["csrf"]
    headers = (
        *("Content-Type: application/json", f"X-CSRF-Token: {token}"),
        f"Content-Length: {10 * MIB}",
    )
    head = request("/api/v1/ports/listen", *headers, method="POST")
    answer = await talk(page, head + b"{" * (10 * MIB))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    answer = await talk(page, head + b'{"device": "' + b"x" * 20_000)
    assert b"413" in answer.split(b"\r\n")[0]
    await page.get("latest")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 10_000, b"[1]", b'{"device": 1}', b"\xff", b"null"]
)
async def test_a_body_that_is_no_object_is_refused(page, body):
    token = (await page.get("session"))["csrf"]
    headers = {"X-CSRF-Token": token, "Content-Type": "application/json"}
    url = f"{page.url}api/v1/ports/listen"
    async with page.client.post(url, data=body, headers=headers) as answer:
        assert answer.status == 400
    async with page.client.post(url, data=body, headers={"X-CSRF-Token": token}) as answer:
        assert answer.status == 415


@pytest.mark.parametrize(
    "sent", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
async def test_what_is_no_http_is_refused(page, sent):
    assert (await talk(page, sent)).startswith(b"HTTP/1.1 400 ")


async def test_a_request_that_never_ends_is_given_up(serve, monkeypatch):
    monkeypatch.setattr(protocol, "REQUEST_S", 0.3)
    async with serve() as page:
        assert await talk(page, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ") == b""
        assert await talk(page, b"") == b""
        head = request(
            *("/api/v1/login", "Content-Type: application/json", "Content-Length: 100"),
            method="POST",
        )
        assert b" 200 " not in (await talk(page, head + b"{")).split(b"\r\n")[0]


async def test_connections_beyond_the_limit_are_closed(serve, monkeypatch):
    monkeypatch.setattr(protocol, "CONNECTIONS_MAX", 5)
    async with serve() as page:
        host, port = page.url.removeprefix("http://").rstrip("/").split(":")
        opened = [await asyncio.open_connection(host, int(port)) for _ in range(5)]
        await asyncio.sleep(0.2)
        assert await talk(page, request("/api/v1/latest")) == b""
        for _, writer in opened:
            writer.close()
            await writer.wait_closed()
        end = asyncio.get_running_loop().time() + 30
        while not (answer := await talk(page, request("/api/v1/latest"))):
            assert asyncio.get_running_loop().time() < end
            await asyncio.sleep(0.1)
        assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_header_of_megabytes_is_refused(page):
    answer = await talk(page, request("/", f"X-Large: {'x' * MIB}"))
    assert not answer or answer.startswith(b"HTTP/1.1 4")


async def test_every_answer_says_what_a_browser_may_do_with_it(page):
    for path in ("", "api/v1/latest", "nothing", "api/v1/nothing"):
        async with page.client.get(page.url + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "Date" in answer.headers
            assert "Server" not in answer.headers


async def test_many_questions_at_once_are_all_answered_or_sent_away(old_house):
    path = "series?who=house&quantity=apparent_va&step=minute"
    url = f"{old_house.url}api/v1/{path}"

    async def ask():
        async with old_house.client.get(url) as answer:
            await answer.read()
            return answer.status

    statuses = await asyncio.gather(*(ask() for _ in range(150)))
    assert set(statuses) <= {200, 429}
    assert 200 in statuses
    await old_house.get("latest")


def test_the_files_of_the_page_are_served_with_their_kind_and_age(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    script = tmp_path / "assets" / "index-B1_x9aZ2.js"
    script.write_text("1")
    (tmp_path / "assets" / "index-B1_x9aZ2.js.gz").write_bytes(b"zipped")
    (tmp_path / ".secret").write_text("x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    files = StaticFiles(tmp_path)
    page = files.answer(asking("gzip"), "/")
    assert headers_of(page)["cache-control"] == "no-cache"
    zipped = files.answer(asking("gzip"), "/assets/index-B1_x9aZ2.js")
    assert zipped.body == b"zipped"
    assert headers_of(zipped)["content-type"].startswith("text/javascript")
    assert "immutable" in headers_of(zipped)["cache-control"]
    assert files.answer(asking(""), "/assets/index-B1_x9aZ2.js").body == b"1"
    for path in ("/.secret", "/link", "/assets", "/assets/index-B1_x9aZ2.js.gz", "/nothing.js"):
        assert files.answer(asking(""), path) is None


def test_without_a_built_page_the_visitor_is_told_what_to_do(tmp_path):
    answer = StaticFiles(tmp_path / "nothing").answer(asking(""), "/")
    assert answer.status == 200
    assert b"Node.js" in answer.body
    assert not re.search(rb"<script|style=", answer.body)


def asking(encoding):
    from starlette.requests import Request

    headers = [(b"accept-encoding", encoding.encode())]
    return Request({"type": "http", "headers": headers, "path": "/"})


def headers_of(answer):
    return {name.decode(): value.decode() for name, value in answer.headers}


def test_the_package_of_the_page_never_writes_a_file_but_its_secrets():
    source = Path(protocol.__file__).parent
    writing = re.compile(r"\.write_(text|bytes)\(|open\([^)]*[\"'][wa]")
    found = {path.name for path in source.glob("*.py") if writing.search(path.read_text())}
    assert found <= {"access.py"}
