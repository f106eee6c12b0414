"""How the indexes of a standard frame corroborate each other.

Each Wh drawn goes into the total EAST, into one supplier register EASFnn and into one register of
the grid operator EASDnn: they move alike. Their levels need not agree (a change of calendar may
leave a constant between them), so only their movements are compared.
"""

from collections.abc import Container
from typing import NamedTuple

TOTAL = "import_wh"
SUPPLIER = {f"import_{n}_wh": n for n in range(1, 11)}
GRID = {f"grid_{n}_wh": n for n in range(1, 5)}
FAMILIES = frozenset((TOTAL, *SUPPLIER, *GRID))


class Agreement(NamedTuple):
    """Which families another one corroborates in this frame."""

    total: bool = False
    supplier: bool = False
    grid: bool = False

    def covers(self, quantity: str) -> bool:
        """Whether this index is corroborated."""
        if quantity in SUPPLIER:
            return self.supplier
        if quantity in GRID:
            return self.grid
        return self.total and quantity == TOTAL


class Balance:
    """Energy that one family has counted and the other not yet, Wh.

    Attributes:
        supplier_wh: in the total, not in the supplier's registers; ``None``: not known.
        grid_wh: in the total, not in the grid operator's registers.
    """

    def __init__(self, supplier_wh: int | None = None, grid_wh: int | None = None) -> None:
        self.supplier_wh = supplier_wh
        self.grid_wh = grid_wh

    def compare(self, steps: list[tuple[str, int]]) -> Agreement:
        """Who agrees if the indexes of a frame have moved by these steps (quantity, Wh)."""
        total = supplier = grid = 0
        for quantity, step in steps:
            if quantity in SUPPLIER:
                supplier += step
            elif quantity in GRID:
                grid += step
            elif quantity == TOTAL:
                total = step
        if self.supplier_wh is None or self.grid_wh is None:
            return Agreement()
        by_supplier = self.supplier_wh + total == supplier
        by_grid = self.grid_wh + total == grid
        both = self.grid_wh - self.supplier_wh + supplier == grid
        return Agreement(by_supplier or by_grid, by_supplier or both, by_grid or both)

    def count(self, quantity: str, energy_wh: int) -> None:
        """An index has settled so much higher."""
        if self.supplier_wh is None or self.grid_wh is None:
            return
        if quantity in SUPPLIER:
            self.supplier_wh -= energy_wh
        elif quantity in GRID:
            self.grid_wh -= energy_wh
        elif quantity == TOTAL:
            self.supplier_wh += energy_wh
            self.grid_wh += energy_wh

    def learn(self, unsettled: Container[str]) -> None:
        """After a frame: where all are settled, what still differs is the constant between them."""
        if not any(quantity in unsettled for quantity in FAMILIES):
            self.supplier_wh = self.grid_wh = 0
