"""What the newest entries of the journal say of each meter: which entities a home will show."""

from collections.abc import Iterator

from telewatt.cli.past import Past
from telewatt.derivation import Judge, meter_key
from telewatt.entities import Device, entity_id
from telewatt.homeassistant.energy import Flows, flows_of
from telewatt.situation import Present

ENTRIES = 400
"""Some minutes of several meters."""


def presents(past: Past) -> dict[tuple[str, str], Present]:
    """By meter and section, what is known of it now."""
    judge, found = Judge(), dict[tuple[str, str], Present]()
    archive = past.archive
    for entry in () if archive is None else archive.entries(max(0, archive.last_seq - ENTRIES)):
        key = meter_key(entry.reading), entry.reading.source
        found.setdefault(key, Present()).take(judge.take(entry.seq, entry.reading))
    return found


def expected_flows(past: Past) -> list[Flows]:
    """Those that Home Assistant will have, by the names it gives by itself."""
    return [flows_of(dict(_energies(past, *key, each))) for key, each in presents(past).items()]


def _energies(past: Past, meter: str, source: str, present: Present) -> Iterator[tuple[str, str]]:
    device = Device(meter, source, "", "", "")
    for entity in present.entities():
        if entity.device_class == "energy":
            yield entity.key, entity_id(device, entity, past.console.language)
