import asyncio
import logging

from telewatt.config import build
from telewatt.notify import Notifier
from telewatt.service import Service
from telewatt.store import Journal

CAPTURE = b"\x02\nADCO 021861348497 L\r\nPAPP 00750 -\r\x03"


def config_of(tmp_path):
    capture = tmp_path / "line.tic"
    capture.write_bytes(CAPTURE)
    return build({"meters": {"old": {"source": f"file:{capture}"}}})


async def test_a_journal_too_deep_for_a_socket_is_written_all_the_same(tmp_path, caplog):
    journal = tmp_path / ("deep" * 30) / "journal.db"
    await Service(config_of(tmp_path), journal, "en", Notifier({})).run(asyncio.Event())
    assert "no live feed" in caplog.text
    with_entries = Journal.open(journal)
    assert with_entries.last_seq == 1
    with_entries.close()


async def test_alarms_of_the_journal_are_said_when_they_begin_and_end(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    config = build(
        {"meters": {"a": {"source": "sim:?seed=1"}}, "journal": {"commit_interval_s": 1}}
    )
    (tmp_path / "data").write_bytes(b"")  # a file where the journal's folder shall be
    service = Service(config, tmp_path / "data" / "journal.db", "fr", Notifier({}))
    stop = asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await said("journal : ", caplog)
    (tmp_path / "data").unlink()
    await said("c'est fini", caplog)
    stop.set()
    await running


async def said(words, caplog):
    async with asyncio.timeout(30):
        while words not in caplog.text:  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.05)
