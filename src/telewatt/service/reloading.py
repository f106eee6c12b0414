"""Home Assistant uses a broker that is back when it likes: here it is woken, where that is wanted.

A part of `telewatt run`, with ``homeassistant.reload_mqtt``. The reasons and the price:
docs/adr/0017-home-assistant.md.
"""

import asyncio
import logging
from collections.abc import Callable

from telewatt.homeassistant import mqtt
from telewatt.homeassistant.client import HomeAssistant
from telewatt.language import Text
from telewatt.service.reports import Reports
from telewatt.service.secrets import Secret
from telewatt.service.trouble import words_of

PATIENCE_S = 2.0
"""Home Assistant may come by itself: it has so long. A connection that does not last so long is
none: without telewatt Home Assistant shows no meter either, and hears very well."""

_RELOADED = Text(
    "homeassistant: it had not come back to the broker; its integration MQTT was reloaded",
    "homeassistant : il n'était pas revenu au serveur MQTT ; son intégration MQTT a été rechargée",
)
_FAILED = Text(
    "homeassistant: its integration MQTT could not be reloaded, it comes back to the broker by "
    "itself: {why}",
    "homeassistant : son intégration MQTT n'a pas pu être rechargée, il reviendra de lui-même au "
    "serveur MQTT : {why}",
)


class Reloading:
    """Reloads its integration MQTT, once after each return of the broker, if it is not there.

    Args:
        url: of its front page.
        secret: gives the token.
        is_back: set when all that telewatt has to say is at the broker again; cleared here.
        connection: to the broker, see `Sink.connection`.
    """

    def __init__(
        self,
        url: str,
        secret: Secret,
        is_back: asyncio.Event,
        connection: Callable[[], object],
        reports: Reports,
    ) -> None:
        self._url, self._secret, self._reports = url, secret, reports
        self._is_back, self._connection = is_back, connection

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._is_back.wait()
            connection = await self._lasting()
            self._is_back.clear()
            if connection is not None:
                try:
                    await self._wake(connection)
                except OSError as error:
                    self._reports.say(logging.WARNING, _FAILED, why=words_of(error))

    async def _lasting(self) -> object:
        """The connection that stays; ``None`` where the broker has gone again."""
        while (connection := self._connection()) is not None:
            await asyncio.sleep(PATIENCE_S)
            if self._connection() is connection:
                break
        return connection

    async def _wake(self, connection: object) -> None:
        async with await HomeAssistant.connect(self._url, self._secret) as home:
            is_deaf = await home.has_started() and await mqtt.is_deaf(home)
            if is_deaf and self._connection() is connection:
                await mqtt.reload(home)
                self._reports.say(logging.INFO, _RELOADED)
