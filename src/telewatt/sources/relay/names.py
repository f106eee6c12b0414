"""What the name of a sensor means: a label itself, or what people call it.

``house EASF01``, ``maison_easf01`` and ``Maison Index HC`` are the first supplier index of the
meter whose sensors begin with ``house`` or ``maison``: cases, accents and signs do not count. Names
are those of the label table and of `telewatt.esphome`, in both languages.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

from telewatt.esphome.shown import names_of
from telewatt.sources.relay.told import mode_of
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE

Meanings = Mapping[Mode, frozenset[str]]
"""The labels that a name may stand for, in each mode that has some."""
_OTHER_PHASES = re.compile(r"(IINST|IMAX|ADIR|IRMS|URMS|SINSTS)[23]")
_LINKY = ("standard", "historic")
_NEVER_ALONE = frozenset(("SINSTS1",))
_OF_THREE = frozenset(("IINST1", "IMAX1", "ADIR1"))  # named like their likes of a single phase


_Key = TypeVar("_Key")


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
        sure = (labels for each in found if len(each) == 1 for labels in each.values())
        return mode_of(label for labels in sure for label in labels)
    return max(counts, key=lambda mode: counts[mode])


def labels_of(found: Mapping[_Key, Meanings], mode: Mode) -> dict[_Key, str]:
    """The label of each sensor of a meter in this mode; its phases tell what a name does not."""
    told = {key: meanings[mode] for key, meanings in found.items() if mode in meanings}
    three = any(_OTHER_PHASES.fullmatch(label) for labels in told.values() for label in labels)
    chosen = {}
    for key, labels in told.items():
        if len(fitting := _fitting(labels, mode, three=three)) == 1:
            (chosen[key],) = fitting
    return chosen


def _fitting(labels: frozenset[str], mode: Mode, *, three: bool) -> frozenset[str]:
    """Of labels that are called alike, those that such a meter sends; a Linky before others."""
    if len(labels) == 1:
        return labels
    common = frozenset(each for each in labels if TABLE[mode][each][0].namespace in _LINKY)
    return common & _OF_THREE if three and common & _OF_THREE else common - _OF_THREE - _NEVER_ALONE


@cache
def _table() -> Mapping[str, Meanings]:
    table: dict[str, dict[Mode, frozenset[str]]] = {}
    for mode in (Mode.HISTORIC, Mode.STANDARD):
        for label in TABLE[mode]:
            names = {plain(label)}
            names |= {plain(each) for name in names_of(mode, label) for each in name}
            for name in names:
                known = table.setdefault(name, {})
                known[mode] = known.get(mode, frozenset()) | {TABLE[mode][label][0].label}
    for mode in (Mode.HISTORIC, Mode.STANDARD):
        own: dict[str, set[str]] = {}
        for label in TABLE[mode]:
            own.setdefault(plain(label), set()).add(TABLE[mode][label][0].label)
        for name, labels in own.items():  # a label's own name means nothing else
            table[name][mode] = frozenset(labels)  # more than one: ER+ is not told from ER-
    return table
