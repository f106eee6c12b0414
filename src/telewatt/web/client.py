"""Who asks: the peer, or whom a trusted proxy speaks for; which host, scheme and path it used."""

import ipaddress
import socket
from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request

from telewatt.config.model import WebConfig

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOCAL_NAMES = frozenset(("localhost", "localhost.localdomain", "ip6-localhost"))


class Client(NamedTuple):
    """One who asks.

    Attributes:
        address: of the client, as far as it can be known.
        is_proxied: some proxy passed this on.
        is_trusted: it is one of ours.
        https: whether the client speaks to us, or to our proxy, in secret.
        base: the path below which the client sees the page; ``""`` at the root.
        host: the name by which it called.
    """

    address: str
    is_proxied: bool
    is_trusted: bool
    https: bool
    base: str
    host: str


class Clients:
    """Tells who asks.

    Args:
        web: proxies to be trusted, our path and names.

    Raises:
        ValueError: an address of a proxy is none.
    """

    def __init__(self, web: WebConfig) -> None:
        self._trusted: Sequence[Network] = [
            ipaddress.ip_network(each, strict=False) for each in web.trusted_proxies
        ]
        self._path = f"/{web.path.strip('/')}".rstrip("/")
        name = socket.gethostname().lower()
        own = {name, name.partition(".")[0], f"{name.partition('.')[0]}.local"} - {""}
        self._names = {each.lower().rstrip(".") for each in web.allowed_hosts} | own | LOCAL_NAMES

    def of(self, request: Request) -> Client:
        """Who asks this."""
        headers = request.headers
        peer = request.client.host if request.client else ""
        forwarded = headers.get("x-forwarded-for", "")
        is_proxied = bool(forwarded or "forwarded" in headers or "x-forwarded-host" in headers)
        if not self._trusts(peer):
            return Client(peer, is_proxied, False, False, self._path, _host(headers.get("host")))
        hops = [each.strip() for each in forwarded.split(",") if each.strip()]
        address = next((hop for hop in reversed(hops) if not self._trusts(hop)), peer)
        https = headers.get("x-forwarded-proto", "").strip().lower() == "https"
        base = headers.get("x-ingress-path") or headers.get("x-forwarded-prefix") or self._path
        host = _host(headers.get("x-forwarded-host") or headers.get("host"))
        return Client(address, is_proxied, True, https, _path(base), host)

    def may_call(self, client: Client) -> bool:
        """Whether this host name is ours: an attacker's name that leads here is not.

        An address cannot be made to lead elsewhere; the names behind our proxies are its matter.
        """
        return client.is_trusted or _is_address(client.host) or client.host in self._names

    def inner_path(self, path: str) -> str:
        """The path without ours in front, where the proxy has left it."""
        if self._path and (path == self._path or path.startswith(f"{self._path}/")):
            return path[len(self._path) :]
        return path

    def _trusts(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)


def _host(header: str | None) -> str:
    """The name in a Host header, without its port."""
    text = (header or "").strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    name, colon, port = text.rpartition(":")
    return (name if colon and port.isdecimal() else text).rstrip(".")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _path(text: str) -> str:
    """A path of plain characters, as a cookie may have it."""
    plain = "".join(each for each in text if each.isascii() and (each.isalnum() or each in "/_-.~"))
    parts = [part for part in plain.split("/") if part and part != ".."]
    return "".join(f"/{part}" for part in parts)


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
