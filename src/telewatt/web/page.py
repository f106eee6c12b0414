"""What the handlers of all endpoints share."""

import asyncio
import secrets

from telewatt import __version__
from telewatt.web.broadcast import Broadcast
from telewatt.web.household import Household
from telewatt.web.newest import Newest
from telewatt.web.questions import Questions
from telewatt.web.stream import Stream


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

    async def run(self) -> None:
        """Follow the service until cancelled."""
        try:
            async with asyncio.TaskGroup() as parts:
                parts.create_task(self.broadcast.run())
        finally:
            self.questions.close()
