"""Columns of texts, the data or the horodates of one kind of dataset, as columns of numbers.

A form says what the numbers are. The first form that every text of a column has is taken:

- ``d``: the texts are decimal digits, and the numbers their value;
- ``m``: horodates ``SAAMMJJhhmmss``: five times the seconds since 2000, civil time, plus the place
  of the season in ``HEhe `` (54E 6.2.2);
- ``t``: any other texts; the numbers are their places in the list of distinct ones, which are in
  the order of their first appearance.

All texts of a column have the same number of characters, its width.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache

_SEASONS = "HEhe "
_DAY_0 = date(2000, 1, 1).toordinal()


TextOf = Callable[[int], str]
"""The text of a number in a column."""


class _Places(dict[str, int]):
    """Distinct texts and their places, in the order of their first appearance."""

    def __missing__(self, text: str) -> int:
        place = self[text] = len(self)
        return place


class TextColumn:
    """A column of texts of one width that grows."""

    __slots__ = ("_places", "_rows")

    def __init__(self) -> None:
        self._places = _Places()
        self._rows = array("H")

    def extend(self, texts: Iterable[str], times: int = 1) -> None:
        """Add texts, all of them so many times."""
        self._rows.extend(list(map(self._places.__getitem__, texts)) * times)

    def encode(self) -> tuple[str, list[int], list[str]]:
        """Form, numbers, and the distinct texts if the form needs them."""
        texts = list(self._places)
        for form, read in (("d", _read_digits), ("m", _read_moment)):
            numbers = [read(text) for text in texts]
            if None not in numbers:
                return form, list(map(numbers.__getitem__, self._rows)), []  # type: ignore[arg-type]
        return "t", self._rows.tolist(), texts


def text_of(form: str, width: int, texts: Sequence[str]) -> TextOf:
    """What makes the text of a column again from its number."""
    if form == "d":
        return lambda number: f"{number:0{width}d}"
    return _write_moment if form == "m" else texts.__getitem__


def _read_digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _read_moment(text: str) -> int | None:
    season = _SEASONS.find(text[:1])
    if len(text) != 13 or season < 0 or not (text.isascii() and text[1:].isdecimal()):
        return None
    day, hour, minute, second = _day(text[1:7]), int(text[7:9]), int(text[9:11]), int(text[11:])
    if day is None or hour > 23 or minute > 59 or second > 59:
        return None
    return (((day * 24 + hour) * 60 + minute) * 60 + second) * len(_SEASONS) + season


def _write_moment(number: int) -> str:
    seconds, season = divmod(number, len(_SEASONS))
    minutes, second = divmod(seconds, 60)
    return f"{_SEASONS[season]}{_minute(minutes)}{second:02}"


@lru_cache(maxsize=64)
def _day(text: str) -> int | None:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:])).toordinal() - _DAY_0
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _minute(minutes: int) -> str:
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"{date.fromordinal(_DAY_0 + day):%y%m%d}{hour:02}{minute:02}"
