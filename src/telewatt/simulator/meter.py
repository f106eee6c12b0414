"""The digital twin of a meter: registers, maxima, averages and breaker, stepped by seconds.

The step takes the loads of the phases, constant over the step, and keeps what the meter would
keep. Energy is counted in whole watt-seconds and moved to the registers as whole Wh, each Wh to
the total, to one supplier index and to one distributor index: the sums agree at every instant.

Rules (Enedis-NOI-CPT_54E v3): powers and their sign 6.2.3.10; daily maxima of the *filtered*
power 6.2.3.11; load curve 6.2.3.12; mean voltage 6.2.3.13; filter and breaker 7. Per phase the
breaker compares with a third of PCOUP: the specification does not print the figure.
"""

import math
from random import Random
from typing import NamedTuple

from telewatt.simulator.clock import local_time
from telewatt.simulator.contracts import Contract
from telewatt.simulator.house import Load
from telewatt.simulator.tariff import PeakCalendar, Tariff, change_minutes, tariff_at

FILTER_B = 0.008
TRIP = 1.3**2
REARM_S = 120
OVERVOLTAGE_V = 253
MEAN_VOLTAGE_S = 600
INDEX_MODULO = 10**9
CLOSED, OVERPOWER, ORDERED = 0, 1, 4  # organe de coupure, STGE bits 1-3


class Stamped(NamedTuple):
    """A value and the meter's time it belongs to (instant)."""

    value: int
    at_s: int


class Maximum:
    """The daily maximum of a power after the cut-off filter, and the one of the day before."""

    __slots__ = ("_best_square", "square", "today", "yesterday")

    def __init__(self, at_s: int) -> None:
        self.square = 0.0
        self._best_square = 0.0
        self.today = self.yesterday = Stamped(0, at_s)

    def step(self, power_va: float, seconds: int, at_s: int) -> None:
        """Filter: y = B.x^2 + (1 - B).y each second, here its closed form over a constant x."""
        x = power_va * power_va
        if seconds == 1:
            self.square += FILTER_B * (x - self.square)
        else:
            self.square = x + (self.square - x) * (1 - FILTER_B) ** seconds
        if self.square > self._best_square:
            self._best_square = self.square
            value = round(math.sqrt(self.square))
            if value > self.today.value:
                self.today = Stamped(value, at_s)

    def begin_day(self, at_s: int) -> None:
        """Midnight: the maximum becomes yesterday's, a new one starts from the filter's output."""
        self.yesterday = self.today
        self._best_square = self.square
        self.today = Stamped(round(math.sqrt(self.square)), at_s)


class Curve:
    """Means over fixed periods: the last two complete ones, ``None`` where one is not complete.

    With a ``first`` value there always is one: an incomplete period leaves the older mean.
    """

    __slots__ = ("_filled_s", "_keeps", "_sum", "last", "period_s", "previous")

    def __init__(self, period_s: int, first: Stamped | None = None) -> None:
        self.period_s = period_s
        self._keeps = first is not None
        self._sum = 0.0
        self._filled_s = 0
        self.last = first
        self.previous: Stamped | None = None

    def step(self, value: float, seconds: int) -> None:
        """Add a value that held for ``seconds``."""
        self._sum += value * seconds
        self._filled_s += seconds

    def close(self, end_s: int) -> None:
        """A period ends at ``end_s``."""
        complete = self._filled_s == self.period_s
        if complete or not self._keeps:
            mean = Stamped(round(self._sum / self.period_s), end_s)
            self.previous, self.last = self.last, mean if complete else None
        self._sum, self._filled_s = 0.0, 0


