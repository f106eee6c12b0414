"""What the user says about a file because the file itself does not."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

TimeAt = Callable[[int], datetime]
"""The arrival (aware UTC) of the byte before this offset of a capture."""


class Hints(NamedTuple):
    """What the user says about a file.

    Attributes:
        start: when the first byte of a capture came, aware.
        times: what a capture's table of arrivals says, if it has one.
        log_in_utc: whether stamps without an offset in a daily log are UTC, or those of Paris.
    """

    start: datetime | None = None
    times: TimeAt | None = None
    log_in_utc: bool = True
