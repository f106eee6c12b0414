"""What the newest entries of the journal say of each meter: which energies a home will show."""

from telewatt.cli.past import Past
from telewatt.derivation import Judge
from telewatt.entities import Device, entity_id
from telewatt.homeassistant.energy import Flows, flows_of
from telewatt.situation import Energies, energies_of

ENTRIES = 400
"""Some minutes of several meters."""


def present_energies(past: Past) -> Energies:
    """Those that a home shows now."""
    judge, archive = Judge(), past.archive
    newest = () if archive is None else archive.entries(max(0, archive.last_seq - ENTRIES))
    return energies_of(judge.take(entry.seq, entry.reading) for entry in newest)


def expected_flows(past: Past) -> list[Flows]:
    """Those that Home Assistant will have, by the names it gives by itself."""
    return [
        flows_of({each.key: entity_id(device, each, past.console.language) for each in energies})
        for (meter, source), energies in present_energies(past).items()
        for device in [Device(meter, source, "", "", "")]
    ]
