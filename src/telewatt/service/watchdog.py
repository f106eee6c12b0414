"""The watchdog: systemd hears that the service lives only while the journal moves forward too."""

import asyncio

from telewatt.notify import Notifier
from telewatt.store import Journal
from telewatt.store.alarms import STORAGE


async def keep_alive(journal: Journal, notifier: Notifier, limit_s: float) -> None:
    """Tell systemd, three times per period, that all is well; for ever.

    All is well while this event loop turns and no entry waits longer than ``limit_s`` to become
    durable. A disk that refuses with an alarm is the world's fault: a restart would not help.
    """
    if notifier.watchdog_s is None:
        return
    loop = asyncio.get_running_loop()
    moved_at, durable_seq = loop.time(), journal.durable_seq
    while True:
        nothing_waits = journal.durable_seq == journal.last_seq
        if nothing_waits or journal.durable_seq != durable_seq:
            moved_at, durable_seq = loop.time(), journal.durable_seq
        refused = any(alarm.kind in STORAGE for alarm in journal.alarms)
        if refused or loop.time() - moved_at < limit_s:
            notifier.alive()
        await asyncio.sleep(notifier.watchdog_s / 3)
