"""Which readings the truth engine has decided on: a reading is told once it is among them."""

from collections.abc import Mapping
from types import MappingProxyType

from telewatt.derivation import Judged, meter_key
from telewatt.reading import Reading
from telewatt.truth import HELD_FRAMES
from telewatt.truth.sight import INDEXES

NOTHING: Mapping[str, int] = MappingProxyType({})


class Undecided:
    """The newest readings with an index, of any number of meters: at most three each."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Reading, ...]] = {}  # by meter
        self._seq = 0

    def copy(self) -> "Undecided":
        """For who may be given the same entries again."""
        copied = Undecided()
        copied._waiting, copied._seq = self._waiting.copy(), self._seq
        return copied

    def take(self, judged: Judged) -> list[tuple[Reading, Mapping[str, int]]]:
        """Take the next entry; one that was taken before decides nothing.

        Returns:
            The readings of its meter that are decided with it, in order of arrival, each with those
            of its totals that are final: an index whose quantity is not among them is not believed.
        """
        if judged.seq <= self._seq:
            return []
        self._seq, reading = judged.seq, judged.reading
        meter = meter_key(reading)
        waiting = self._waiting.get(meter, ())
        if any(dataset.label in INDEXES for dataset in reading.frame.datasets):
            waiting = (*waiting, reading)
        decided: list[tuple[Reading, Mapping[str, int]]] = []
        for settled in judged.judgement.settled:
            count = len(waiting) - settled.late
            # Or less: two frames in one are none for the engine.
            while count > 0 and waiting[count - 1].received_at != settled.received_at:
                count -= 1
            if count > 0:
                decided += [(each, NOTHING) for each in waiting[: count - 1]]
                decided.append((waiting[count - 1], settled.totals))
                waiting = waiting[count:]
        given_up = max(0, len(waiting) - HELD_FRAMES)  # so many are not held any more
        decided += [(each, NOTHING) for each in waiting[:given_up]]
        self._waiting[meter] = waiting[given_up:]
        return decided
