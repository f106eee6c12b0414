"""The entries of the journal with what they are worth, from any place on.

Each reader of the journal has a judge of its own, so none waits for another and none depends on
the history's disk. A judge begins with the newest state that the history has kept before the
place, and takes what lies between in silence: a reader that was away goes on exactly as if it had
not been. Without such a state it begins some frames earlier, enough to settle the indexes.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import closing
from pathlib import Path

from telewatt.derivation import Judge, Judged, StateError
from telewatt.store import Journal
from telewatt.store.history import History, HistoryError

WARM_UP_ENTRIES = 100
"""Before the place, where no state is kept: three readings that agree settle an index."""
BATCH_ENTRIES = 50
CATCH_UP_PAUSE_S = 0.002
"""What is old comes as fast as it can be read: the lines go first."""

log = logging.getLogger("telewatt")


async def judged_after(
    journal: Journal, history: Path, place: int, batch_entries: int = BATCH_ENTRIES
) -> AsyncGenerator[Sequence[Judged]]:
    """All entries after this place, judged: batches of what is there at once, then live, for ever.

    Args:
        history: the history's file beside the journal; it need not be there.
        place: entries up to this number are judged in silence.
        batch_entries: at most so many at once.
    """
    judge, start = await asyncio.to_thread(_judge_before, history, place, journal.last_seq)
    batch: list[Judged] = []
    async for entry in journal.follow(start):
        judged = judge.take(entry.seq, entry.reading)
        if entry.seq > place:
            batch.append(judged)
        caught_up = entry.seq == journal.last_seq
        if batch and (caught_up or len(batch) >= batch_entries):
            yield batch
            batch = []
        if not caught_up and entry.seq % BATCH_ENTRIES == 0:
            await asyncio.sleep(CATCH_UP_PAUSE_S)


def _judge_before(path: Path, place: int, last_seq: int) -> tuple[Judge, int]:
    """A judge, and the number after which it has to begin."""
    place = min(place, last_seq)
    try:
        with closing(History.open(path, writable=False)) as history:
            known = history.progress_before(place)
        if known is not None:
            return Judge(known.state), known.place
    except (HistoryError, StateError) as error:
        log.debug("no state of the history to judge from: %s", error)
    return Judge(), max(0, place - WARM_UP_ENTRIES)
