"""What the name of a sensor means: a label itself, or what people call it.

``house EASF01``, ``maison_easf01`` and ``Maison Index HC`` are the first supplier index of the
meter whose sensors begin with ``house`` or ``maison``: cases, accents and signs do not count. Names
are those of the label table and of `telewatt.esphome`, in both languages.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from telewatt.esphome.shown import names_of
from telewatt.sources.relay.told import mode_of
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE

Meanings = Mapping[Mode, str]
"""The label that a name stands for, in each mode that has one."""


def plain(name: str) -> str:
    """A name without what does not count.

    >>> plain("Énergie active – NJOURF+1")
    'energie_active_njourf_1'
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", letters.casefold()).strip("_")


def meanings_of(name: str, prefix: str) -> Meanings:
    """The labels that a sensor's name may stand for; empty: it is none of this meter's."""
    start, whole = plain(prefix), plain(name)
    if start:
        if not whole.startswith(f"{start}_"):
            return {}
        whole = whole.removeprefix(f"{start}_")
    return _table().get(whole, {})


def mode_of_names(meanings: Iterable[Meanings]) -> Mode | None:
    """The mode of a meter with these sensors; ``None``: it cannot be told."""
    found = list(meanings)
    counts = {mode: sum(mode in each for each in found) for mode in (Mode.HISTORIC, Mode.STANDARD)}
    if counts[Mode.HISTORIC] == counts[Mode.STANDARD]:
        return mode_of(label for each in found for label in each.values() if len(each) == 1)
    return max(counts, key=lambda mode: counts[mode])


@cache
def _table() -> Mapping[str, Meanings]:
    table: dict[str, dict[Mode, str]] = {}
    for mode in (Mode.HISTORIC, Mode.STANDARD):
        for label in TABLE[mode]:
            names = {plain(label)}
            names |= {plain(each) for name in names_of(mode, label) for each in name}
            for name in names:
                table.setdefault(name, {}).setdefault(mode, TABLE[mode][label][0].label)
    for mode in (Mode.HISTORIC, Mode.STANDARD):
        own: dict[str, set[str]] = {}
        for label in TABLE[mode]:
            own.setdefault(plain(label), set()).add(TABLE[mode][label][0].label)
        for name, labels in own.items():  # a label's own name means nothing else
            if len(labels) == 1:
                table[name][mode] = labels.pop()
            else:  # nor can ER+ be told from ER-
                del table[name][mode]
    return table