class Meter:
    """Registers and state of one meter; ``now_s`` is its own clock, which may be wrong."""

    def __init__(
        self, now_s: int, seed: int, phases: int, contract: Contract, kva: int, curve_s: int
    ) -> None:
        self.now_s = now_s
        self.clock_degraded = False
        self.phases = phases
        self.seed = seed
        self.pref_kva = self.pcoup_kva = kva
        self._mains = Random(f"{seed}/mains")
        self._idle_voltage = [230 + 7 * self._mains.random() for _ in range(phases)]
        self.voltage = self._idle_voltage.copy()
        self.voltage_forced: float | None = None
        self.current = [0.0] * phases
        self.watts = 0
        self.vars = 0
        self.apparent = [0.0] * phases
        self.drawn_va = self.injected_va = 0
        self.easf = [0] * 10
        self.easd = [0] * 4
        self.east = self.eait = 0
        self.erq = [0] * 4
        self._drawn_ws = self._injected_ws = 0
        self._reactive_s = [0] * 4
        self.max_drawn = Maximum(now_s)
        self.max_phase = [Maximum(now_s) for _ in range(phases)]
        self.max_injected = Maximum(now_s)
        self.max_current = [0] * phases
        self.curve_drawn, self.curve_injected = Curve(curve_s), Curve(curve_s)
        self.mean_voltage = [
            Curve(MEAN_VOLTAGE_S, Stamped(round(volts), now_s)) for volts in self.voltage
        ]
        self.breaker = CLOSED
        self._open_s = 0
        self._day = local_time(now_s).day
        self._minute = now_s // 60
        self.change_contract(contract)

    # time and contract

    def change_contract(self, contract: Contract) -> None:
        """Another tariff structure; the indexes go on from where they are."""
        self.contract = contract
        self.peaks = PeakCalendar(contract, self.seed)
        self._change_minutes = change_minutes(contract)
        self.read_tariff()

    def read_tariff(self) -> None:
        """Look up what runs now; also after somebody changed the clock or the peak days."""
        self.tariff: Tariff = tariff_at(self.contract, self.peaks, self.now_s)

    def set_clock(self, now_s: int, degraded: bool) -> None:
        """Put the clock right or wrong; periods in course are then incomplete."""
        self.now_s, self.clock_degraded = now_s, degraded
        self._turn()

    def pass_time(self, seconds: int) -> None:
        """Time without power: nothing is measured."""
        self.now_s += seconds
        self._turn()

    def seconds_to_turn(self) -> int:
        """Seconds to the next full minute, where anything that has a period may change."""
        return 60 - self.now_s % 60

    def _turn(self) -> None:
        """Change of minute: tariff, periods, day."""
        minute, before = self.now_s // 60, self._minute
        self._minute = minute
        for curve in (self.curve_drawn, self.curve_injected, *self.mean_voltage):
            if curve.period_s and (end := minute * 60 // curve.period_s) != (
                before * 60 // curve.period_s
            ):
                curve.close(end * curve.period_s)
        local = local_time(self.now_s)
        if local.day != self._day:
            self._day = local.day
            for maximum in (self.max_drawn, self.max_injected, *self.max_phase):
                maximum.begin_day(self.now_s)
        if local.second // 60 in self._change_minutes or minute != before + 1:
            self.read_tariff()

    # measuring

    def step(self, loads: list[Load], seconds: int) -> None:
        """Measure constant loads over ``seconds``, which must not reach over a full minute."""
        self._measure(loads)
        self._count(seconds)
        self.now_s += seconds
        self._filter(seconds)
        if self.now_s // 60 != self._minute:
            self._turn()

    def _measure(self, loads: list[Load]) -> None:
        signed = 0.0
        watts = var = 0
        for phase, (p, q) in enumerate(loads):
            s = math.sqrt(p * p + q * q)
            u = self._mains_voltage(phase)
            self.current[phase] = s / u
            self.apparent[phase] = s if p >= 0 else -s
            signed += self.apparent[phase]
            watts += p
            var += q
        self.watts, self.vars = watts, var
        total = round(abs(signed))
        self.drawn_va, self.injected_va = (total, 0) if watts >= 0 else (0, total)

    def _mains_voltage(self, phase: int) -> float:
        if self.voltage_forced is not None:
            u = self.voltage_forced
        else:
            wanted = self._idle_voltage[phase] - 0.12 * self.current[phase]
            wanted += 6 * (self._mains.random() - 0.5)
            u = self.voltage[phase] + 0.05 * (wanted - self.voltage[phase])
        self.voltage[phase] = u
        return u

    def _count(self, seconds: int) -> None:
        watts = self.watts
        drawn, injected = (watts, 0) if watts >= 0 else (0, -watts)
        self._drawn_ws += drawn * seconds
        if self._drawn_ws >= 3600:
            self._move_drawn()
        self._injected_ws += injected * seconds
        if self._injected_ws >= 3600:
            moved, self._injected_ws = divmod(self._injected_ws, 3600)
            self.eait = (self.eait + moved) % INDEX_MODULO
        quadrant = (0 if watts >= 0 else 1) if self.vars >= 0 else (3 if watts >= 0 else 2)
        self._reactive_s[quadrant] += abs(self.vars) * seconds
        moved, self._reactive_s[quadrant] = divmod(self._reactive_s[quadrant], 3600)
        self.erq[quadrant] = (self.erq[quadrant] + moved) % INDEX_MODULO
        if self.curve_drawn.period_s:
            self.curve_drawn.step(drawn, seconds)
            self.curve_injected.step(injected, seconds)
        for phase, curve in enumerate(self.mean_voltage):
            curve.step(self.voltage[phase], seconds)

    def _move_drawn(self) -> None:
        """Whole Wh from the counter to the registers of the running tariff."""
        moved, self._drawn_ws = divmod(self._drawn_ws, 3600)
        supplier, distributor = self.tariff.supplier - 1, self.tariff.distributor - 1
        self.east = (self.east + moved) % INDEX_MODULO
        self.easf[supplier] = (self.easf[supplier] + moved) % INDEX_MODULO
        self.easd[distributor] = (self.easd[distributor] + moved) % INDEX_MODULO

    def _filter(self, seconds: int) -> None:
        now = self.now_s
        self.max_drawn.step(self.drawn_va, seconds, now)
        self.max_injected.step(self.injected_va, seconds, now)
        limit = TRIP * (1000 * self.pcoup_kva / self.phases) ** 2
        for phase, maximum in enumerate(self.max_phase):
            maximum.step(max(0.0, self.apparent[phase]), seconds, now)
            self.max_current[phase] = max(self.max_current[phase], round(self.current[phase]))
            if maximum.square >= limit and self.breaker == CLOSED:
                self.open_breaker(OVERPOWER, REARM_S)
        if self.breaker:
            self._open_s -= seconds
            if self._open_s <= 0:
                self.breaker = CLOSED

    def open_breaker(self, cause: int, seconds: int) -> None:
        """Cut the house off for some seconds (somebody presses the button, or the order ends)."""
        self.breaker, self._open_s = cause, seconds

    # what the meter concludes

    @property
    def exceeds(self) -> bool:
        """The reference power is exceeded, on any phase of a three-phase meter (STGE bit 7)."""
        limit = 1000 * self.pref_kva / self.phases
        return any(s > limit for s in self.apparent)

    @property
    def rated_a(self) -> float:
        """The reference current of a phase, PREF / 200 V (54E 6.1)."""
        return self.pref_kva * 5 / self.phases

    def exceeding_phases(self) -> list[int]:
        """The phases (0, 1, 2) whose current, as the frame shows it, is above the reference."""
        return [n for n, i in enumerate(self.current) if round(i) > self.rated_a]

    @property
    def overvoltage(self) -> bool:
        """Some phase is above 253 V (230 V + 10 %)."""
        return any(u > OVERVOLTAGE_V for u in self.voltage)

    def take_over(self, easf: list[int], easd: list[int], eait: int) -> None:
        """Set the registers: the meter has been counting before the simulation began."""
        total = 0
        for index in easf:
            total += index
        self.east, self.easf, self.easd, self.eait = total % INDEX_MODULO, easf, easd, eait
