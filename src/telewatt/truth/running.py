"""Which register runs: NTARF and STGE (standard), PTEC (historic).

A frame takes a second or more to be sent: around a switch it may name one register and move
another, so the one before is still allowed for a moment.
"""

from typing import NamedTuple

from telewatt.tic import Dataset
from telewatt.tic.values import Stge
from telewatt.truth.sight import Sight

SWITCH_S = 30
"""How long after a switch the register before may still move, s."""

PERIODS = {
    **{"TH..": 1, "HC..": 1, "HP..": 2, "HN..": 1, "PM..": 2},
    **{"HCJB": 1, "HPJB": 2, "HCJW": 3, "HPJW": 4, "HCJR": 5, "HPJR": 6},
}
"""PTEC -> number of the register it names."""
REGISTERS = {period: 6 if period[3:] in ("B", "W", "R") else 2 for period in PERIODS} | {"TH..": 1}
"""PTEC -> how many registers its contract has."""
LABELS = frozenset(("NTARF", "STGE", "PTEC"))


class Running(NamedTuple):
    """The register that runs, of the supplier's or of the grid operator's.

    Attributes:
        number: of the register; ``None``: not known.
        before: the one before the last switch.
        since_s: of the last switch, seconds since 1970 UTC.
    """

    number: int | None = None
    before: int | None = None
    since_s: float = 0.0

    def follow(self, number: int | None, at_s: float) -> "Running":
        """The same, or what holds after a switch."""
        if number is None or number == self.number:
            return self
        return Running(number, self.number, at_s)

    def may_move(self, number: int, at_s: float) -> bool:
        """Whether this register may have moved since the last frame."""
        if self.number is None or number == self.number:
            return True
        return number == self.before and at_s - self.since_s < SWITCH_S

    def rested(self, number: int, since_s: float) -> bool:
        """Whether this register cannot have moved since then."""
        return self.number is not None and number != self.number and self.since_s < since_s


def read_registers(sight: Sight) -> tuple[int | None, int | None]:
    """The supplier's and the grid operator's running register as this frame names them."""
    supplier = grid = None
    status, period, number = sight.get("STGE"), sight.get("PTEC"), sight.get("NTARF")
    if status is not None and isinstance(status.value, Stge):
        index = status.value.supplier_index
        supplier = index if isinstance(index, int) else None
        grid = status.value.distributor_index
    if period is not None:
        supplier = PERIODS.get(period.data)
    if number is not None:
        supplier = _agreed(number, supplier)
    return supplier, grid


def _agreed(number: Dataset, status: int | None) -> int | None:
    """NTARF, unless STGE names another register: then neither is believed."""
    value = number.value
    if not isinstance(value, int) or not 1 <= value <= 10:
        return status
    return value if status in (None, value) else None
