"""``session``, ``login``, ``logout``: who is in, and how people come in."""

from typing import Any

from telewatt import __version__
from telewatt.web.access import AccessError
from telewatt.web.answer import Answer, answer_of
from telewatt.web.endpoint import Asked, Call
from telewatt.web.guard import COOKIE, SESSION_S, Session
from telewatt.web.json_text import instant


async def session(call: Call, asked: Asked) -> dict[str, Any]:
    """Who is in, and what our page must know to begin."""
    del asked
    return _session(call, call.session)


async def log_in(call: Call, asked: Asked) -> Answer:
    """Begin a session."""
    cookie = await call.guard.log_in(asked["password"], call.client)
    answer = answer_of(_session(call, Session(cookie.split(".")[0])), zipped=False)
    return with_cookie(answer, call, cookie, SESSION_S)


async def log_out(call: Call, asked: Asked) -> Answer:
    """End the session."""
    del asked
    if call.session is not None:
        call.guard.log_out(call.session)
    remaining = Session("") if call.guard.is_open else None
    return with_cookie(answer_of(_session(call, remaining), zipped=False), call, "", 0)


def with_cookie(answer: Answer, call: Call, value: str, age_s: int) -> Answer:
    """The same answer; no script sees the cookie, and no other page makes a browser send it."""
    path = f"{call.client.base}/"
    cookie = f"{COOKIE}={value}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Strict"
    if call.client.https:
        cookie += "; Secure"
    kept = [each for each in answer.headers if each[0] not in (b"etag", b"cache-control")]
    headers = [*kept, (b"set-cookie", cookie.encode("latin-1")), (b"cache-control", b"no-store")]
    return Answer(answer.status, answer.body, headers)


def _session(call: Call, who: Session | None) -> dict[str, Any]:
    house = call.page.house
    try:
        has_password = call.guard.access.secrets.password is not None
    except AccessError:
        has_password = True
    return {
        "version": __version__,
        "open": call.guard.is_open,
        "authenticated": who is not None,
        "password_set": has_password,
        "csrf": call.guard.csrf(who) if who is not None else None,
        "language": house.config.language,
        "base": call.client.base,
        "started": instant(house.started),
        "first_run": not house.config.meters,
    }
