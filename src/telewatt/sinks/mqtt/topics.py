"""The names of topics, documented in docs/en/mqtt.md.

A label is part of a name, and ``+`` may not stand there: it is a wildcard. The rule is reversible:
``+`` is written ``_P``; an underscore is written twice, but for one that a small letter follows
(``EAP_s`` stays as it is).
"""

import re
from typing import NamedTuple, TypeGuard

_RESERVED = re.compile(r"(status|service|line|command)_*")
_ESCAPED = re.compile(r"\+|_(?![a-z])")


class Message(NamedTuple):
    """What is published.

    Attributes:
        retain: whether the broker keeps it for those who come later.
        qos: 0, 1 or 2; ``None``: as configured.
    """

    topic: str
    payload: str
    retain: bool = False
    qos: int | None = None


def label_level(label: str) -> str:
    """A label as part of a topic.

    >>> label_level("NJOURF+1"), label_level("SMAXSN-1"), label_level("EAP_s")
    ('NJOURF_P1', 'SMAXSN-1', 'EAP_s')
    """
    return _ESCAPED.sub(lambda found: "_P" if found[0] == "+" else "__", label)


def meter_level(meter: str) -> str:
    """A meter's identity as part of a topic: itself, but for the words that are not a meter's.

    >>> meter_level("021861348497"), meter_level("line")
    ('021861348497', 'line_')
    """
    return f"{meter}_" if _RESERVED.fullmatch(meter) else meter


class Topics:
    """All names below one prefix.

    Attributes:
        prefix: the first level or levels.
        status: ``online``, or ``offline`` (also the last will): whether the service is connected.
        service: what the service says of itself.
        commands: the filter of what may be asked.
        command: what these topics begin with.
        availabilities: the filter of these topics of all meters.
        lines: the filter of these topics of all lines.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.status = f"{prefix}/status"
        self.service = f"{prefix}/service"
        self.command = f"{prefix}/command/"
        self.commands = f"{self.command}#"
        self.availabilities = f"{prefix}/+/availability"
        self.lines = f"{prefix}/line/+"

    def line(self, name: str) -> str:
        """How a line is."""
        return f"{self.prefix}/line/{name}"

    def availability(self, meter: str) -> str:
        """``online`` or ``offline``: whether a meter is heard."""
        return f"{self.prefix}/{meter_level(meter)}/availability"

    def state(self, meter: str) -> str:
        """Everything about a meter, as of its newest frame."""
        return f"{self.prefix}/{meter_level(meter)}/state"

    def home(self, meter: str) -> str:
        """What a home automation shows of a meter."""
        return f"{self.prefix}/{meter_level(meter)}/home"

    def is_home(self, topic: object) -> TypeGuard[str]:
        """Whether it is one of the topics of `home`; it may be published to."""
        if not isinstance(topic, str) or not topic.isprintable():
            return False
        return re.fullmatch(rf"{re.escape(self.prefix)}/[^/+#]+/home", topic) is not None

    def label(self, meter: str, label: str) -> str:
        """One dataset."""
        return f"{self.prefix}/{meter_level(meter)}/label/{label_level(label)}"

    def history(self, meter: str) -> str:
        """What was missed, with its own times."""
        return f"{self.prefix}/{meter_level(meter)}/history"

    def event(self, meter: str) -> str:
        """What happened in the life of a meter."""
        return f"{self.prefix}/{meter_level(meter)}/event"
