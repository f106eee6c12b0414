"""Home Assistant uses a broker that is back when it likes: here it is woken, where that is wanted.

A part of `telewatt run`, with ``homeassistant.reload_mqtt``. The reasons and the price:
docs/adr/0017-home-assistant.md.
"""

import asyncio
import logging

from telewatt.homeassistant import mqtt
from telewatt.homeassistant.client import HomeAssistant
from telewatt.language import Text
from telewatt.service.reports import Reports
from telewatt.service.secrets import Secret
from telewatt.service.trouble import words_of

PATIENCE_S = 2.0
"""Home Assistant may come by itself: it has so long."""

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
    """

    def __init__(self, url: str, secret: Secret, is_back: asyncio.Event, reports: Reports) -> None:
        self._url, self._secret, self._is_back, self._reports = url, secret, is_back, reports

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._is_back.wait()
            await asyncio.sleep(PATIENCE_S)
            self._is_back.clear()
            try:
                await self._wake()
            except OSError as error:
                self._reports.say(logging.WARNING, _FAILED, why=words_of(error))

    async def _wake(self) -> None:
        async with await HomeAssistant.connect(self._url, self._secret) as home:
            if await home.has_started() and await mqtt.is_deaf(home):
                await mqtt.reload(home)
                self._reports.say(logging.INFO, _RELOADED)
