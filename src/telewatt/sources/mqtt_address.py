"""``//[user@]host[:port]/TOPIC[?prefix=NAME]``: a broker, and what of it a meter's values are."""

from urllib.parse import parse_qs, unquote, urlsplit

from telewatt.language import Text
from telewatt.sources import AddressError

PORTS = {"mqtt": 1883, "mqtts": 8883}
_ANY, _REST = "+", "#"

_NO_TOPIC = Text(
    "{scheme}://: write {scheme}://host/TOPIC; of wildcards, + is a whole level and # the last one",
    "{scheme}:// : écrivez {scheme}://hôte/TOPIC ; pour les jokers, + est un niveau entier et # le "
    "dernier",
)
_NO_PASSWORD = Text(
    "{scheme}: takes no password in the address; write password_file or password_env beside it",
    "{scheme}: ne prend pas de mot de passe dans l'adresse ; écrivez password_file ou password_env "
    "à côté",
)


class MqttAddress:
    """One broker and the topics of one meter.

    Attributes:
        url: as it is shown.
        scheme: ``mqtt`` or ``mqtts``.
        host, port, user: of the broker; ``user`` may be ``None``.
        topic: as written, wildcards included.
        prefix: what the names of this meter's sensors begin with; mostly empty.

    Raises:
        AddressError: no host, no topic, wildcards in wrong places, or a password.
    """

    def __init__(self, scheme: str, address: str) -> None:
        self.scheme = scheme
        start, _, rest = address.removeprefix("//").partition("/")
        user, _, _ = start.rpartition("@")
        if ":" in user:  # not shown
            raise AddressError(_NO_PASSWORD.fill(scheme=scheme))
        topic, _, query = rest.partition("?")
        try:
            parts = urlsplit(f"{scheme}://{start}")
            host, port = parts.hostname, parts.port
            (host or "").encode("idna")
        except ValueError:
            host = port = None
        self.topic, options = unquote(topic), parse_qs(query)
        if not address.startswith("//") or not host or port == 0 or not _is_topic(self.topic):
            raise AddressError(_NO_TOPIC.fill(scheme=scheme))
        if query and set(options) != {"prefix"}:
            raise AddressError(_NO_TOPIC.fill(scheme=scheme))
        self.prefix = options["prefix"][0] if query else ""
        self.host, self.port, self.user = host, port or PORTS[scheme], unquote(user) or None
        self.url = f"{scheme}:{address}"

    @property
    def subscriptions(self) -> list[str]:
        """What to subscribe to: without wildcards, everything below the topic too."""
        if {_ANY, _REST} & set(self.topic):
            return [self.topic]
        return [self.topic, f"{self.topic}/{_REST}"]


def name_of(topic: str) -> str:
    """What a single value is called: ``papp`` for ``linky/sensor/papp/state``."""
    levels = topic.split("/")
    if levels[-1] == "state" and len(levels) > 1:
        levels.pop()
    return levels[-1]


def _is_topic(topic: str) -> bool:
    levels = topic.split("/")
    return (
        bool(topic.strip("/"))
        and topic.isprintable()
        and all(level == _ANY or _ANY not in level for level in levels)
        and all(level == _REST or _REST not in level for level in levels)
        and _REST not in levels[:-1]
    )
