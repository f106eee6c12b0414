"""The one table of entities: from what a meter sends to what a home shows of it."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from telewatt.entities.contract import CONTRACTS, REGISTER_LABELS, Contract
from telewatt.entities.entity import Entity, counted, measured
from telewatt.entities.meanings import (
    CLEAR,
    DIAGNOSTIC,
    HIDDEN,
    KEYS,
    PHASED,
    SHORT,
    TOLD_BETTER,
    status_entities,
)
from telewatt.entities.situational import line_entities, power_entities, tariff_entities
from telewatt.language import Text
from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE, Label

_REGISTER = re.compile(r"import_(\d+)_wh")
_PHASE = re.compile(r"^(.+_)([123])(_.+)$")
SUBSCRIBED = frozenset(("PREF", "ISOUSC"))


class Profile(NamedTuple):
    """What a meter has been seen to send.

    Attributes:
        mode: of its line.
        labels: verbatim.
        quantities: totals, gauges and estimates that it has given.
        contract: ``None`` while it is not known.
        phases: 1 or 3.
    """

    mode: Mode
    labels: frozenset[str]
    quantities: frozenset[str]
    contract: Contract | None
    phases: int


def entities_of(profile: Profile) -> tuple[Entity, ...]:
    """Everything a home shows of this meter, in the order of the tables; each key once."""
    found: dict[str, Entity] = {}
    for entity in _entities(profile):
        found.setdefault(entity.key, entity)
    return tuple(found.values())


def _entities(profile: Profile) -> Iterator[Entity]:
    contract = profile.contract
    for name in QUANTITIES:
        if name in profile.quantities and _is_wanted(name, contract):
            yield entity_of_quantity(name, contract, profile.phases)
    if contract is not None:
        yield from tariff_entities(contract)
    if not SUBSCRIBED.isdisjoint(profile.labels):
        yield from power_entities()
    for row in _rows(profile.mode):
        if row.label in profile.labels and not row.quantity:
            entity = _of_row(row, profile.phases)
            if entity.key not in TOLD_BETTER:
                yield entity
    if "STGE" in profile.labels:
        yield from status_entities()
    yield from line_entities()


def entity_of_label(
    mode: Mode, label: str, contract: Contract | None = None, phases: int = 1
) -> Entity | None:
    """What this label is shown as where labels are shown one by one; ``None``: nobody knows it.

    >>> entity_of_label(Mode.HISTORIC, "HCHC").name.fr
    'Heures creuses'
    """
    rows = TABLE[mode].get(label)
    if not rows:
        return None
    if rows[0].label in REGISTER_LABELS:
        contract = CONTRACTS[REGISTER_LABELS[rows[0].label][0]]
    if rows[0].quantity:
        return entity_of_quantity(rows[0].quantity, contract, phases)
    return _of_row(rows[0], phases)


def entity_of_quantity(name: str, contract: Contract | None = None, phases: int = 1) -> Entity:
    """What this quantity of `telewatt.quantity` is shown as.

    >>> entity_of_quantity("import_6_wh", CONTRACTS["tempo"]).name.fr
    'Tempo rouge HP'
    """
    quantity = QUANTITIES[name]
    title = _title(name, quantity.title, phases)
    if quantity.kind is not QuantityKind.COUNTER:
        return measured(name, title, quantity.unit)
    if (register := _REGISTER.fullmatch(name)) and contract is not None:
        period = contract.periods.get(int(register[1]))
        title = period.name if period is not None else title
    entity = counted(name, title, quantity.unit)
    if name.startswith(("grid_", "reactive_")):
        return entity._replace(category="diagnostic", enabled=False)
    return entity


def _is_wanted(name: str, contract: Contract | None) -> bool:
    """The registers of a contract; one register alone is the total once more."""
    register = _REGISTER.fullmatch(name)
    if register is None or contract is None:
        return True
    if contract.option == "other":  # its periods are known only once they have run
        return True
    return contract.option != "base" and int(register[1]) in contract.periods


def _of_row(row: Label, phases: int) -> Entity:
    key = KEYS.get(row.label) or re.sub("[^a-z0-9]+", "_", _spelled(row.label)).strip("_")
    title = _title(key, Text(row.en, row.fr), phases)
    entity = Entity(key, title)
    if row.format.startswith("time") or row.format == "date":
        entity = entity._replace(device_class="timestamp")
    elif row.unit and "|" not in row.unit:
        make = counted if row.unit in ("dal", "kWh", "Wh") else measured
        entity = make(key, title, "VA" if row.unit_linky else row.unit)
    if key in DIAGNOSTIC or (row.label not in KEYS):
        entity = entity._replace(category="diagnostic")
    return entity._replace(enabled=key not in HIDDEN)


def _spelled(label: str) -> str:
    return label.lower().replace("+", "_p").replace("-", "_m")


def _title(key: str, title: Text, phases: int) -> Text:
    if phases == 1 or _PHASE.match(key) is None:
        return SHORT.get(key) or CLEAR.get(key, title)
    head, number, tail = _PHASE.fullmatch(key).groups()  # type: ignore[union-attr]
    phased: Mapping[str, Text] = PHASED
    return phased[f"{head}{{}}{tail}"].fill(n=number) if f"{head}{{}}{tail}" in phased else title


@lru_cache(maxsize=4)
def _rows(mode: Mode) -> tuple[Label, ...]:
    """The rows of the label table that lines of this mode may send."""
    rows = {id(row): row for each in TABLE[mode].values() for row in each}
    return tuple(rows.values())
