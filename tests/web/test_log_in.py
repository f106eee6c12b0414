"""Who may come in, asked over HTTP."""

import asyncio
import time

import pytest

from telewatt.service.page import household_of
from telewatt.web.access import Access
from telewatt.web.site import NotServedError, Site
from tests.web.conftest import config_of, serving

PASSWORD = "correct horse"


def access_of(folder):
    return Access(folder / "web-access.json")


async def test_on_this_machine_the_page_is_open(page):
    session = await page.get("session")
    assert session["open"]
    assert session["authenticated"]
    assert not session["password_set"]
    await page.get("latest")


async def test_a_foreign_name_is_not_answered(page):
    refused = await page.get("latest", 403, headers={"Host": "evil.example"})
    assert "evil.example" in refused["error"]["text"]["en"]
    async with page.client.get(page.url, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


async def test_an_open_page_is_not_made_public_by_a_proxy(page):
    refused = await page.get("latest", 401, headers={"X-Forwarded-For": "203.0.113.1"})
    assert "telewatt web password" in refused["error"]["text"]["en"]


async def test_with_a_password_one_logs_in(page, tmp_path):
    access_of(tmp_path).set_password(PASSWORD)
    assert (await page.get("session"))["authenticated"] is False
    for path in ("latest", "meters", "health", "stream", "nothing"):
        assert (await page.get(path, 401))["error"]["code"] == "unauthorized"
    async with page.client.get(f"{page.url}metrics") as answer:
        assert answer.status == 401
    async with page.client.get(page.url) as answer:  # the page itself shows the log-in
        assert answer.status == 200
    await page.post("login", {"password": "wrong"}, 401)
    session = await page.post("login", {"password": PASSWORD})
    assert session["authenticated"]
    await page.get("latest")
    await page.post("logout", {}, 403)
    headers = {"X-CSRF-Token": session["csrf"]}
    left = await page.post("logout", {}, headers=headers)
    assert not left["authenticated"]
    await page.get("latest", 401)


async def test_the_cookie_is_for_browsers_only(serve, tmp_path):
    access_of(tmp_path).set_password(PASSWORD)
    proxy = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Ingress-Path": "/in"}
    async with serve(trusted_proxies=["127.0.0.1"]) as page:
        for headers, expected in (({}, "Path=/;"), (proxy, "Path=/in/;")):
            url = f"{page.url}api/v1/login"
            async with page.client.post(url, json={"password": PASSWORD}, headers=headers) as found:
                cookie = found.headers["Set-Cookie"]
            assert expected in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert ("Secure" in cookie) == bool(headers)


async def test_a_session_outlives_the_service_but_not_the_password(tmp_path):
    access_of(tmp_path).set_password(PASSWORD)
    async with serving(tmp_path) as page:
        await page.post("login", {"password": PASSWORD})
        (cookie,) = page.client.cookie_jar
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}
    async with serving(tmp_path) as page:
        await page.get("latest", headers=headers)
        name, until, signature = cookie.value.split(".")
        for forged in (f"{name}.{int(until) + 1}.{signature}", f"{name}x.{until}.{signature}", "."):
            await page.get("latest", 401, headers={"Cookie": f"{cookie.key}={forged}"})
        access_of(tmp_path).set_password(PASSWORD + "2")
        await page.get("latest", 401, headers=headers)


async def test_a_token_lets_programs_in(page, tmp_path):
    access = access_of(tmp_path)
    access.set_password(PASSWORD)
    bearer = {"Authorization": f"Bearer {access.new_token('grafana')}"}
    await page.get("latest", headers=bearer)
    await page.get("latest", 401, headers={"Authorization": "Bearer nothing"})
    answer = await page.post("ports/listen", {"device": "/dev/nothing"}, 404, headers=bearer)
    assert "/dev/nothing" in answer["error"]["text"]["en"]


