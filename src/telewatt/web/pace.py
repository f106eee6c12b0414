"""The pace at which requests are taken up: whoever floods the page waits, the meters do not.

All wait in one line. There are no more of them than connections, so it is never long.
"""

import asyncio

RATE_HZ = 150.0
BURST = 300.0
"""So many at once are nothing unusual: fifty browsers that come back after a restart."""


class Pace:
    """Gives each request its turn."""

    def __init__(self) -> None:
        self._next_s = 0.0

    async def turn(self) -> None:
        """Return when it is time."""
        now_s = asyncio.get_running_loop().time()
        self._next_s = max(self._next_s, now_s - BURST / RATE_HZ) + 1 / RATE_HZ
        if self._next_s > now_s:
            await asyncio.sleep(self._next_s - now_s)
