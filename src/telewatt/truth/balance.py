"""How the indexes of a standard frame corroborate each other.

Each Wh drawn goes into the total EAST, into one supplier register EASFnn and into one register of
the grid operator EASDnn: they move alike. Their levels need not agree (a change of calendar may
leave a constant between them), so only their movements are compared.
"""

from collections.abc import Container, Mapping

from telewatt.quantity import REGISTERS

TOTAL = "import_wh"
SUPPLIER = {register: n for n, register in enumerate(REGISTERS, 1)}
GRID = {f"grid_{n}_wh": n for n in range(1, 5)}
FAMILY: Mapping[str, int] = {TOTAL: 0, **dict.fromkeys(SUPPLIER, 1), **dict.fromkeys(GRID, 2)}
"""Quantity -> its place among total, supplier's and grid operator's."""

_MEMBERS = (frozenset((TOTAL,)), frozenset(SUPPLIER), frozenset(GRID))
NOBODY: frozenset[str] = frozenset()
_AGREED = {
    (total, supplier, grid): frozenset().union(
        *(
            members
            for members, agrees in zip(_MEMBERS, (total, supplier, grid), strict=True)
            if agrees
        )
    )
    for total in (False, True)
    for supplier in (False, True)
    for grid in (False, True)
}
"""Which families agree -> their quantities."""


class Balance:
    """Energy that one family has counted and another not yet, Wh.

    Attributes:
        supplier_wh: in the total, not in the supplier's registers; ``None``: not known.
        grid_wh: in the total, not in the grid operator's registers.
    """

    def __init__(self, supplier_wh: int | None = None, grid_wh: int | None = None) -> None:
        self.supplier_wh = supplier_wh
        self.grid_wh = grid_wh

    def compare(self, total: int, supplier: int, grid: int) -> frozenset[str]:
        """The quantities that corroborate each other if the families have moved so far (Wh)."""
        if self.supplier_wh is None or self.grid_wh is None:
            return NOBODY
        by_supplier = self.supplier_wh + total == supplier
        by_grid = self.grid_wh + total == grid
        both = self.grid_wh - self.supplier_wh + supplier == grid
        return _AGREED[by_supplier or by_grid, by_supplier or both, by_grid or both]

    def count(self, quantity: str, energy_wh: int) -> None:
        """An index has settled so much higher."""
        if self.supplier_wh is None or self.grid_wh is None:
            return
        family = FAMILY.get(quantity)
        if family == 0:
            self.supplier_wh += energy_wh
            self.grid_wh += energy_wh
        elif family == 1:
            self.supplier_wh -= energy_wh
        elif family == 2:
            self.grid_wh -= energy_wh

    def learn(self, unsettled: Container[str]) -> None:
        """After a frame: where all are settled, what still differs is the constant between them."""
        if not unsettled or not any(quantity in unsettled for quantity in FAMILY):
            self.supplier_wh = self.grid_wh = 0
