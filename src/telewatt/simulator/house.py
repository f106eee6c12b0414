"""A plausible house: what it draws from, or gives to, each phase at each second.

Two sorts of load. *Runs* are drawn for each day by the seed: fridge cycles, lights, cooking,
washing. *Stores* (water heater, electric car) owe energy and fill up while the meter's dry
contact is closed, and wait when the subscribed power leaves no room. A heat pump follows the
outside temperature, solar panels the sun. All of it is a model made for this simulator: no
measured house stands behind the figures.
"""

import math
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from telewatt.simulator.clock import DAY_S, instant, local_time

LATITUDE, LONGITUDE = math.radians(46.6), 2.4
HEAT_PUMP_CYCLE_S = 1200
HEAT_PUMP_FLOOR = 0.35  # of its full power: below it, it switches on and off
SHARE_OF_KVA = 0.9  # stores keep each phase below this part of the subscribed power
COMFORT_KVA = {1: 6, 3: 12}  # below, people live with smaller appliances


class Load(NamedTuple):
    """Active power in W and reactive power in var of one phase; negative means given back."""

    watts: int
    vars: int


@dataclass(frozen=True, slots=True)
class HouseSettings:
    """What stands in the house, in watts of full power; 0 means there is none.

    ``base_w`` never stops (standby, network, ventilation); ``life_w`` scales people: 1000 is a
    family that cooks, washes and watches films, 0 an empty house.
    """

    base_w: int = 110
    life_w: int = 1000
    heater_w: int = 2200
    heat_pump_w: int = 0
    ev_w: int = 0
    pv_w: int = 0


class Run(NamedTuple):
    """One appliance at work from ``start_s`` to ``end_s`` (instants)."""

    start_s: int
    end_s: int
    watts: int
    power_factor: float
    phase: int


class Store:
    """Energy that has to be delivered some time: hot water, a car's battery."""

    def __init__(self, watts: int, owed_wh: float) -> None:
        self.watts = watts
        self.owed_ws = owed_wh * 3600

    def draw(self, seconds: int, allowed: bool, room_w: float) -> int:
        """The watts taken now; what was taken is owed no more."""
        if not allowed or self.owed_ws <= 0 or room_w < 0.3 * self.watts:
            return 0
        watts = int(min(self.watts, room_w))
        self.owed_ws -= watts * seconds
        return watts


