"""Which energies a home shows of each meter, by what its newest entries say."""

from collections.abc import Iterable

from telewatt.derivation import Judged, meter_key
from telewatt.entities import Entity
from telewatt.situation.situation import Present

Energies = dict[tuple[str, str], tuple[Entity, ...]]
"""By meter and section."""


def energies_of(entries: Iterable[Judged]) -> Energies:
    """The registers of the contract with its words, totals, what is injected.

    Args:
        entries: of all meters, ascending; a meter of which they say too little has no energies.
    """
    found: dict[tuple[str, str], Present] = {}
    for judged in entries:
        key = meter_key(judged.reading), judged.reading.source
        found.setdefault(key, Present()).take(judged)
    return {
        key: tuple(each for each in present.entities() if each.device_class == "energy")
        for key, present in found.items()
    }
