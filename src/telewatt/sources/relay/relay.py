"""One meter told by others: its messages become frames, its single values are gathered into some.

A frame names its meter even where a message does not, as soon as one has said it. A second meter
among the messages is refused: it shows as two addresses that come in turn; one which takes the
place of the other is a replaced meter.
"""

from collections.abc import Iterable, Mapping

from telewatt.sources.relay.told import Message
from telewatt.tic import Mode
from telewatt.tic.frame import IDENTITY_LABELS
from telewatt.tic.relayed import Value, restore_data, write_frame

ALONE_AGAIN = 20
"""So many messages of one meter in a row, and the other one is gone."""


_PASSING = frozenset(("ADPS", "ADIR1", "ADIR2", "ADIR3", "PEJP"))


class MixedError(Exception):
    """Two meters speak in turn; ``meters`` are their addresses."""

    def __init__(self, meters: tuple[str, str]) -> None:
        super().__init__(f"{meters[0]} and {meters[1]}")
        self.meters = meters


class Relay:
    """What is told of one meter.

    Args:
        mode: the configured one, or ``None``.
        identity: the configured one: what is told of other meters is none of ours.

    Attributes:
        mode: of the last frame.
    """

    def __init__(self, mode: Mode | None, identity: str | None) -> None:
        self.mode = mode
        self._fixed_mode, self._identity = mode, identity
        self._meter: str | None = None
        self._stranger: str | None = None
        self._last, self._run = "", 0  # who spoke last, and how often in a row
        self._mixed: tuple[str, str] | None = None
        self._standing: dict[str, Value] = {}  # what single values say until they say otherwise
        self._gathered: set[str] = set()  # of them, those that no frame has yet
        self._whole: dict[str, Value] = {}  # the last message that named its meter

    @property
    def is_gathering(self) -> bool:
        """Whether there are single values that no frame has yet."""
        return bool(self._gathered)

    def begin(self) -> None:
        """The source was opened anew: what stood so far is of unknown age."""
        self._standing.clear()
        self._gathered.clear()
        self._whole.clear()

    def frame(self, message: Message) -> bytes | None:
        """The frame of a message; ``None`` if there is nothing in it for us.

        A message that does not name its meter, after one that did, tells what has changed since.

        Raises:
            MixedError: see above.
        """
        mode = self._fixed_mode or message.mode or self.mode
        told = {value.label: value for value in message.values}
        if mode is not None and _address(mode, message.values):
            self._whole = told
        elif self._whole:
            passing = {label: told[label] for label in _PASSING & told.keys()}
            self._whole |= told
            told = {**_without(self._whole, _PASSING), **passing}
        return self._write(mode, told)

    def _write(self, mode: Mode | None, told: Mapping[str, Value]) -> bytes | None:
        if mode is None:
            return None
        said = _address(mode, told.values())
        if said is not None and not self._is_ours(said):
            return None
        self.mode = mode
        label = "ADSC" if mode is Mode.STANDARD else "ADCO"
        values = [value for value in told.values() if _is_said(value)]
        named = [Value(label, self._meter), *values] if self._meter else values
        return write_frame(mode, named) if values else None

    def note(self, message: Message) -> None:
        """Take a message of unknown age: it tells which meter this is, and no more."""
        mode = self._fixed_mode or message.mode or self.mode
        said = mode and _address(mode, message.values)
        if said and self._meter is None and self._identity in (None, said):
            self._meter, self.mode = said, mode

    def remember(self, value: Value) -> None:
        """Take a single value of unknown age: it counts from the next live one on, no earlier."""
        self._standing[value.label] = value

    def withdraw(self, label: str) -> None:
        """A single value is not known any more."""
        self._standing.pop(label, None)
        self._gathered.discard(label)

    def gather(self, value: Value) -> bytes | None:
        """Take a single live value; give the frame before it, if this one begins another."""
        frame = self.flush() if value.label in self._gathered else None
        self._standing[value.label] = value
        self._gathered.add(value.label)
        return frame

    def flush(self) -> bytes | None:
        """The frame of all values as they stand; ``None`` if no new one was gathered.

        Most programs tell a value when it changes: what is not told again is as it was.

        Raises:
            MixedError: see above.
        """
        if not self._gathered:
            return None
        self._gathered.clear()
        return self._write(self._fixed_mode or self.mode, self._standing)

    def _is_ours(self, said: str) -> bool:
        if self._identity is not None:
            self._meter = self._identity
            return said == self._identity
        self._run = self._run + 1 if said == self._last else 1
        self._last = said
        if self._meter in (None, said) and self._stranger is not None and not self._mixed:
            self._mixed = (said, self._stranger)
        if self._mixed:
            if self._run < ALONE_AGAIN:
                raise MixedError(self._mixed)
            self._meter, self._mixed = said, None
        if self._meter not in (None, said) and said != self._stranger:
            self._stranger = said  # not believed at once: it may be a misread address
            return False
        self._meter, self._stranger = said, None
        return True


def _without(values: Mapping[str, Value], labels: frozenset[str]) -> dict[str, Value]:
    return {label: value for label, value in values.items() if label not in labels}


def _is_said(value: Value) -> bool:
    """An alarm of 0 is a program's word for none; the address is written by us."""
    label, data, _ = value
    return label not in IDENTITY_LABELS and not (label in _PASSING and not data.strip("0"))


def _address(mode: Mode, values: Iterable[Value]) -> str | None:
    for label, data, _ in values:
        if label in IDENTITY_LABELS:
            return restore_data(mode, "ADSC" if mode is Mode.STANDARD else "ADCO", data)
    return None
