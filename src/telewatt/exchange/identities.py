"""What identifies a household on its line, and the fictitious value that stands for it.

A fictitious value has the length and the characters of the real one, so that everything decodes as
before: an address keeps its manufacturer and its type (they say how the meter behaves), not its
year, nor its serial number; a message becomes the one that there is none. The same real value
always becomes the same fictitious one under the same key; without the key nothing leads back.

Source: Enedis-NOI-CPT_54E v3, 6.2 (ADSC, PRM, MSG1, MSG2); EURIDIS: `telewatt.tic.euridis`.
"""

import hashlib
import hmac
import secrets
import string
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from telewatt.tic import Dataset

RUN = 6
"""So many characters of an identifier in a row would tell too much of it."""


class Sort(Enum):
    """How the data of an identifying label are made."""

    ADDRESS = "address"
    DIGITS = "digits"
    MESSAGE = "message"
    NAME = "name"


IDENTIFYING: Mapping[str, Sort] = {
    "ADCO": Sort.ADDRESS,
    "ADSC": Sort.ADDRESS,
    "ADS": Sort.ADDRESS,
    "PRM": Sort.DIGITS,
    "MSG1": Sort.MESSAGE,
    "MSG2": Sort.MESSAGE,
}
"""The labels whose data identify; all others are measures, states and calendars."""
_WRONG_MAX = 3  # a message that there is none, damaged
_YEARS = range(5, 26)
_CLASSES = (string.digits, string.ascii_uppercase, string.ascii_lowercase)


def identifiers_in(dataset: Dataset) -> Iterator[str]:
    """What in this dataset would identify: the data of an identifying label that say anything."""
    sort, data = IDENTIFYING.get(dataset.label), dataset.data
    if sort is Sort.MESSAGE:
        if not _says_nothing(data):
            yield data.strip()
    elif sort and len(set(data)) > 2:  # zeros stand for an identifier that was removed before
        yield data


def _says_nothing(message: str) -> bool:
    none = _no_message(len(message))
    as_words = ("".join(message.split()), "".join(none.split()))
    return any(
        len(one) == len(other)
        and sum(a != b for a, b in zip(one, other, strict=True)) <= _WRONG_MAX
        for one, other in ((message, none), as_words)
    )


def _no_message(size: int) -> str:
    """What a meter sends while it has no message.

    >>> _no_message(32)
    'PAS DE          MESSAGE         '
    """
    return f"{'PAS DE':<{size // 2}}{'MESSAGE':<{size - size // 2}}"


def runs_of(identifier: str) -> set[str]:
    """All that nobody may see: every run of ``RUN`` characters that says anything."""
    runs = {identifier[start : start + RUN] for start in range(len(identifier) - RUN + 1)}
    return {run for run in runs if len(set(run)) > 2 and run not in _no_message(32)}


class Identities:
    """The fictitious values of one export.

    Args:
        known: the real identifiers, as far as they are known beforehand.
        key: a secret that makes the same values again in another export; a new one by default.
    """

    def __init__(self, known: Iterable[str], key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self.known = frozenset(known)
        self._runs = {run for identifier in self.known for run in runs_of(identifier)}
        self._made: dict[tuple[Sort, str], str] = {}

    def stand_in(self, label: str, data: str) -> str:
        """The fictitious data of an identifying label."""
        return self._of(IDENTIFYING[label], data)

    def name(self, name: str) -> str:
        """The fictitious name of a meter or a line: an address if it is one."""
        is_address = len(name) == 12 and name[:4].isdigit() and name[6:].isdigit()
        return self._of(Sort.ADDRESS if is_address else Sort.NAME, name)

    def shows(self, text: str) -> bool:
        """Whether a text shows so much of a known identifier that it tells."""
        return any(run in text for run in self._runs)

    def shifts(self, *parts: object) -> Iterator[int]:
        """An endless stream of secret numbers, the same ones for the same parts."""
        count = 0
        while True:
            message = repr((*parts, count)).encode()
            yield from hmac.digest(self._key, message, hashlib.sha256)
            count += 1

    def _of(self, sort: Sort, data: str) -> str:
        made = self._made.get((sort, data))
        if made is None:
            made = self._made[sort, data] = self._make(sort, data)
        return made

    def _make(self, sort: Sort, data: str) -> str:
        if sort is Sort.MESSAGE:
            return _no_message(len(data))
        attempt = 0
        while True:
            made = self._candidate(sort, data, attempt)
            if not self.shows(made) and made not in self._made.values():
                return made
            attempt += 1

    def _candidate(self, sort: Sort, data: str, attempt: int) -> str:
        shifts = self.shifts(sort.value, data, attempt)
        masked = mask(data, shifts)
        if sort is not Sort.ADDRESS:
            return masked
        years = [f"{year:02}" for year in _YEARS if f"{year:02}" != data[2:4]]
        return data[:2] + years[next(shifts) % len(years)] + data[4:6] + masked[6:]


def mask(text: str, shifts: Iterator[int]) -> str:
    """Every letter and digit replaced by another one of its class; the rest as it is."""
    return "".join(_other(character, shifts) for character in text)


def _other(character: str, shifts: Iterator[int]) -> str:
    for characters in _CLASSES:
        place = characters.find(character)
        if place >= 0:
            distance = 1 + next(shifts) % (len(characters) - 1)
            return characters[(place + distance) % len(characters)]
    return character
