"""What a key of the configuration may hold: each kind judges a value and names the remedy."""

import ipaddress
import re
import unicodedata
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from telewatt.config import texts
from telewatt.config.texts import Fault
from telewatt.rollup.formula import FormulaError, parse_formula


class Kind(Protocol):
    """What a key may hold."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """What is wrong with this value of this key; ``None`` if nothing is."""


class Words(NamedTuple):
    """A text of at least one character and without control characters."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if not isinstance(value, str):
            return texts.NO_TEXT.fill(value=repr(value), key=key)
        if not value:
            return texts.EMPTY
        return texts.CONTROL.fill(value=repr(value)) if has_control(value) else None


class FilePath(NamedTuple):
    """The path of a file or folder; one that begins with ``~`` lies in a home directory."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        return Words().fault_of(key, value)


class Variable(NamedTuple):
    """The name of an environment variable; what is none may be a secret, and is not shown."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        is_name = isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)
        return None if is_name else texts.NO_VARIABLE.fill(key=key)


def has_control(text: str) -> bool:
    """Whether it holds control characters: no path and no address has them on purpose."""
    return any(unicodedata.category(character) == "Cc" for character in text)


class Name(NamedTuple):
    """A text that may stand in a file name, a topic or an address: 1 to 32 plain characters."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if isinstance(value, str) and not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", value):
            return texts.NO_NAME.fill(value=repr(value))
        return Words().fault_of(key, value)


class Topic(NamedTuple):
    """The name of an MQTT topic, or its beginning: no wildcard, no slash at its ends."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if isinstance(value, str) and (
            value.strip("/") != value or set("+#").intersection(value) or value[:1] == "$"
        ):
            return texts.NO_TOPIC.fill(value=repr(value))
        return Words().fault_of(key, value)


class Sum(NamedTuple):
    """Names of meters joined by + and -, as `telewatt.rollup.formula` reads them."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if fault := Words().fault_of(key, value):
            return fault
        try:
            parse_formula(str(value))
        except FormulaError:
            return texts.NO_FORMULA.fill(value=repr(value))
        return None


class Choice(NamedTuple):
    """One of these values."""

    values: tuple[str | int, ...]

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if value in self.values and not isinstance(value, bool | float):
            return None
        choices = ", ".join(
            f'"{each}"' if isinstance(each, str) else str(each) for each in self.values
        )
        return texts.NO_CHOICE.fill(value=repr(value), choices=choices)


class Number(NamedTuple):
    """A number between two limits, both included."""

    least: float
    most: float
    whole: bool = False

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            fault = texts.NO_WHOLE_NUMBER if self.whole else texts.NO_NUMBER
            return fault.fill(value=repr(value))
        if value < self.least:
            return texts.TOO_SMALL.fill(value=value, least=f"{self.least:g}")
        if not value <= self.most:  # not a number is not between the limits either
            return texts.TOO_BIG.fill(value=value, most=f"{self.most:g}")
        return None


class Url(NamedTuple):
    """An address of the web, without user and password: secrets do not stand here.

    Attributes:
        query: whether it may have one.
    """

    query: bool = True

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if fault := Words().fault_of(key, value):
            return fault
        found = re.fullmatch(r"https?://([^/?#\s]+)([/?][^#\s]*)?", str(value))
        if found is not None and "@" in found[1]:
            return texts.SECRET_URL
        if found is None or not _has_host(str(value)):
            return texts.NO_URL.fill(value=repr(value))
        return None if self.query or "?" not in str(value) else texts.QUERY_URL


def _has_host(url: str) -> bool:
    """Whether a machine can have this name, and a service this port."""
    try:
        parts = urlsplit(url)
        return bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # as the resolver, which refuses empty and too long labels
        return False


class Host(NamedTuple):
    """A machine on the network: its name or address alone, without port, scheme or user."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if fault := Words().fault_of(key, value):
            return fault
        text = str(value)
        if "@" in text:
            return texts.SECRET_URL
        is_host = re.fullmatch(r"[\w.-]+", text) or _is_network(text, addresses=1)
        return None if is_host else texts.NO_HOST.fill(value=repr(value))


class Network(NamedTuple):
    """An address, or a network as ``172.30.32.0/23``."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if fault := Words().fault_of(key, value):
            return fault
        return None if _is_network(str(value)) else texts.NO_NETWORK.fill(value=repr(value))


def _is_network(text: str, addresses: int | None = None) -> bool:
    """Whether it is a network, perhaps of so many addresses."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return addresses is None or (network.num_addresses == addresses and "/" not in text)


class UrlPath(NamedTuple):
    """The path of a page, such as ``/telewatt``: plain names between slashes."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if fault := Words().fault_of(key, value):
            return fault
        names = str(value).strip("/").split("/")
        is_plain = all(re.fullmatch(r"(?!\.+$)[A-Za-z0-9._~-]+", name) for name in names)
        return None if is_plain or names == [""] else texts.NO_PATH.fill(value=repr(value))


class Flag(NamedTuple):
    """``true`` or ``false``."""

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        return None if isinstance(value, bool) else texts.NO_FLAG.fill(value=repr(value))


class Several(NamedTuple):
    """A list of values of one kind, perhaps empty."""

    kind: Kind

    def fault_of(self, key: str, value: object) -> Fault | None:
        """See `Kind`."""
        if not isinstance(value, list):
            return texts.NO_LIST.fill(value=repr(value), key=key)
        faults = (self.kind.fault_of(key, each) for each in value)
        return next((fault for fault in faults if fault), None)
