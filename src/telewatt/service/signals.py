"""Which signals end a command in good order."""

import asyncio
import signal
from collections.abc import Callable


def on_end_signal(end: Callable[[], object]) -> None:
    """Call ``end`` when the running loop's process is told to end.

    SIGHUP says that the terminal has gone; where it is ignored (``nohup``), it stays ignored.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, end)
