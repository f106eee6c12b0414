import asyncio
import os
import socket
from datetime import UTC, datetime

import pytest

from telewatt.notify import Notifier
from telewatt.reading import Reading
from telewatt.service.watchdog import keep_alive
from telewatt.store import Journal
from telewatt.tic import Frame, Mode, Status

READING = Reading(
    None, "house", datetime.now(UTC), Frame(Mode.HISTORIC, Status.COMPLETE, 0, b"", ())
)


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        yield channel


@pytest.fixture
def notifier(systemd):
    return Notifier({"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "30000"})


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path / "journal.db")
    yield opened
    opened.close()


async def heard(systemd):
    return await asyncio.get_running_loop().sock_recv(systemd, 100)


async def silent_within(systemd, seconds):
    """Whether a time without any word begins before the patience is over."""
    for _ in range(200):
        try:
            async with asyncio.timeout(seconds):
                await heard(systemd)
        except TimeoutError:
            return True
    return False


async def test_systemd_hears_the_service_while_nothing_waits(systemd, notifier, journal):
    alive = asyncio.create_task(keep_alive(journal, notifier, limit_s=0.05))
    async with asyncio.timeout(10):
        assert [await heard(systemd) for _ in range(20)] == [b"WATCHDOG=1"] * 20
    alive.cancel()


async def test_entries_that_never_become_durable_silence_the_watchdog(systemd, notifier, journal):
    alive = asyncio.create_task(keep_alive(journal, notifier, limit_s=0.05))
    journal.append(READING)
    assert await silent_within(systemd, 0.5)
    journal.commit()
    async with asyncio.timeout(10):
        assert await heard(systemd) == b"WATCHDOG=1"
    alive.cancel()


async def test_a_disk_that_refuses_with_an_alarm_does_not_silence_it(systemd, notifier, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    journal = Journal.open(
        tmp_path / "file" / "journal.db"
    )  # a file is no folder: nothing to write
    journal.append(READING)
    journal.commit()
    assert journal.alarms
    alive = asyncio.create_task(keep_alive(journal, notifier, limit_s=0.05))
    async with asyncio.timeout(10):
        assert [await heard(systemd) for _ in range(20)] == [b"WATCHDOG=1"] * 20
    alive.cancel()
    journal.close()


@pytest.mark.parametrize("usec", ["", "0"])
def test_a_watchdog_without_a_time_is_none(usec):
    assert Notifier({"WATCHDOG_USEC": usec}).watchdog_s is None


async def test_without_a_watchdog_nobody_keeps_telling(journal):
    await keep_alive(journal, Notifier({}), limit_s=1)


def test_the_watchdog_of_another_process_is_not_ours(systemd):
    usec = {"WATCHDOG_USEC": "1000000"}
    assert Notifier(usec).watchdog_s == 1
    assert Notifier(usec | {"WATCHDOG_PID": str(os.getpid())}).watchdog_s == 1
    assert Notifier(usec | {"WATCHDOG_PID": str(os.getpid() + 1)}).watchdog_s is None


def test_an_abstract_socket_is_heard_too():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        name = f"telewatt-test-{os.getpid()}"
        systemd.bind("\0" + name)
        Notifier({"NOTIFY_SOCKET": "@" + name}).status("two\nlines")
        assert systemd.recv(100) == b"STATUS=two lines"


def test_a_systemd_that_is_away_disturbs_nobody(tmp_path):
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
    Notifier({}).ready()
