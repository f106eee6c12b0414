"""EURIDIS addresses: CC AA TT NNNNNN = manufacturer, year, type, serial number.

TT is hexadecimal text (``AA``, ``DC``). Codes 81 to 85 are second codes of manufacturers that
have another one, so two meters are the same only if all twelve characters are.

Source: Association EURIDIS, lists of manufacturer codes and device types, V3.04A of 2019-03-27.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple


class DeviceType(NamedTuple):
    """One row of the list of device types; ``phase`` is ``""`` where the list does not say."""

    name: str
    family: str  # linky, linky_pilot, linky_sei, linky_ores, cbe, cje, ice, pme_pmi, ...
    phase: str  # mono, tri or ""


@cache
def manufacturers() -> dict[str, str]:
    """Name of each manufacturer code, current and former names separated by `` / ``."""
    return {code: name for kind, code, name, _, _ in _rows() if kind == "manufacturer"}


@cache
def device_types() -> dict[str, DeviceType]:
    """Each type code, removed ones included; two meanings of one code are separated by `` / ``."""
    return {
        code: DeviceType(name, family, phase)
        for kind, code, name, family, phase in _rows()
        if kind == "type"
    }


def _rows() -> list[list[str]]:
    lines = Path(__file__).with_name("euridis.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines[1:]]