class House:
    """The loads of one house, stepped forward in time; the same seed lives the same life."""

    def __init__(
        self, settings: HouseSettings, seed: int, phases: int, kva: int, epoch_s: int
    ) -> None:
        self._settings, self._seed, self._phases = settings, seed, phases
        self._life = settings.life_w / 1000 * min(1.0, kva / COMFORT_KVA[phases])
        self._ripple = Random(f"{seed}/ripple")
        self._heater = Store(settings.heater_w, 3000)
        self._car = Store(settings.ev_w, 0)
        self._extra: list[Run] = []
        self._day = 0
        self._runs: list[Run] = []
        self._running = [(0, 0)] * phases
        self._next_change_s = 0
        self._weather_until_s = 0
        self._weather = (0, 0)
        self._begin_day(local_time(epoch_s).day)

    def add(self, run: Run) -> None:
        """One more load, e.g. an over-current on a script."""
        self._extra.append(run)
        self._next_change_s = 0

    def step(self, epoch_s: int, seconds: int, contact: bool, room_va: float) -> list[Load]:
        """The loads of the phases, constant over ``seconds`` from ``epoch_s``.

        ``contact``: the meter's signal to the stores; ``room_va``: the subscribed power.
        """
        if epoch_s >= self._next_change_s:
            self._change(epoch_s)
        if epoch_s >= self._weather_until_s:
            self._weather = self._outdoors(epoch_s)
            self._weather_until_s = epoch_s - epoch_s % 60 + 60
        heat_pump, sun = self._weather
        ripple = self._ripple.random()
        loads = [
            [watts + int(0.03 * watts * ripple + 12 * ripple), var] for watts, var in self._running
        ]
        sun -= int(0.02 * sun * ripple)
        self._share(loads, heat_pump, int(0.2 * heat_pump))
        full = SHARE_OF_KVA * room_va / self._phases
        loads[0][0] += self._heater.draw(seconds, contact, full - loads[0][0])
        room = self._phases * (full - max(load[0] for load in loads))
        self._share(loads, self._car.draw(seconds, contact, room), 0)
        self._share(loads, -sun, 0)
        return [Load(watts, var) for watts, var in loads]

    def _share(self, loads: list[list[int]], watts: int, var: int) -> None:
        """Split a load evenly over the phases."""
        if watts:
            for load in loads:
                load[0] += watts // self._phases
                load[1] += var // self._phases

    def _change(self, epoch_s: int) -> None:
        """Recompute what runs, at the start or end of a run or of the day."""
        day = local_time(epoch_s).day
        if day != self._day:
            self._begin_day(day)
        self._extra = [run for run in self._extra if run.end_s > epoch_s]
        sums = [[self._settings.base_w // self._phases, 20] for _ in range(self._phases)]
        edges = [instant(day + 1, 0)]
        for run in (*self._runs, *self._extra):
            if run.start_s > epoch_s:
                edges.append(run.start_s)
            elif run.end_s > epoch_s:
                edges.append(run.end_s)
                phase = sums[run.phase % self._phases]
                phase[0] += run.watts
                phase[1] += int(run.watts * math.tan(math.acos(run.power_factor)))
        self._running = [(watts, var) for watts, var in sums]
        self._next_change_s = min(edges)

    def _begin_day(self, day: int) -> None:
        rng = Random(f"{self._seed}/day/{day}")
        self._day = day
        self._runs = plan_day(rng, day, self._life)
        self._cloud = Random(f"{self._seed}/cloud/{day}")
        self._cloudiness = rng.random()
        self._cold = 3 * (rng.random() - rng.random())
        self._heater.owed_ws += (2500 + 3500 * rng.random()) * 3600 * self._life
        if rng.random() < 0.6:
            self._car.owed_ws += (4000 + 12000 * rng.random()) * 3600

    def _outdoors(self, epoch_s: int) -> tuple[int, int]:
        """Watts of the heat pump and of the sun, for the coming minute."""
        heat_pump = _heat_pump_w(self._settings.heat_pump_w, epoch_s, self._cold)
        cloud = 1 - self._cloudiness * (0.4 + 0.5 * self._cloud.random())
        return heat_pump, int(self._settings.pv_w * sun_height(epoch_s) * cloud)


def _heat_pump_w(full_w: int, epoch_s: int, cold: float) -> int:
    if not full_w:
        return 0
    wanted = full_w * min(1.0, max(0.0, (18 - outside_celsius(epoch_s) + cold) / 20))
    floor = HEAT_PUMP_FLOOR * full_w
    if wanted >= floor:
        return int(wanted)
    on = epoch_s % HEAT_PUMP_CYCLE_S < HEAT_PUMP_CYCLE_S * wanted / floor
    return int(floor) if on else 0


def outside_celsius(epoch_s: int) -> float:
    """A mild climate: 3 degrees on average in January, 20 in July, coldest before sunrise."""
    year, day = epoch_s / (365.25 * DAY_S), epoch_s / DAY_S
    return (
        11.5 - 8.5 * math.cos(math.tau * (year - 0.055)) - 4 * math.cos(math.tau * (day - 5 / 24))
    )


def sun_height(epoch_s: int) -> float:
    """Sine of the sun's height over central France, 0 at night."""
    declination = -0.409 * math.cos(math.tau * (epoch_s / (365.25 * DAY_S) + 10 / 365.25))
    hour_angle = math.tau * ((epoch_s % DAY_S) / DAY_S - 0.5 + LONGITUDE / 360)
    height = math.sin(LATITUDE) * math.sin(declination)
    height += math.cos(LATITUDE) * math.cos(declination) * math.cos(hour_angle)
    return max(0.0, height)


def plan_day(rng: Random, day: int, life: float) -> list[Run]:
    """The runs of one local day, drawn by ``rng``; ``life`` scales them; phases count from 0."""
    midnight = instant(day, 0)
    runs = list(_fridge(rng, midnight))
    late = (day - 1) % 7 >= 5

    def add(hour: float, minutes: float, watts: float, power_factor: float, phase: int) -> None:
        start = midnight + int(3600 * (hour + 0.5 * rng.random()))
        length = int(60 * minutes * (0.7 + 0.6 * rng.random()))
        size = int(watts * life)
        if size:
            runs.append(Run(start, start + length, size, power_factor, phase))

    breakfast = 8.5 if late else 6.7
    add(breakfast, 4, 1800, 1.0, 2)
    add(breakfast, 50, 90, 0.9, 1)
    if late or rng.random() < 0.4:
        add(11.9, 25, 1300, 1.0, 1)
    for _ in range(6):
        add(18.7 + 0.7 * rng.random(), 5, 1400, 1.0, 1)
    add(18.0, 280, 160, 0.92, 0)
    add(20.0, 150, 120, 0.85, 2)
    if rng.random() < 0.55:
        add(13.5, 25, 1900, 1.0, 2)
        add(14.0, 60, 220, 0.75, 2)
    return runs


def _fridge(rng: Random, midnight: int) -> list[Run]:
    cycles, at = [], midnight + int(1800 * rng.random())
    while at < midnight + DAY_S:
        length = 700 + int(500 * rng.random())
        cycles.append(Run(at, at + length, 85, 0.8, 2))
        at += length + 1500 + int(1200 * rng.random())
    return cycles