async def test_many_wrong_passwords_stop_their_own_address_only(serve, tmp_path):
    access_of(tmp_path).set_password(PASSWORD)
    async with serve(trusted_proxies=["127.0.0.1"]) as page:
        attacker = {"X-Forwarded-For": "203.0.113.66"}
        wrong = [page.post("login", {"password": "?" * 9}, 401, headers=attacker) for _ in range(5)]
        await asyncio.gather(*wrong)
        url = f"{page.url}api/v1/login"
        async with page.client.post(url, json={"password": PASSWORD}, headers=attacker) as refused:
            assert refused.status == 429
            assert int(refused.headers["Retry-After"]) >= 1
        await page.post("login", {"password": PASSWORD}, headers={"X-Forwarded-For": "192.0.2.7"})


async def test_the_pause_begins_when_a_slow_machine_has_said_no(serve, tmp_path, monkeypatch):
    access_of(tmp_path).set_password(PASSWORD)

    def slowly(hashed: str, password: str) -> bool:
        time.sleep(1.1 / 5)  # five take longer than their pause
        return False

    monkeypatch.setattr("telewatt.web.guard.is_password", slowly)
    async with serve(trusted_proxies=["127.0.0.1"]) as page:
        attacker = {"X-Forwarded-For": "203.0.113.66"}
        wrong = [page.post("login", {"password": "?" * 9}, 401, headers=attacker) for _ in range(5)]
        await asyncio.gather(*wrong)
        await page.post("login", {"password": "?" * 9}, 429, headers=attacker)


async def test_a_change_comes_from_our_own_page_only(page):
    token = (await page.get("session"))["csrf"]
    body, right = {"device": "/dev/nothing"}, {"X-CSRF-Token": token}
    await page.post("ports/listen", body, 403)
    await page.post("ports/listen", body, 403, headers={"X-CSRF-Token": token[::-1]})
    for origin in ("https://evil.example", "null", "http://[", "http://a]b"):
        foreign = {**right, "Origin": origin}
        await page.post("ports/listen", body, 403, headers=foreign)
    await page.post("ports/listen", body, 403, headers={**right, "Sec-Fetch-Site": "cross-site"})
    await page.post("ports/listen", body, 404, headers={**right, "Origin": page.url.rstrip("/")})


async def test_a_page_for_the_whole_network_needs_a_password_first(tmp_path):
    async with serving(tmp_path) as page:
        house = household_of(page.service, None)
        config = config_of(listen="0.0.0.0")
        public = type(house)(**{**vars(house), "config": config})
        with pytest.raises(NotServedError, match="telewatt web password"):
            await Site(public).__aenter__()
        access_of(tmp_path).set_password(PASSWORD)
        async with Site(public) as site:
            async with page.client.get(f"{site.url}api/v1/latest") as answer:
                assert answer.status == 401
            async with page.client.get(f"{site.url}api/v1/session") as answer:
                assert not (await answer.json())["open"]


async def test_a_page_that_waits_for_its_password_is_served_once_it_has_one(tmp_path, monkeypatch):
    monkeypatch.setattr("telewatt.service.page.RETRY_S", 0.1)

    async def give_password():
        await asyncio.sleep(0.5)
        access_of(tmp_path).set_password(PASSWORD)

    giving = asyncio.ensure_future(give_password())
    async with serving(tmp_path, listen="0.0.0.0") as page:
        assert giving.done()
        await page.get("latest", 401)


async def test_the_page_works_below_a_path(serve):
    async with serve(path="/telewatt") as page:
        assert page.url.endswith("/telewatt")
        async with page.client.get(page.url, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (308, "/telewatt/")
        for root in (page.url, page.url.removesuffix("/telewatt")):  # a proxy may take it off
            async with page.client.get(f"{root}/api/v1/session") as answer:
                assert (await answer.json())["base"] == "/telewatt"


async def test_a_trusted_proxy_may_show_an_open_page(serve):
    headers = {
        "X-Forwarded-For": "192.168.1.30",
        "X-Forwarded-Host": "ha.example:8123",
        "X-Ingress-Path": "/api/hassio_ingress/x",
        "Origin": "https://ha.example:8123",
    }
    async with serve(trusted_proxies=["127.0.0.1"]) as page:
        session = await page.get("session", headers=headers)
        assert session["base"] == "/api/hassio_ingress/x"
        headers["X-CSRF-Token"] = session["csrf"]
        await page.post("ports/listen", {"device": "/dev/nothing"}, 404, headers=headers)
