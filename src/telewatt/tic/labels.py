"""The label table: every label telewatt knows, from the one table ``labels.tsv``.

One row per namespace and label, in the order the meter sends them; ``format`` is explained in
`telewatt.tic.formats`. A new label goes there, after its neighbours; nothing else names it.
Two meters of one mode may give a label different meanings: then its rows are tried in order.

Sources: Enedis-NOI-CPT_54E v3, 6.1 and 6.2 (standard, historic); public descriptions of the other
meters (``confidence`` says which rows).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from telewatt.tic.formats import reader
from telewatt.tic.frame import Mode

_NAMESPACES = {
    Mode.STANDARD: frozenset(("standard", "standard_pilot")),
    Mode.HISTORIC: frozenset(("historic", "cje", "ice", "pme_pmi")),
}
_LABEL = re.compile(r"[A-Z][A-Za-z0-9+_-]{1,9}")


class Label(NamedTuple):
    """One row of the label table.

    Attributes:
        namespace: ``standard``, ``standard_pilot``, ``historic``, ``cje``, ``ice`` or ``pme_pmi``.
        label: as the specification writes it.
        order: place in the frame among the labels of its namespace, from 1.
        format: see `telewatt.tic.formats`.
        unit: ``"Wh"``, ``"VA"``...; ``"kW|kVA"`` where the data say which; ``""``: none.
        unit_linky: the unit on Linky meters where it differs (PMAX), else ``""``.
        quantity: what it measures, by its name in `telewatt.quantity`, else ``""``.
        horodated: whether the dataset carries a horodate.
        phase: ``mono``, ``tri`` or ``both``.
        families: the meters that send it.
        producer_only: sent only by a meter in producer mode.
        optional: not in every frame: its absence says something, or is not known to.
        aliases: other spellings seen on the line.
        confidence: ``official``, ``secondary`` or ``low`` (shape only).
        fr, en: names for people.
    """

    namespace: str
    label: str
    order: int
    format: str
    unit: str
    unit_linky: str
    quantity: str
    horodated: bool
    phase: str
    families: tuple[str, ...]
    producer_only: bool
    optional: bool
    aliases: tuple[str, ...]
    confidence: str
    fr: str
    en: str

    def parse(self, data: str, time: datetime | None = None) -> tuple[object, str]:
        """Check the data of a dataset and read them.

        Args:
            data: the characters as sent.
            time: the horodate as aware UTC, which is the value of DATE, DPMn and FPMn.

        Returns:
            The value and its unit: ``int``, ``float``, ``str``, ``datetime``, ``tuple``, one of
            the classes of `telewatt.tic.values`, or ``None`` for a time that was never set.

        Raises:
            FormatError: wrong length or characters. Nothing else is raised, whatever the text.
        """
        return reader(self.format)(data, time, self.unit)


def looks_damaged(mode: Mode, label: str) -> bool:
    """Whether an unknown label looks like a known one that the line has damaged.

    A character replaced (two in a long label), its head or its tail lost, or lower case in it
    (a flipped bit 6 makes it from a digit or a sign).

    >>> [looks_damaged(Mode.STANDARD, each) for each in ("EAQT", "RMS1", "EASD0", "TENSION")]
    [True, True, True, False]
    """
    return label not in TABLE[mode] and _resembles_known(mode, label)


def is_label(text: str) -> bool:
    """Whether a text may be a label that the table does not know: 2 to 10 characters.

    >>> is_label("TENSION"), is_label("ER+P-1_s"), is_label("IRMS 1")
    (True, True, False)
    """
    return _LABEL.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _resembles_known(mode: Mode, label: str) -> bool:
    if label != label.upper():
        return True
    return any(
        known.startswith(label)
        or known.endswith(label)
        or (
            len(known) == len(label)
            and sum(a != b for a, b in zip(known, label, strict=True))
            <= (2 if len(label) > 5 else 1)
        )
        for known in TABLE[mode]
    )


def _read_rows() -> Iterable[Label]:
    text = Path(__file__).with_name("labels.tsv").read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("\t")
    orders: Counter[str] = Counter()
    for line in lines:
        row = dict(zip(columns, line.split("\t"), strict=True))
        orders[row["namespace"]] += 1
        yield Label(
            namespace=row["namespace"],
            label=row["label"],
            order=orders[row["namespace"]],
            format=row["format"],
            unit=row["unit"],
            unit_linky=row["unit_linky"],
            quantity=row["quantity"],
            horodated=row["horodated"] == "yes",
            phase=row["phase"],
            families=tuple(row["families"].split(",")),
            producer_only=row["producer_only"] == "yes",
            optional=row["optional"] == "yes",
            aliases=tuple(filter(None, row["aliases"].split(","))),
            confidence=row["confidence"],
            fr=row["fr"],
            en=row["en"],
        )


def _index(labels: Iterable[Label]) -> Mapping[str, tuple[Label, ...]]:
    index: dict[str, tuple[Label, ...]] = {}
    for label in labels:
        for key in (label.label, *label.aliases):
            index[key] = (*index.get(key, ()), label)
    return MappingProxyType(index)


LABELS: tuple[Label, ...] = tuple(_read_rows())
"""Every row, in the order of the table."""

_BY_MODE = {
    mode: _index(label for label in LABELS if label.namespace in namespaces)
    for mode, namespaces in _NAMESPACES.items()
}
TABLE: Mapping[Mode, Mapping[str, tuple[Label, ...]]] = MappingProxyType(
    {**_BY_MODE, Mode.HISTORIC_HT: _BY_MODE[Mode.HISTORIC]}
)
"""For each mode, the rows a label on the line may stand for, to be tried in order."""
