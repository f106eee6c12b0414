"""``import_wh`` in historic mode, where no index counts the whole: the sum of what registers count.

The chain of the total EAST is carried on with it, so that a change of mode finds it where the meter
has it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from telewatt.truth.balance import SUPPLIER, TOTAL
from telewatt.truth.chain import Chain
from telewatt.truth.hold import Held

MODULO = 10**9


class Whole:
    """The whole.

    Attributes:
        chain: of EAST, or what it would be; ``None`` before the beginning.
        counting: whether the registers are what carries it on.
    """

    def __init__(self) -> None:
        self.chain: Chain | None = None
        self.counting = False
        self._counted: dict[str, int] = {}  # register -> the total up to which it is included

    def begin_counting(self, chains: Iterable[Chain]) -> None:
        """The registers carry it on from where they are."""
        self.counting = True
        self._counted = {
            chain.quantity: chain.total
            for chain in chains
            if chain.quantity in SUPPLIER and chain.total is not None
        }
        if self.chain is not None:
            self.chain.claim = None

    def add(self, held: Held, number: int) -> dict[str, int]:
        """The totals of a historic frame that is final, with the whole where it is known."""
        moved, counted = 0, self._counted
        for quantity, total in held.totals.items():
            if quantity in SUPPLIER:
                moved += total - counted.get(quantity, total)
                counted[quantity] = total
        totals, registers, chain = held.totals, held.registers, self.chain
        known = registers is not None and all(quantity in totals for quantity in registers)
        if chain is not None and chain.total is not None:
            if moved:
                chain.value = (chain.value + moved) % chain.modulo
                chain.total += moved
        elif known:
            total = sum(counted.values())
            chain = self.chain = Chain(TOTAL, MODULO, total % MODULO, 0.0, total, number)
        if known and chain is not None and chain.total is not None:
            return {TOTAL: chain.total, **totals}
        return totals

    def state(self) -> dict[str, Any]:
        """For JSON; without the chain, which may be the ledger's."""
        return {"counting": self.counting, "counted": self._counted}

    @classmethod
    def restore(cls, state: Mapping[str, Any], chain: Chain | None) -> "Whole":
        """What had this state and this chain."""
        whole = cls()
        whole.chain = chain
        whole.counting, whole._counted = state["counting"], dict(state["counted"])
        return whole
