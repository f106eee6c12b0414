"""The page on its address: everything of this package, put together."""

import ipaddress

from telewatt.language import Text
from telewatt.web.application import Application
from telewatt.web.household import Household
from telewatt.web.page import Page
from telewatt.web.server import Server, bind


class NotServedError(Exception):
    """The page may not be served like this: ``text`` says why, and the remedy."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Site:
    """Serves the page of a house while it is open.

    Raises:
        OSError: the address cannot be used.
        NotServedError: it would be open to everybody.
    """

    def __init__(self, house: Household) -> None:
        self._page = Page(house)
        web = house.config.web
        self._sockets = bind(web.listen, web.port)
        self._server = Server(Application(self._page), self._sockets)
        self.url = _url_of(self._sockets[0].getsockname(), web.path)

    async def __aenter__(self) -> "Site":
        """Let clients come."""
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Nobody comes any more."""
        await self._server.__aexit__(*error)

    async def run(self) -> None:
        """Follow the service until cancelled."""
        await self._page.run()


def _url_of(place: tuple[str, int], path: str) -> str:
    host, port = place[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1" if "." in host else "::1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/{path.strip('/')}"
