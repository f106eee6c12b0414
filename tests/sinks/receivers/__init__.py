"""The other end of every sink, for the contract test: each row of ``SINKS`` has one here.

A receiver is started once and used for one test. Whoever adds a sink adds its receiver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from telewatt.derivation import Judged


class Total(NamedTuple):
    """One total as the receiver has it: whole seconds since 1970, ``import_wh``."""

    line: str
    at_s: int
    import_wh: int


class Receiver:
    """What a sink writes to.

    Attributes:
        keeps_all: whether it keeps every entry; else the newest of each line.
        can_be_away, can_hang: whether these can happen at all.
        goes_forward: whether it takes nothing older than what it has.
    """

    keeps_all = True
    can_be_away = True
    can_hang = True
    goes_forward = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def start(self) -> str:
        """Be there; the section of the configuration that writes here, without its header."""
        raise NotImplementedError

    async def totals(self) -> list[Total]:
        """Everything that arrived, ascending; what is there twice is here twice."""
        raise NotImplementedError

    async def go_away(self) -> None:
        """Refuse, or be gone."""

    async def come_back(self) -> None:
        """Be there again, with all that was there before."""

    async def hang(self) -> None:
        """Take what is sent and say nothing more."""

    async def stop(self) -> None:
        """The test is over."""


def totals_of(entries: Iterable[Judged]) -> list[Total]:
    """What a receiver must have, once it was given these."""
    return sorted(
        Total(
            judged.reading.source,
            int(settled.received_at.timestamp()),
            settled.totals["import_wh"],
        )
        for judged in entries
        for settled in judged.judgement.settled
        if "import_wh" in settled.totals
    )


def _receivers() -> dict[str, Callable[[Path], Receiver]]:
    from tests.sinks.receivers.broker import Broker
    from tests.sinks.receivers.files import DailyLogs, JsonLinesFile
    from tests.sinks.receivers.influx import Influx
    from tests.sinks.receivers.scraped import Scraped
    from tests.sinks.receivers.web import Hook

    return {
        "daily_log": DailyLogs,
        "influxdb": Influx,
        "mqtt": Broker,
        "webhook": Hook,
        "jsonl": JsonLinesFile,
        "prometheus": Scraped,
    }


RECEIVERS = _receivers
"""By the section of the configuration."""
