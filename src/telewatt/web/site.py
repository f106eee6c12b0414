"""The page on its address: everything of this package, put together."""

import ipaddress
import socket

from telewatt.language import Text, TextError
from telewatt.web.access import Access, access_path
from telewatt.web.application import Application
from telewatt.web.client import Clients, is_loopback
from telewatt.web.guard import Guard
from telewatt.web.household import Household
from telewatt.web.page import Page
from telewatt.web.server import Server, bind_named
from telewatt.web.static_files import StaticFiles

_PUBLIC = Text(
    "no web page: everybody who reaches {address} could read it; set a password first "
    "(telewatt web password), or listen on 127.0.0.1; it is served as soon as there is one",
    "pas de page web : quiconque atteint {address} pourrait la lire ; fixez d'abord un mot de "
    "passe (telewatt web password), ou écoutez sur 127.0.0.1 ; elle est servie dès qu'il y en a un",
)
_NO_NETWORK = Text(
    "no web page: trusted_proxies of [web]: {why}; write addresses or networks",
    "pas de page web : trusted_proxies de [web] : {why} ; écrivez des adresses ou des réseaux",
)


class NotServedError(TextError):
    """The page may not be served like this: ``text`` says why, and the remedy."""


class Site:
    """Serves the page of a house while it is open.

    Attributes:
        url: where it is, once it is open.

    Raises:
        NotServedError: it would be open to everybody; here, or when it is opened.
    """

    def __init__(self, house: Household) -> None:
        self._house, self.url = house, ""
        web = house.config.web
        try:
            self._clients = Clients(web)
        except ValueError as error:
            raise NotServedError(_NO_NETWORK.fill(why=error)) from error
        self._access = Access(access_path(web, house.folder))

    async def __aenter__(self) -> "Site":
        """Let clients come.

        Raises:
            OSError: the address cannot be used.
        """
        web = self._house.config.web
        sockets = await bind_named(web.listen, web.port)
        try:
            await self._serve(sockets)
        except BaseException:
            for each in sockets:
                each.close()
            raise
        self.url = _url_of(sockets[0].getsockname(), web.path)
        return self

    async def _serve(self, sockets: list[socket.socket]) -> None:
        is_local = all(is_loopback(each.getsockname()[0]) for each in sockets)
        if not is_local and not self._access.lets_in:
            raise NotServedError(_PUBLIC.fill(address=self._house.config.web.listen))
        self._page = Page(self._house)
        guard = Guard(self._access, self._clients, is_local=is_local)
        application = Application(self._page, guard, StaticFiles())
        self._server = Server(application, sockets)
        await self._server.__aenter__()

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
