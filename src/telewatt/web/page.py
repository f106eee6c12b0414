"""What the handlers of all endpoints share."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from telewatt import __version__
from telewatt.web import errors
from telewatt.web.broadcast import Broadcast
from telewatt.web.errors import AnswerError
from telewatt.web.household import Household
from telewatt.web.linewatch import LineWatch
from telewatt.web.newest import Newest
from telewatt.web.past import Files, Known, MovedError, Past
from telewatt.web.questions import Questions
from telewatt.web.stream import Stream

NAMES_S = 30.0
TRIES, PAUSE_S = 40, 0.1
"""The service writes an hour meanwhile: rare, and over soon, even on a slow memory card."""
_T = TypeVar("_T")


class Page:
    """The page of one house.

    Attributes:
        house: what it shows.
        epoch: tells this run of the service from all others.
    """

    def __init__(self, house: Household) -> None:
        self.house = house
        self.epoch = secrets.token_hex(4)
        self.newest = Newest()
        self.questions = Questions()
        self.broadcast = Broadcast(house, self.newest, self.epoch)
        self.stream = Stream(house, self.broadcast, self.newest, __version__)
        self.watch = LineWatch(house.lines, self.newest)
        self._files = Files(house)

    def look(self) -> Past:
        """What the past is asked from, as of now."""
        newest = self.newest
        known = Known(
            newest,
            dict(newest.heard),
            dict(newest.presents),
            list(newest.eventful),
            self.watch.look(),
        )
        return Past(self.house, self._files, self.house.open_part(), known, datetime.now(UTC))

    async def ask_past(self, question: Callable[[Past], _T]) -> _T:
        """The answer to a question of the past, asked in a thread.

        Raises:
            AnswerError: there is none.
        """
        for _ in range(TRIES):
            past = self.look()
            try:
                return await self.questions.ask(partial(question, past))
            except MovedError:
                await asyncio.sleep(PAUSE_S)
        raise AnswerError(429, "too_many", errors.TOO_MANY, retry_s=1)

    async def run(self) -> None:
        """Follow the service until cancelled."""
        try:
            async with asyncio.TaskGroup() as parts:
                parts.create_task(self.broadcast.run())
                parts.create_task(self.watch.run())
                parts.create_task(self._learn_names())
        finally:
            self.questions.close()

    async def _learn_names(self) -> None:
        """Under which name the history of each meter is asked for: this changes once in years."""
        while True:
            with suppress(AnswerError):
                self.newest.names, self.newest.sites = await self.ask_past(_names)
            await asyncio.sleep(NAMES_S)


def _names(past: Past) -> tuple[dict[str, str], set[str]]:
    found = {m.name: m.sites[0] if m.sites else m.name for m in past.meters() if m.sites}
    return found, {site for meter in past.meters() for site in meter.sites}
