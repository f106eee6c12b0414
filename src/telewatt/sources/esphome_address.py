"""``//host[:6053]/PATH``: where an ESPHome device is, and what of it is meant."""

from urllib.parse import unquote, urlsplit

from telewatt.language import Text
from telewatt.sources import AddressError

API_PORT = 6053

_NO_DEVICE = Text("{url}: write {scheme}://host/NAME", "{url} : écrivez {scheme}://hôte/NOM")
_NO_USER = Text(
    "{scheme}: takes no user and no key in the address; write key_file or key_env beside it",
    "{scheme}: ne prend ni utilisateur ni clé dans l'adresse ; écrivez key_file ou key_env à côté",
)


class DeviceAddress:
    """One device and the part of it that is meant.

    Attributes:
        url: as written.
        host, port: of the native API.
        path: what is written behind the host, decoded.

    Raises:
        AddressError: it is no such address; ``no_path`` says what is missing behind the host,
            unless that is ``optional``.
    """

    def __init__(self, scheme: str, address: str, no_path: Text, *, optional: bool = False) -> None:
        self.url = f"{scheme}:{address}"
        if {"@", "?", "#"} & set(address):  # not shown: it may hold a secret
            raise AddressError(_NO_USER.fill(scheme=scheme))
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, API_PORT if parts.port is None else parts.port
            (host or "").encode("idna")
        except ValueError:
            host = None
        if not host or not port:
            raise AddressError(_NO_DEVICE.fill(url=self.url, scheme=scheme))
        self.path = unquote(parts.path).strip("/")
        if not (self.path or optional) or not self.path.isprintable():
            raise AddressError(no_path.fill(url=self.url))
        self.host, self.port = host, port
