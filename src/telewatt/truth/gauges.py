"""Momentary values: the plausible ones of a frame.

Some meters send impossible powers with a good checksum (three-phase SINSTSn of 48,370 VA with 2 A
on the phase), and a dataset may be damaged beyond what its checksum sees. A value is dropped that
the meter cannot measure, that its breaker would not allow, or that its own current contradicts.
"""

from collections.abc import Mapping, Sequence

from telewatt.quantity import QUANTITIES, QuantityKind
from telewatt.tic import Dataset
from telewatt.truth.sight import Sight

VOLTAGE_V = (50, 450)
"""A lost phase has none; a lost neutral may give a phase 400 V."""
CURRENT_A = {1: 110, 3: 75}
"""Meters measure up to 90 A on one phase, 60 A on three."""
PHASE_VA = {1: 26_000, 3: 16_700}
"""The largest current at 253 V, with a tenth of margin."""
TOTAL_VA = {1: 26_000, 3: 50_000}
BREAKER = 5
"""Five times its setting opens a breaker within 9 s (54E 7)."""
BREAKER_MIN_VA = 12_000
STEP_VA = 4_000
"""Power and current of a frame may lie a second apart: so much may have been switched on."""
MAINS_V = 253
CURRENT_OF = {
    1: {"apparent_va": "current_1_a"},
    3: {f"apparent_{n}_va": f"current_{n}_a" for n in (1, 2, 3)},
}
"""By the number of phases: power -> the current it is made of."""


class Gauges:
    """The gauges of the newest frame; the same mapping again while nothing changed."""

    def __init__(self) -> None:
        self.values: Mapping[str, int] = {}
        self._phases = self._power_va = 0
        self._watched: list[tuple[str, int, int, int]] = []  # name, place, lowest, highest
        self._pairs: list[tuple[str, str]] = []  # power and its current, both in the frame

    def read(self, sight: Sight, phases: int, power_va: int, *, changed: bool) -> Mapping[str, int]:
        """The plausible values of this frame.

        Args:
            sight: the frame.
            phases: 1 or 3.
            power_va: subscribed, or what the breaker is set to.
            changed: whether any of them is new.
        """
        if sight.is_new or self._power_va != power_va or self._phases != phases:
            self._phases, self._power_va, changed = phases, power_va, True
            self._watch(sight)
        if changed:
            values = self._read(sight.datasets)
            if values != self.values:
                self.values = values
        return self.values

    def _watch(self, sight: Sight) -> None:
        """Another kind of frame, or of meter."""
        ranges, present = _ranges(self._phases, self._power_va), sight.gauges
        self._watched = [(name, at, *ranges[name]) for name, at in present.items()]
        self._pairs = [
            (power, current)
            for power, current in CURRENT_OF[self._phases].items()
            if power in present and current in present
        ]

    def _read(self, datasets: Sequence[Dataset]) -> Mapping[str, int]:
        values = {}
        for name, at, lowest, highest in self._watched:
            value = datasets[at].value
            if type(value) is int and lowest <= value <= highest:
                values[name] = value
        for power, current in self._pairs:
            if power in values and current in values:
                highest = 2 * (values[current] + 1) * MAINS_V + STEP_VA
                if values[power] > highest:
                    del values[power]
        return values


def _ranges(phases: int, power_va: int) -> dict[str, tuple[int, int]]:
    """Name -> lowest and highest plausible value."""
    breaker_va = max(BREAKER * power_va, BREAKER_MIN_VA)
    ranges = {}
    for name, quantity in QUANTITIES.items():
        if quantity.kind is not QuantityKind.GAUGE:
            continue
        if quantity.unit == "V":
            ranges[name] = VOLTAGE_V
        elif quantity.unit == "A":
            ranges[name] = (0, CURRENT_A[phases])
        elif name == "apparent_export_va":
            ranges[name] = (0, TOTAL_VA[phases])
        else:
            largest = TOTAL_VA if name == "apparent_va" else PHASE_VA
            ranges[name] = (0, min(largest[phases], breaker_va))
    return ranges
