"""Questions that read files: in a thread, so many waiting, so long; the loop never waits."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from telewatt.web import errors
from telewatt.web.errors import AnswerError

AT_ONCE = 1
"""They compute more than they wait: two would be no faster, and take twice the memory."""
WAITING_MAX = 100
PATIENCE_S = 30.0
SWITCH_S = 0.0005
"""How long a thread that computes keeps the loop from reading the meters; Python's own is 5 ms."""
_T = TypeVar("_T")


class Questions:
    """Runs what reads files."""

    def __init__(self) -> None:
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="web")
        sys.setswitchinterval(SWITCH_S)
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def ask(self, question: Callable[[], _T]) -> _T:
        """The answer of a function that is called in a thread.

        Raises:
            AnswerError: too many wait already, or it did not come to its turn in time.
        """
        if self._waiting >= WAITING_MAX:
            raise AnswerError(429, "too_many", errors.TOO_MANY, retry_s=1)
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._free.acquire()
        except TimeoutError:
            raise AnswerError(429, "too_many", errors.TOO_MANY, retry_s=5) from None
        finally:
            self._waiting -= 1
        answering = asyncio.get_running_loop().run_in_executor(self._workers, question)
        answering.add_done_callback(lambda _: self._free.release())
        return await asyncio.shield(answering)

    def close(self) -> None:
        """Nothing more is asked."""
        self._workers.shutdown(wait=False, cancel_futures=True)
