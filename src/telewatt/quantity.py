"""The table of quantities: what is measured, whatever the meter, its mode and its contract.

A label belongs to a mode, a quantity to the house: ``PAPP`` and ``SINSTS`` are both
``apparent_va``. Which label measures which quantity is the column ``quantity`` of the label
table (`telewatt.tic.labels`); names end with their unit.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from telewatt.language import Text


class QuantityKind(StrEnum):
    """How the values of a quantity are to be read."""

    COUNTER = "counter"  # an index: only differences mean something, and they add up exactly
    GAUGE = "gauge"  # a momentary value
    ESTIMATE = "estimate"  # a momentary value that no meter sends: ours, with an error
    COUNT = "count"  # how often something came on the line


class Quantity(NamedTuple):
    """One row of the table.

    Attributes:
        name: ``import_wh``, ``voltage_1_v``...
        unit: ``Wh``, ``varh``, ``VA``, ``V``, ``A`` or ``W``; ``""`` of a count.
        kind: how its values are to be read.
        title: its name for people.
    """

    name: str
    unit: str
    kind: QuantityKind
    title: Text


REGISTERS = tuple(f"import_{n}_wh" for n in range(1, 11))
"""Energy drawn by supplier index, the first one first: the registers a contract may have."""


def _rows() -> Iterator[tuple[str, str, QuantityKind, str, str]]:
    counter, gauge, estimate, _ = QuantityKind
    yield "import_wh", "Wh", counter, "Energy drawn", "Énergie soutirée"
    for n, register in enumerate(REGISTERS, 1):
        yield (
            *(register, "Wh", counter),
            *(f"Energy drawn, supplier index {n}", f"Énergie soutirée, index fournisseur {n}"),
        )
    for n in range(1, 5):
        yield (
            *(f"grid_{n}_wh", "Wh", counter),
            *(f"Energy drawn, grid index {n}", f"Énergie soutirée, index distributeur {n}"),
        )
    yield "export_wh", "Wh", counter, "Energy injected", "Énergie injectée"
    for n in range(1, 5):
        yield (
            *(f"reactive_{n}_varh", "varh", counter),
            *(f"Reactive energy, quadrant {n}", f"Énergie réactive, quadrant {n}"),
        )
    yield "apparent_va", "VA", gauge, "Apparent power drawn", "Puissance apparente soutirée"
    for n in range(1, 4):
        yield (
            *(f"apparent_{n}_va", "VA", gauge),
            *(f"Apparent power drawn, phase {n}", f"Puissance apparente soutirée, phase {n}"),
        )
    yield (
        *("apparent_export_va", "VA", gauge),
        *("Apparent power injected", "Puissance apparente injectée"),
    )
    for n in range(1, 4):
        yield f"voltage_{n}_v", "V", gauge, f"Voltage, phase {n}", f"Tension, phase {n}"
    for n in range(1, 4):
        yield f"current_{n}_a", "A", gauge, f"Current, phase {n}", f"Courant, phase {n}"
    yield (
        *("active_w", "W", estimate),
        *("Active power drawn (estimate)", "Puissance active soutirée (estimation)"),
    )
    yield (
        *("active_export_w", "W", estimate),
        *("Active power injected (estimate)", "Puissance active injectée (estimation)"),
    )


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {name: Quantity(name, unit, kind, Text(en, fr)) for name, unit, kind, en, fr in _rows()}
)
"""Every quantity by its name, in the order of the table; tables and exports keep it."""

_COUNTS = {
    "frames": Text("Frames received", "Trames reçues"),
    "rejected": Text("Runs of bytes rejected", "Suites d'octets rejetées"),
    "repaired": Text("Datasets repaired", "Groupes réparés"),
}
KNOWN: Mapping[str, Quantity] = MappingProxyType(
    {
        **QUANTITIES,
        **{name: Quantity(name, "", QuantityKind.COUNT, title) for name, title in _COUNTS.items()},
    }
)
"""All that a history can be asked for: the quantities of a meter, then what its line counted."""
