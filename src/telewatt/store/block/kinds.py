"""Kinds of datasets: what all datasets of one column have in common, and its text.

The text is the label; after a space ``H``, ``S`` or ``T`` for the mode, and ``L`` for a Linky's
unit; the width of the data and the form of their column; width and form of the horodates, if there
are any: ``EAST S9d``, ``SMAXSN S5d13m`` (`telewatt.store.block.fields` says the forms).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from telewatt.tic import Dataset, Mode, add_parity, encode_dataset, restore_dataset
from telewatt.tic.dataset import LINKY_UNITS

# The places in this tuple are stored: add at its end only.
MODES = (Mode.HISTORIC, Mode.STANDARD, Mode.HISTORIC_HT)

_LETTERS = "HST"
_TEXT = re.compile(r"(\S*) ([HST])(L?)(\d+)(\w)(?:(\d+)(\w))?")
_FRAMING = 5  # LF, two separators, checksum, CR


class Kind(NamedTuple):
    """Datasets that are written alike: what stays the same in a column of them.

    Attributes:
        mode: whose grammar holds: nearly always the frame's.
        linky: the unit is that of a Linky (see `restore_dataset`).
        label: verbatim.
        width: characters of the data.
        horodate_width: characters of the horodate; ``None`` without one.
    """

    mode: Mode
    linky: bool
    label: str
    width: int
    horodate_width: int | None

    @property
    def length(self) -> int:
        """Bytes from LF to CR."""
        horodate = 0 if self.horodate_width is None else self.horodate_width + 1
        return len(self.label) + horodate + self.width + _FRAMING

    def write(self, data: str, horodate: str | None, *, parity: bool) -> bytes | None:
        """The dataset as a meter sends it, LF to CR; ``None`` if no meter can."""
        try:
            part = encode_dataset(self.mode, self.label, data, horodate)
        except UnicodeEncodeError:
            return None
        return add_parity(part) if parity else part

    def write_if_fits(self, dataset: Dataset, *, parity: bool) -> bytes | None:
        """As `write`; ``None`` if the dataset is not of this kind, or repaired."""
        label, data, _, unit, horodate, _, repaired = dataset
        if (
            label != self.label
            or len(data) != self.width
            or (horodate is None) != (self.horodate_width is None)
            or repaired
            or (LINKY_UNITS.get(label) == unit) != self.linky
        ):
            return None
        return self.write(data, horodate, parity=parity)


@lru_cache(maxsize=512)  # most come again in the next batch
def restore(kind: Kind, data: str, horodate: str | None) -> Dataset:
    """The dataset of this kind with these fields."""
    return restore_dataset(kind.mode, kind.label, data, horodate, linky=kind.linky)


@lru_cache(maxsize=512)  # most come again in the next frame
def describe(dataset: Dataset, mode: Mode, *, parity: bool) -> tuple[Kind, bytes | None]:
    """The kind of a dataset from a frame of this mode, and its bytes (see `Kind.write`)."""
    label, data, _, unit, horodate, _, _ = dataset
    linky = LINKY_UNITS.get(label) == unit
    width = None if horodate is None else len(horodate)
    plain = dataset._replace(repaired=False)
    kinds = [Kind(each, linky, label, len(data), width) for each in (mode, *MODES)]
    kind = next((kind for kind in kinds if restore(kind, data, horodate) == plain), kinds[0])
    return kind, kind.write(data, horodate, parity=parity)


def encode_kind(kind: Kind, forms: str) -> str:
    """One line of ASCII: the kind, and the forms of its one or two columns."""
    label = kind.label.encode("unicode_escape").decode("ascii").replace(" ", r"\x20")
    mode = _LETTERS[MODES.index(kind.mode)] + ("L" if kind.linky else "")
    horodate = "" if kind.horodate_width is None else f"{kind.horodate_width}{forms[1:]}"
    return f"{label} {mode}{kind.width}{forms[:1]}{horodate}"


@lru_cache(maxsize=512)
def decode_kind(line: str) -> tuple[Kind, str]:
    """The kind and the forms that were encoded.

    Raises:
        ValueError: the line is none of `encode_kind`.
    """
    match = _TEXT.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is no kind of dataset")
    label, mode, linky, width, form, horodate_width, horodate_form = match.groups()
    kind = Kind(
        MODES[_LETTERS.index(mode)],
        bool(linky),
        label.encode("ascii").decode("unicode_escape"),
        int(width),
        int(horodate_width) if horodate_width else None,
    )
    return kind, form + (horodate_form or "")
