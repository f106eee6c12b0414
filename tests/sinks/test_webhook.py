"""Webhooks: what is posted, when, and what an answer means."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bench.past import fill, readings_of
from telewatt.config.model import WebhookConfig
from telewatt.sinks import SinkError
from telewatt.sinks.posting import _plain
from telewatt.sinks.webhook import Webhook
from telewatt.store import Journal
from telewatt.truth import EventKind
from tests.sinks.delivering import NAME, delivering, until
from tests.sinks.receivers.web import Hook
from tests.sinks.test_contract import ENTRIES


@pytest.fixture
async def hook(tmp_path: Path) -> AsyncIterator[Hook]:
    hook = Hook(tmp_path)
    await hook.start()
    yield hook
    await hook.stop()


def webhook(hook: Hook, token: str | None = None, key: str | None = None, **words) -> Webhook:
    section = WebhookConfig(f"http://127.0.0.1:{hook.port}/hook", **words)
    return Webhook(section, lambda: token, lambda: key, "en")


async def test_one_reading_a_meter_and_interval_is_posted_and_every_event(hook: Hook) -> None:
    sink = webhook(hook, interval_s=60)
    await sink.write(ENTRIES)
    await sink.close()
    told = list(hook.kept.values())
    paced = [document for document in told if not document["events"]]
    intervals = [(d["line"], d["received_at"][:16]) for d in paced if d["settled"]]
    assert len(intervals) == len(set(intervals))
    minutes = {(e.reading.source, f"{e.reading.received_at:%FT%H:%M}") for e in ENTRIES}
    assert {*intervals, *((d["line"], d["received_at"][:16]) for d in told)} == minutes


async def test_only_what_happens_is_posted_if_asked_for(hook: Hook) -> None:
    event = next(e for e in ENTRIES if e.judgement.settled)
    happened = {"kind": EventKind.POWER, "subject": "PREF", "before": "6", "after": "9"}
    entries = [
        *ENTRIES[:20],
        event._replace(judgement=event.judgement._replace(events=(an_event(**happened),))),
        *ENTRIES[20:40],
    ]
    sink = webhook(hook, send="events")
    await sink.write(entries)
    await sink.close()
    [document] = [d for d in hook.kept.values() if d["events"][0]["kind"] == "power"]
    assert document["events"][0]["after"] == "9"
    assert all(document["events"] for document in hook.kept.values())


def an_event(**words):
    from telewatt.language import Text
    from telewatt.truth import Event

    at = ENTRIES[0].reading.received_at
    return Event(at=at, since=at, text=Text("power", "puissance"), **words)


async def test_a_receiver_can_know_who_sent_it(hook: Hook) -> None:
    sink = webhook(hook, token="secret", key="key", interval_s=0)
    await sink.write(ENTRIES[:1])
    await sink.close()
    [posted] = hook.raw
    assert posted.headers["Authorization"] == "Bearer secret"
    digest = hmac.new(b"key", posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["X-Telewatt-Signature"] == f"sha256={digest}"
    assert json.loads(posted.body)["line"] == ENTRIES[0].reading.source


async def test_without_secrets_there_is_no_header_of_them(hook: Hook) -> None:
    sink = webhook(hook, interval_s=0)
    await sink.write(ENTRIES[:1])
    await sink.close()
    assert not {"Authorization", "X-Telewatt-Signature"} & hook.raw[0].headers.keys()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "secret"),
        (403, "rights"),
        (404, "correct url"),
        (410, "correct url"),
        (302, "new address"),
        (429, "busy"),
        (500, "log"),
    ],
)
async def test_an_answer_that_may_become_better_is_an_error(
    hook: Hook, status: int, words: str
) -> None:
    sink = webhook(hook, interval_s=0)
    hook.status, hook.headers = status, {"Location": "http://elsewhere/"}
    with pytest.raises(SinkError, match=words):
        await sink.write(ENTRIES[:5])
    hook.status = 200
    await sink.write(ENTRIES[:5])
    await sink.close()
    assert len(hook.kept) == 5
    assert sink.refused == 0


def test_what_a_receiver_says_is_one_plain_line() -> None:
    assert _plain("no\n12:00 all is well\x1b[31m\u202e \0") == "no 12:00 all is well [31m"


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_an_object_that_is_never_taken_does_not_hold_up_the_others(
    hook: Hook, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    sink = webhook(hook, interval_s=0)
    hook.status = status
    await sink.write(ENTRIES[:3])
    hook.status = 200
    await sink.write(ENTRIES[3:6])
    await sink.close()
    assert (sink.refused, len(hook.kept)) == (3, 3)
    assert caplog.text.count("refuses an object") == 1
    assert "so it is" in caplog.text


async def test_what_the_receiver_has_already_is_done(hook: Hook) -> None:
    sink = webhook(hook, interval_s=0)
    hook.status = 409
    await sink.write(ENTRIES[:3])
    await sink.close()
    assert sink.refused == 0


async def test_after_an_error_nothing_is_posted_twice_nor_left_out(hook: Hook) -> None:
    sink = webhook(hook, interval_s=0)
    await sink.write(ENTRIES[:4])
    await hook.go_away()
    with pytest.raises(SinkError, match="nothing answers"):
        await sink.write(ENTRIES[4:9])
    await hook.come_back()
    await sink.write(ENTRIES[4:9])
    await sink.close()
    assert len(hook.kept) == 9
    assert set(hook.posts.values()) == {1}


async def test_a_secret_that_cannot_be_sent_is_an_error_with_a_remedy(hook: Hook) -> None:
    sink = webhook(hook, token="two\nlines", interval_s=0)
    with pytest.raises(SinkError, match="correct url, or the secret"):
        await sink.write(ENTRIES[:1])
    await sink.close()


@pytest.mark.parametrize("host", ["..", "x:99999", "a:b", "[::1"])
async def test_an_address_that_no_host_can_have_is_an_error_with_a_remedy(host: str) -> None:
    sink = Webhook(WebhookConfig(f"http://{host}/"), lambda: None, lambda: None, "en")
    with pytest.raises(SinkError, match=r"address is right|correct url"):
        await sink.write(ENTRIES[:10])
    await sink.close()


@pytest.mark.parametrize("status", [302, 401, 404, 500, None])
async def test_what_stands_behind_the_question_mark_is_sent_and_never_said(
    hook: Hook, status: int | None
) -> None:
    place = f"http://127.0.0.1:{hook.port if status else 'x'}/hook?token=hunter2"
    sink = Webhook(WebhookConfig(place, interval_s=0), lambda: None, lambda: None, "en")
    hook.status, hook.headers = status or 200, {"Location": place}
    with pytest.raises(SinkError) as caught:
        await sink.write(ENTRIES[:1])
    await sink.close()
    assert "/hook" in caught.value.text.en
    assert "hunter2" not in caught.value.text.en + caught.value.text.fr


async def test_a_receiver_that_was_away_for_thousands_of_readings_gets_each_once(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telewatt.service.delivery.RETRY_S", 0.05)
    monkeypatch.setattr("telewatt.service.delivery.RETRY_MAX_S", 0.1)
    settings = "sim:?mode=historic&contract=base&seed=5&every=5s&step=5s"
    readings = readings_of("house", settings, 3)
    await hook.go_away()
    with closing(Journal.open(tmp_path / "journal.db")) as journal:
        journal.append(readings[0])
        journal.confirm(NAME, 1)
        async with delivering(journal, webhook(hook, interval_s=0)) as delivery:
            await asyncio.to_thread(fill, journal, readings[1:])
            await until(lambda: not delivery.report.working)
            assert "nothing answers" in delivery.report.trouble.en
            await hook.come_back()
            await until(lambda: journal.place(NAME) == len(readings), 200)
    assert [told["seq"] for told in hook.kept.values()] == [*range(2, len(readings) + 1)]
    assert set(hook.posts.values()) == {1}
