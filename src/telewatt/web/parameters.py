"""The kinds of parameters: how each is read from the address, and its JSON schema."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, Protocol

from telewatt.language import Text, TextError
from telewatt.quantity import KNOWN
from telewatt.rollup.calendar import PARIS

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class ParameterError(TextError, ValueError):
    """A value that cannot be used: ``text`` says what can."""


class Kind(Protocol):
    """What a parameter may be."""

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""

    def read(self, text: str) -> Any:
        """Its value. Raises ParameterError."""


class Name(NamedTuple):
    """A site, a virtual meter, a meter or a line: plain characters."""

    longest: int = 64

    @property
    def schema(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def read(self, text: str) -> str:
        """See `Kind`."""
        if not 1 <= len(text) <= self.longest or not text.isprintable():
            why = f"1-{self.longest}"
            raise ParameterError(
                Text(f"write {why} printable characters", f"écrivez {why} caractères imprimables")
            )
        return text


class Choice(NamedTuple):
    """One of these words."""

    values: Sequence[str]

    @property
    def schema(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"type": "string", "enum": list(self.values)}

    def read(self, text: str) -> str:
        """See `Kind`."""
        if text not in self.values:
            choices = ", ".join(self.values)
            raise ParameterError(Text(f"choose one of {choices}", f"choisissez parmi {choices}"))
        return text


QUANTITY = Choice(tuple(KNOWN))


class Whole(NamedTuple):
    """A whole number between two limits, both included."""

    least: int
    most: int

    @property
    def schema(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, text: str) -> int:
        """See `Kind`."""
        if re.fullmatch(r"-?[0-9]{1,18}", text) and self.least <= int(text) <= self.most:
            return int(text)
        raise ParameterError(
            Text(
                f"write a whole number from {self.least} to {self.most}",
                f"écrivez un nombre entier de {self.least} à {self.most}",
            )
        )


class Moment(NamedTuple):
    """An instant: a date (midnight in Paris), an ISO 8601 time with offset, or epoch seconds."""

    @property
    def schema(self) -> dict[str, Any]:
        """See `Kind`."""
        return {
            "type": "string",
            "pattern": f"^({_DAY}(T{_TIME})?|[0-9]{{9,10}})$",
            "examples": ["2026-01-01", "2026-01-01T00:00:00Z", "1767222000"],
        }

    def read(self, text: str) -> datetime:
        """See `Kind`."""
        try:
            found = _instant(text)
        except (ValueError, OverflowError):
            found = None
        if found is None or not EARLIEST <= found <= LATEST:
            raise ParameterError(
                Text(
                    "write a date (2026-01-01), a time (2026-01-01T00:00:00Z) or epoch seconds, "
                    "1990 to 2100",
                    "écrivez une date (2026-01-01), une heure (2026-01-01T00:00:00Z) ou des "
                    "secondes epoch, de 1990 à 2100",
                )
            )
        return found


def _instant(text: str) -> datetime | None:
    if not text.isascii() or len(text) > 40:
        return None
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    if len(text) == 10:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    found = datetime.fromisoformat(text)
    return None if found.tzinfo is None else found.astimezone(UTC)


STEPS = ("auto", "minute", "quarter", "hour", "day", "week", "month", "year")


class StepName(NamedTuple):
    """A step: a word, or a whole number of minutes from 1 to 1440."""

    @property
    def schema(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"type": "string", "pattern": f"^({'|'.join(STEPS)}|[1-9]\\d{{0,3}})$"}

    def read(self, text: str) -> str | int:
        """See `Kind`."""
        if text in STEPS:
            return text
        if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= 1440:
            return int(text)
        raise ParameterError(
            Text(
                f"write {', '.join(STEPS)}, or 1 to 1440 minutes",
                f"écrivez {', '.join(STEPS)}, ou de 1 à 1440 minutes",
            )
        )


class Parameter(NamedTuple):
    """One parameter of one endpoint.

    Attributes:
        name: in the address.
        kind: what it may be.
        meaning: for the documentation.
        default: its value when it is not given; `REQUIRED` where it must be.
        most: so often it may be given; its value is a tuple where that is more than once.
    """

    name: str
    kind: Kind
    meaning: Text
    default: Any = None
    most: int = 1


REQUIRED = math.inf
"""No default: the parameter must be given."""
