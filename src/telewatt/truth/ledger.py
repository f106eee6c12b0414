"""The indexes of one meter: their chains, the frames held back, and the totals that are final.

A frame is held as long as one of its indexes waits for the frames after it, three at most; an index
that is still undecided then, or contradicts its chain, is absent from the frame's totals.

A quantity is *open* where its chain is not settled as of the newest frame; a frame that changes
nothing while nothing is open costs next to nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telewatt.reading import Reading
from telewatt.tic import Dataset, Kind, Mode, Status
from telewatt.truth import texts
from telewatt.truth.balance import FAMILY, GRID, NOBODY, SUPPLIER, TOTAL, Balance
from telewatt.truth.chain import Chain, Evidence, Standing, Turn, bound_wh, restore_chain
from telewatt.truth.hold import Held, Hold
from telewatt.truth.judgement import Event, EventKind, Settled
from telewatt.truth.life import UNKNOWN_POWER_VA
from telewatt.truth.running import REGISTERS, Running, read_registers
from telewatt.truth.sight import INDEXES, Sight, index_of
from telewatt.truth.whole import Whole

RESTS_AFTER = 3
"""Complete frames without an index after which it is no longer expected."""
WITNESSES, WITNESSES_UNNAMED = 2, 3
"""Readings that confirm a small step, and one of a register that does not run."""
SLOPE_S = 10
"""Up to this far apart, the apparent powers of two frames say how far an index may have moved."""
EPOCH = datetime.fromtimestamp(0, UTC)
EVENTS = {
    Turn.DOUBTED: EventKind.DOUBTFUL,
    Turn.RESOLVED: EventKind.RESOLVED,
    Turn.RESET: EventKind.RESET,
    Turn.RETRACTED: EventKind.RETRACTED,
    Turn.ROLLOVER: EventKind.ROLLOVER,
}


class Surroundings(NamedTuple):
    """What else a frame says that matters for its indexes.

    Attributes:
        at_s: its arrival, seconds since 1970 UTC.
        power_va: what the house may draw for long.
        apparent_va: what it draws now, drawn and plausible, if the frame says so.
        switched: whether what names the running register is new.
    """

    at_s: float
    power_va: int
    apparent_va: int | None
    switched: bool


class Ledger:
    """The indexes of one meter."""

    def __init__(self) -> None:
        self.events: list[Event] = []  # of the newest frame
        self._chains: dict[str, Chain] = {}
        self._resting: dict[str, Chain] = {}  # no longer expected
        self._open: dict[str, None] = {}
        self._hold = Hold()
        self._balance = Balance()
        self._whole = Whole()
        self._supplier, self._grid = Running(), Running()
        self._totals: dict[str, int] = {}  # as of the newest frame
        self._final: dict[str, int] = {}  # of the last frame given out
        self._absent: list[str] = []  # expected, but not in the newest frame
        self._number = 0
        self._at: datetime = EPOCH  # of the newest frame
        self._at_s = 0.0  # of the newest frame with an index
        self._apparent_va: int | None = None

    def judge(
        self, reading: Reading, sight: Sight, changed: list[Dataset], around: Surroundings
    ) -> tuple[Settled, ...]:
        """Take the next frame; what is final now, in order of arrival."""
        if self.events:
            self.events = []
        if not sight.indexes:
            if reading.frame.kind is not Kind.SHORT:
                self._hold.age()
            return self._give(self._hold.release())
        idle = not (changed or sight.is_new or around.switched or self._open or self._hold.frames)
        if idle:
            settled: tuple[Settled, ...] = (Settled(reading.received_at, self._final),)
        else:
            settled = self._weigh(reading, sight, changed, around)
        self._number += 1
        self._at_s, self._apparent_va = around.at_s, around.apparent_va
        return settled

    def free(self, *, everything: bool) -> None:
        """Mode (everything) or contract (registers) have changed: other values may come at once."""
        chains = [*self._chains.values(), *self._resting.values()]
        if self._whole.chain is not None:
            chains.append(self._whole.chain)
        for chain in chains:
            if everything or chain.quantity in SUPPLIER:
                chain.free = True
        for quantity, chain in self._chains.items():
            if chain.free and quantity not in self._open:
                self._unsettle(chain)

    def close(self) -> tuple[Settled, ...]:
        """Nothing more will come: give out what is held, without what was not decided."""
        return self._give(self._hold.release(everything=True))

    # -- one frame ---------------------------------------------------------------------------

    def _weigh(
        self, reading: Reading, sight: Sight, changed: list[Dataset], around: Surroundings
    ) -> tuple[Settled, ...]:
        historic = reading.frame.mode is not Mode.STANDARD
        complete = reading.frame.status is Status.COMPLETE
        self._at = reading.received_at
        if historic is not self._whole.counting:
            self._follow_mode(historic)
        if sight.is_new or around.switched:
            self._follow_registers(sight, around.at_s)
        if sight.is_new or self._absent:
            self._note_absent(sight, complete=complete)
        fresh = self._fresh(sight, changed)
        sure = NOBODY if historic else self._compare(fresh, around)
        waiting: dict[str, int] = {}
        for quantity, dataset in fresh:
            self._judge_index(quantity, dataset, around, sure, waiting)
        if not historic:
            self._balance.learn(self._open)
        self._hold.age()
        registers = self._registers(sight, complete=complete) if historic else ()
        totals = self._totals.copy()
        held = Held(reading.received_at, totals, waiting, historic, registers)
        if not (waiting or self._hold.frames):
            return self._give((held,))
        self._hold.frames.append(held)
        return self._give(self._hold.release())

    def _judge_index(
        self,
        quantity: str,
        dataset: Dataset,
        around: Surroundings,
        sure: frozenset[str],
        waiting: dict[str, int],
    ) -> None:
        """Weigh one index; it waits if the frames after this one will decide."""
        chain, value = self._chains[quantity], index_of(dataset)
        if quantity not in self._open:
            chain.at_s = self._at_s
            if quantity in sure:
                energy_wh = chain.follow(value, around.at_s, around.power_va // 60, self._turn)
                if energy_wh is not None and chain.total is not None:
                    self._balance.count(quantity, energy_wh)
                    self._totals[quantity] = chain.total
                    return
        before = chain.total
        standing = chain.weigh(self._evidence(quantity, dataset, around, sure), self._turn)
        total = chain.total
        if total is not None and before is not None and total != before:
            self._balance.count(quantity, total - before)
        if standing is Standing.SETTLED and total is not None:
            self._open.pop(quantity, None)
            self._totals[quantity] = total
            return
        self._open[quantity] = None
        self._totals.pop(quantity, None)
        if dataset.label == "BASE":
            self._bridge(chain, around.at_s)
        if standing is Standing.WAITING:
            waiting[quantity] = value

    def _evidence(
        self, quantity: str, dataset: Dataset, around: Surroundings, sure: frozenset[str]
    ) -> Evidence:
        return Evidence(
            index_of(dataset),
            around.at_s,
            self._number,
            quantity in sure,
            0 if dataset.repaired else 1,
            WITNESSES if self._may_move(quantity, around.at_s) else WITNESSES_UNNAMED,
            around.power_va if quantity in FAMILY else UNKNOWN_POWER_VA,
        )

    def _follow_registers(self, sight: Sight, at_s: float) -> None:
        supplier, grid = read_registers(sight)
        self._supplier = self._supplier.follow(supplier, at_s)
        self._grid = self._grid.follow(grid, at_s)

    def _fresh(self, sight: Sight, changed: list[Dataset]) -> list[tuple[str, Dataset]]:
        """The indexes of this frame that have to be weighed, in order."""
        datasets = sight.datasets
        if sight.is_new:
            fresh = [(quantity, datasets[at]) for quantity, at in sight.indexes.items()]
        elif self._open:
            names = {INDEXES[dataset.label] for dataset in changed} | self._open.keys()
            fresh = [(name, datasets[at]) for name, at in sight.indexes.items() if name in names]
        else:
            return [(INDEXES[dataset.label], dataset) for dataset in changed]
        for quantity, dataset in fresh:
            if quantity not in self._chains:
                self._expect(quantity, dataset)
        return fresh

    def _expect(self, quantity: str, dataset: Dataset) -> None:
        """An index appears, or comes back."""
        chain = self._resting.pop(quantity, None)
        if chain is None:
            chain = Chain(quantity, 10 ** len(dataset.data))
            if quantity == TOTAL:
                self._whole.chain = chain
        self._chains[quantity] = chain
        self._open[quantity] = None

    def _note_absent(self, sight: Sight, *, complete: bool) -> None:
        """Indexes that this frame does not carry are open; in time they are not expected."""
        if sight.is_new:
            self._absent = [quantity for quantity in self._chains if quantity not in sight.indexes]
            for quantity, chain in self._chains.items():
                if quantity in sight.indexes:
                    chain.absences = 0
        for quantity in self._absent.copy():
            chain = self._chains[quantity]
            if quantity not in self._open:
                self._unsettle(chain)
            chain.absences += complete
            if chain.absences >= RESTS_AFTER:
                chain.absences = 0
                self._absent.remove(quantity)
                self._resting[quantity] = self._chains.pop(quantity)
                del self._open[quantity]

    def _unsettle(self, chain: Chain) -> None:
        chain.at_s = self._at_s
        self._open[chain.quantity] = None
        self._totals.pop(chain.quantity, None)

    def _compare(self, fresh: list[tuple[str, Dataset]], around: Surroundings) -> frozenset[str]:
        """What moves alike; nobody if it moves further than the house draws."""
        moved, largest = [0, 0, 0], 0
        for quantity, dataset in fresh:
            family, chain = FAMILY.get(quantity), self._chains[quantity]
            if family is None or (chain.claim is not None and chain.claim.step is None):
                continue
            step = (index_of(dataset) - chain.value) % chain.modulo
            moved[family] += step
            largest = max(largest, step)
        seconds = around.at_s - self._at_s
        highest_va = max(around.apparent_va or 0, self._apparent_va or 0)
        if highest_va and not self._open and seconds <= SLOPE_S:
            allowed_wh = (2 * highest_va + 1000) * (seconds + 2) / 3600 + 2
            if largest > allowed_wh:
                return NOBODY
        return self._balance.compare(*moved)

    def _may_move(self, quantity: str, at_s: float) -> bool:
        """Whether this index is of a register that runs, or of none."""
        if quantity in SUPPLIER:
            return self._supplier.may_move(SUPPLIER[quantity], at_s)
        return quantity not in GRID or self._grid.may_move(GRID[quantity], at_s)

    # -- historic mode -----------------------------------------------------------------------

    def _follow_mode(self, historic: bool) -> None:
        """In historic mode the whole is counted by the registers, else it has its own index."""
        whole = self._whole
        if not historic:
            whole.counting = False
            if whole.chain is not None:
                self._chains[TOTAL] = whole.chain
            return
        whole.begin_counting([*self._chains.values(), *self._resting.values()])
        for known in (self._chains, self._resting, self._open, self._totals):
            known.pop(TOTAL, None)
        if TOTAL in self._absent:
            self._absent.remove(TOTAL)

    def _registers(self, sight: Sight, *, complete: bool) -> tuple[str, ...] | None:
        """The registers of this frame; ``None`` if another one may have moved, or may exist."""
        registers = tuple(quantity for quantity in sight.indexes if quantity in SUPPLIER)
        period = sight.get("PTEC")
        if self._whole.chain is None and not complete:
            expected = REGISTERS.get(period.data) if period else None
            return registers if len(registers) == expected else None
        for quantity in self._absent:
            if quantity in SUPPLIER:
                since_s = self._chains[quantity].at_s
                if period is None or not self._supplier.rested(SUPPLIER[quantity], since_s):
                    return None
        return registers

    def _bridge(self, chain: Chain, at_s: float) -> None:
        """BASE may be the total of a contract that historic mode does not know (54E 6.1)."""
        claim, total = chain.claim, self._whole.chain
        if claim is None or claim.step is not None or total is None or claim.since_s != at_s:
            return
        ahead = (claim.first - total.value) % total.modulo
        if total.total is not None and ahead <= bound_wh(at_s - self._at_s):
            claim.bridge = ahead

    # -- what comes out ------------------------------------------------------------------------

    def _turn(self, turn: Turn, chain: Chain) -> None:
        """Something happened to a chain."""
        claim = chain.claim
        if turn is Turn.CONFIRMED:
            self._hold.settle(chain)
        elif turn is Turn.REJECTED:
            self._hold.drop(chain.quantity)
        elif turn is Turn.ROLLOVER:
            self._tell(turn, chain, self._at_s, chain.modulo - 1, chain.value)
        elif turn is Turn.RETRACTED and claim is not None:
            self._tell(turn, chain, chain.born_s, chain.value, claim.last)
            total = self._whole.chain
            if self._whole.counting and total is not None and chain.quantity in SUPPLIER:
                self._tell(turn, total, chain.born_s, chain.value, claim.last)
        elif claim is not None and turn is Turn.RESOLVED and claim.told:
            self._tell(turn, chain, claim.since_s, claim.last, chain.value)
        elif claim is not None and turn in (Turn.DOUBTED, Turn.RESET) and claim.bridge is None:
            self._tell(turn, chain, claim.since_s, chain.value, claim.last)

    def _tell(self, turn: Turn, chain: Chain, since_s: float, before: int, after: int) -> None:
        self.events.append(
            texts.index(EVENTS[turn], self._at, since_s, chain.quantity, before, after)
        )

    def _give(self, decided: Iterable[Held]) -> tuple[Settled, ...]:
        """Frames that are decided, in order of arrival."""
        settled = []
        for held in decided:
            totals = self._whole.add(held, self._number) if held.historic else held.totals
            if totals != self._final:
                self._final = totals
            if totals:
                late = len(self._hold.frames)  # those behind it
                settled.append(Settled(held.received_at, self._final, late))
        return tuple(settled)

    # -- memory --------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """For JSON."""
        for quantity, chain in self._chains.items():
            if quantity not in self._open:
                chain.at_s = self._at_s
        own = self._whole.chain is not None and TOTAL not in self._chains | self._resting
        return {
            "chains": [chain.state() for chain in self._chains.values()],
            "resting": [chain.state() for chain in self._resting.values()],
            "open": list(self._open),
            "hold": self._hold.state(),
            "balance": [self._balance.supplier_wh, self._balance.grid_wh],
            "whole": self._whole.state(),
            "total": self._whole.chain.state() if own and self._whole.chain else None,
            "running": [self._supplier, self._grid],
            "totals": self._totals,
            "number": self._number,
            "at_s": self._at_s,
            "apparent_va": self._apparent_va,
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Ledger":
        """What had this state; the next frame is looked at as a whole."""
        ledger = cls()
        chains = [restore_chain(each) for each in state["chains"]]
        ledger._chains = {chain.quantity: chain for chain in chains}
        resting = [restore_chain(each) for each in state["resting"]]
        ledger._resting = {chain.quantity: chain for chain in resting}
        ledger._open = dict.fromkeys(state["open"])
        ledger._hold = Hold.restore(state["hold"])
        ledger._balance = Balance(*state["balance"])
        total = state["total"]
        ledger._whole = Whole.restore(
            state["whole"],
            restore_chain(total) if total else (ledger._chains | ledger._resting).get(TOTAL),
        )
        ledger._supplier, ledger._grid = (Running(*each) for each in state["running"])
        ledger._totals = dict(state["totals"])
        ledger._number, ledger._at_s = state["number"], state["at_s"]
        ledger._apparent_va = state["apparent_va"]
        return ledger
