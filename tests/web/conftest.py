"""A served page in this process: a service on simulated meters, its page, and a client of it."""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from telewatt.cli.demo_past import write_meter_past
from telewatt.config import build
from telewatt.notify import Notifier
from telewatt.service import Service
from telewatt.service.page import serve_page
from telewatt.store.history import history_path

PATIENCE_S = 60.0
METERS = {
    "house": "mode=historic&contract=hc&kva=6&parity=yes&seed=1",
    "solar": "mode=standard&contract=tempo&producer=yes&pv=3000&parity=yes&seed=2",
}
DAYS = 3


@dataclass
class Served:
    """A page that is being served."""

    url: str
    service: Service
    client: aiohttp.ClientSession

    async def get(self, path, status=200, **more):
        """The JSON at this path of the API."""
        async with self.client.get(f"{self.url}api/v1/{path}", **more) as answer:
            body = await answer.text()
            assert answer.status == status, body
            return json.loads(body)

    async def post(self, path, body, status=200, **more):
        """The JSON that answers this."""
        async with self.client.post(f"{self.url}api/v1/{path}", json=body, **more) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return json.loads(text)

    async def until(self, path, is_right):
        """The first answer that is right."""
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while asyncio.get_running_loop().time() < end:
            async with self.client.get(f"{self.url}api/v1/{path}") as answer:
                found = await answer.json()
                if answer.status == 200 and is_right(found):
                    return found
            await asyncio.sleep(0.1)
        return pytest.fail(f"{path}: {found}")

    async def wait_for_both(self):
        """Both meters were read."""
        return await self.until("latest", lambda latest: len(latest["readings"]) == len(METERS))


@pytest.fixture(scope="session")
def past_house(tmp_path_factory):
    """A history of some days until now, of both meters."""
    folder = tmp_path_factory.mktemp("past")
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    for name, settings in METERS.items():
        write_meter_past(history_path(folder / "journal.db"), name, settings, end, DAYS)
    return folder


def config_of(**web):
    meters = {name: {"source": f"sim:?{settings}"} for name, settings in METERS.items()}
    return build({"meters": meters, "web": {"port": 0, **web}})


@contextlib.asynccontextmanager
async def serving(folder, config=None, **web):
    """A page, served from the journal in this folder while this lasts."""
    config = config or config_of(**web)
    loop = asyncio.get_running_loop()
    told, stop = loop.create_future(), asyncio.Event()

    async def page(service):
        await serve_page(service, on_url=told.set_result)

    service = Service(config, folder / "journal.db", "en", Notifier({}), page)
    running = asyncio.ensure_future(service.run(stop))
    try:
        await asyncio.wait((told, running), timeout=PATIENCE_S, return_when="FIRST_COMPLETED")
        url = told.result()
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as client:
            yield Served(url, service, client)
    finally:
        stop.set()
        await asyncio.wait_for(running, PATIENCE_S)


@pytest.fixture
def serve(tmp_path):
    """``async with serve(...)``: a page without a past."""
    return lambda **web: serving(tmp_path, **web)


@pytest.fixture
async def page(tmp_path):
    """A page without a past."""
    async with serving(tmp_path) as served:
        yield served


@pytest.fixture
async def old_house(past_house, tmp_path):
    """A page with some days of past, which the test may change."""
    for file in past_house.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    async with serving(tmp_path) as served:
        await served.until("meters", lambda found: len(found["meters"]) == len(METERS))
        yield served


def days_ago(days):
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
