"""What a home automation shows of a meter: keys, names, units, classes - one table for all.

    from telewatt.entities import entities_of, entity_of_label

    entity_of_label(Mode.HISTORIC, "HCHC").name.fr  # "Heures creuses"
    entities_of(profile)  # everything worth showing of a meter that was seen

Derived from the label table (`telewatt.tic.labels`) and the quantities (`telewatt.quantity`). A key
says what is meant, never which label told it, so it stays when a meter changes mode or contract.
"""

from telewatt.entities.contract import (
    COLOURS,
    CONTRACTS,
    Contract,
    Period,
    contract_of,
    period_of,
    words_of,
)
from telewatt.entities.discovery import (
    ORIGIN,
    Device,
    discovery_of,
    entity_id,
    state_of,
    unique_id,
)
from telewatt.entities.entity import Entity
from telewatt.entities.situational import LINK
from telewatt.entities.table import Profile, entities_of, entity_of_label, entity_of_quantity

__all__ = [
    "COLOURS",
    "CONTRACTS",
    "LINK",
    "ORIGIN",
    "Contract",
    "Device",
    "Entity",
    "Period",
    "Profile",
    "contract_of",
    "discovery_of",
    "entities_of",
    "entity_id",
    "entity_of_label",
    "entity_of_quantity",
    "period_of",
    "state_of",
    "unique_id",
    "words_of",
]
