import asyncio
import logging

import pytest

from telewatt.config import build
from telewatt.notify import Notifier
from telewatt.service import Service
from telewatt.store import Journal
from telewatt.store.journal import COMMIT_ENTRIES

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


@pytest.mark.slow
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


async def test_what_the_last_commit_meets_is_said_too(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    config = build(
        {
            "meters": {"a": {"source": "sim:?seed=1&speed=20"}},
            "journal": {"commit_interval_s": 3600},
        }
    )
    service = Service(config, tmp_path / "journal.db", "en", Notifier({}))
    stop = asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await said("a: meter", caplog)
    (tmp_path / "journal.db").unlink()
    stop.set()
    await running
    assert caplog.messages[-2].startswith("journal: ")


async def test_the_end_counts_the_new_entries_and_those_on_the_disk(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    (tmp_path / "file").touch()  # a file is no folder: nothing can be written below it
    for journal, kept in (("j.db", 1), ("j.db", 1), ("file/j.db", 0)):
        service = Service(config_of(tmp_path), tmp_path / journal, "en", Notifier({}))
        await service.run(asyncio.Event())
        assert caplog.messages[-1] == f"stopped; of 1 new entries {kept} are on the disk"


async def test_systemd_hears_the_states_in_the_language_of_the_service(tmp_path):
    heard = []
    notifier = Notifier({})
    notifier.status = heard.append
    await Service(config_of(tmp_path), tmp_path / "j.db", "fr", notifier).run(asyncio.Event())
    assert heard[-1] == f"old : file:{tmp_path}/line.tic a été lu jusqu'à la fin"


async def test_a_fast_source_waits_for_the_disk(tmp_path):
    config = build({"meters": {"a": {"source": "sim:?seed=1&speed=0"}}})
    service = Service(config, tmp_path / "journal.db", "en", Notifier({}))
    journal, stop = service.journal, asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    async with asyncio.timeout(30):
        with journal._committing:  # as long as a disk that hangs
            await appended(COMMIT_ENTRIES, journal)
            for _ in range(300):
                await asyncio.sleep(0)
            assert journal.last_seq < COMMIT_ENTRIES + 10
        await appended(COMMIT_ENTRIES + 10, journal)
    stop.set()
    await running
    assert journal.counters.dropped == 0


async def appended(count, journal):
    while journal.last_seq < count:  # noqa: ASYNC110 - it goes on as soon as it can
        await asyncio.sleep(0)


async def said(words, caplog):
    async with asyncio.timeout(30):
        while words not in caplog.text:  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.05)
