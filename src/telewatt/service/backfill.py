"""Keeps the statistics of Home Assistant complete: a part of `telewatt run`.

All of the history is compared when a connection begins - Home Assistant was away, or has just been
installed - and after a replay, the last days once an hour. Reading the meters never waits for it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from telewatt.config.model import HomeAssistantConfig
from telewatt.derivation import Judged
from telewatt.homeassistant.backfill import Comparison
from telewatt.homeassistant.client import DeniedError, HomeAssistant
from telewatt.language import Language, Text
from telewatt.quality import SinkReport
from telewatt.rollup import Step
from telewatt.rollup.series import Series
from telewatt.rollup.total import Energy
from telewatt.service.reports import Reports
from telewatt.service.secrets import Secret
from telewatt.service.trouble import Trouble, words_of
from telewatt.situation import Energies, energies_of
from telewatt.store.history import History, HistoryError
from telewatt.store.history.queries import OpenPart

NAME = "homeassistant"
RETRY_S, RETRY_MAX_S = 2.0, 60.0
DENIED_LOOKS = 1800
"""So often it is looked every `RETRY_S` for another token before a refused one is shown again."""
SOON_S = 330.0
"""Home Assistant records for the first time within five minutes."""
AFTER_THE_HOUR = timedelta(minutes=12)
HOUR = timedelta(hours=1)
LAST = timedelta(days=8)
"""What is compared once an hour."""

_AWAY = Text(
    "{name}: {why}; the past that is missing there is written later",
    "{name} : {why} ; le passé qui y manque sera écrit plus tard",
)
_WRITTEN = Text(
    "homeassistant: hours of energy written: {rows}, statistics: {count}",
    "homeassistant : heures d'énergie écrites : {rows}, statistiques : {count}",
)


class _Ledger:
    """The history as the comparison asks it, with what is not written yet."""

    def __init__(self, history: History, open_part: OpenPart) -> None:
        self._history, self._open_part = history, open_part
        self.meters, self.quantities = history.meters, history.quantities

    def series(self, who: str, quantity: str, start: datetime, end: datetime, step: Step) -> Series:
        return self._history.series(who, quantity, start, end, step, open_part=self._open_part)

    def energy(self, who: str, quantity: str, start: datetime, end: datetime) -> Energy:
        return self._history.energy(who, quantity, start, end, open_part=self._open_part)


class Backfill:
    """Writes what is missing.

    Args:
        secret: gives the token.
        history: the history's file.
        open_part: what is not written into it yet.
        sections: of the meters that are being read.
        recent: the newest entries, of all meters.
    """

    def __init__(
        self,
        section: HomeAssistantConfig,
        secret: Secret,
        history: Path,
        open_part: Callable[[], OpenPart],
        sections: set[str],
        recent: Collection[Judged],
        reports: Reports,
        language: Language,
    ) -> None:
        self._section, self._secret, self._path = section, secret, history
        self._open_part, self._sections, self._recent = open_part, sections, recent
        self._reports, self._language = reports, language
        self._trouble = Trouble(NAME, _AWAY, reports)
        self._written = 0
        self._own: Energies | None = {} if section.statistics == "external" else None
        self._compared: tuple[int, int] | None = None

    @property
    def report(self) -> SinkReport:
        """How it is now; delivered are hours."""
        trouble = self._trouble.now
        return SinkReport(NAME, trouble is None, trouble, 0, self._written)

    async def run(self) -> None:
        """Keep them complete until cancelled."""
        while True:
            try:
                async with await HomeAssistant.connect(self._section.url, self._secret) as home:
                    await home.wait_started()
                    await self._keep(home)
            except DeniedError as error:
                self._trouble.say(words_of(error))
                await self._wait_for_another_token()
            except OSError as error:
                await self._wait(words_of(error))
            except HistoryError as error:
                await self._wait(error.text)

    async def _keep(self, home: HomeAssistant) -> None:
        """As long as the connection lasts."""
        since: datetime | None = None
        while True:
            now = datetime.now(UTC)
            unrecorded = await self._compare(home, now, since)
            self._trouble.is_over()
            pause_s = SOON_S if unrecorded else _until_next(now)
            if await home.wait_lost(pause_s):
                await asyncio.sleep(RETRY_S)
                return
            since = None if unrecorded else now - LAST

    async def _compare(self, home: HomeAssistant, now: datetime, since: datetime | None) -> bool:
        """One comparison; whether Home Assistant has still to record something first."""
        if not self._path.exists():
            return True
        open_part = self._open_part()
        history = await asyncio.to_thread(History.open, self._path, writable=False)
        with contextlib.closing(history):
            generation = (await asyncio.to_thread(history.progress)).generation
            if self._own is not None:
                self._own |= await asyncio.to_thread(energies_of, list(self._recent))
            compared = generation, sum(map(len, (self._own or {}).values()))
            if compared != self._compared:
                self._compared, since = compared, None
            compare = Comparison(
                home,
                _Ledger(history, open_part),
                self._sections,
                own=self._own,
                language=self._language,
            )
            changes = await compare.changes(now, since)
            for change in changes:
                await compare.apply(change)
        if written := sum(change.rows for change in changes):
            self._written += written
            count = sum(1 for change in changes if change.rows)
            self._reports.say(logging.INFO, _WRITTEN, rows=written, count=count)
        return not changes or any(change.unrecorded for change in changes)

    async def _wait_for_another_token(self) -> None:
        """A refused one would only be refused again, and worry whoever sees it."""
        with contextlib.suppress(OSError):  # none at all is told by the next try
            refused = self._secret()
            for _ in range(DENIED_LOOKS):
                await asyncio.sleep(RETRY_S)
                if self._secret() != refused:
                    return

    async def _wait(self, why: Text) -> None:
        self._trouble.say(why)
        await asyncio.sleep(self._trouble.pause_s(RETRY_S, RETRY_MAX_S))


def _until_next(now: datetime) -> float:
    """Until some minutes after the next full hour, s."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    due = hour + AFTER_THE_HOUR
    return ((due if due > now else due + HOUR) - now).total_seconds()
