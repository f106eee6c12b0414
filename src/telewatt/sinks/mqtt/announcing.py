"""The seam for what other programs are told of a meter beside its values, such as discovery."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from telewatt.derivation import Judged
from telewatt.sinks.mqtt.topics import Message
from telewatt.tic import Frame


class MeterFacts(NamedTuple):
    """What is known of a meter that does not change from frame to frame.

    Attributes:
        meter: its identity; its topics are those of `Topics`.
        source: the section of the configuration that reads it.
        labels: whatever it has sent in its present mode.
        quantities: totals and gauges that were told of it, `telewatt.quantity` has their titles.
        frame: the newest complete long one.
    """

    meter: str
    source: str
    labels: frozenset[str]
    quantities: frozenset[str]
    frame: Frame


class Heard(NamedTuple):
    """What follows from a message.

    Attributes:
        again: whether everything is to be told again.
        messages: what is to be published.
    """

    again: bool = False
    messages: Sequence[Message] = ()


class Announcer(Protocol):
    """One program that is told."""

    @property
    def filters(self) -> Sequence[str]:
        """What to subscribe to, on each connection anew."""

    def messages(self, facts: MeterFacts) -> Iterable[Message]:
        """What it is told of this meter: called when facts have changed, and after `Heard.again`.

        On a new connection all is told again too, since the broker may have lost it.
        """

    def news(self, judged: Judged) -> Iterable[Message]:
        """What it is told with this frame, the next one of its meter."""

    def hear(self, topic: str, payload: bytes, *, retained: bool) -> Heard:
        """A message that fits one of the filters. Whatever comes is no error."""
