"""The past of a simulated meter, as a history would hold it: lived in steps of a minute, unread.

A year of frames takes hours to decode. Here the twin lives the same year, and what its reader would
have folded is written down directly. Of what is long past, only the minutes around the quarters of
an hour are kept: energies stay exact at every quarter, and the power of a quarter is told in its
first minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from telewatt.rollup.summary import Counter, Gauge, Summary
from telewatt.simulator.settings import MeterSettings
from telewatt.simulator.twin import Twin
from telewatt.tic import Mode
from telewatt.truth import Event
from telewatt.truth.texts import outage

MONTH_MINUTES = 30 * 24 * 60
EDGES = frozenset((0, 14, 15, 29, 30, 44, 45, 59))
FIRST_MS, LAST_MS = 700, 59_400
"""When, in a minute, the first and the last frame came."""
_FRAMES = {Mode.HISTORIC: 41, Mode.STANDARD: 49}


@dataclass
class Past:
    """A meter's past.

    Args:
        settings: of the meter; its registers begin as they say.
        start, end: aware times of whole minutes.
        fine: from then on every minute is kept.
        silent: from when until when nothing was read.
        wrong: how many datasets a minute were damaged, on average.

    Attributes:
        address: of the meter.
        events: what happened, once all of it has been lived.
    """

    settings: MeterSettings
    start: datetime
    end: datetime
    fine: datetime
    silent: tuple[datetime, datetime] | None = None
    wrong: float = 0.0
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        lived = replace(self.settings, step_s=60, events=())
        self._twin = Twin(lived, int(self.start.timestamp()))
        self._chance = Random(f"{self.settings.seed}/past")
        self._values: list[tuple[int, ...]] = []
        self._has_volts = self.settings.mode is Mode.STANDARD
        self._names, self._counters = list(self._gauge_names()), list(self._counter_names())
        self.address = self._twin.address

    def months(self) -> Iterator[dict[int, Summary]]:
        """Minutes by start in milliseconds, a month at a time."""
        minutes: dict[int, Summary] = {}
        start_s, end_s = int(self.start.timestamp()), int(self.end.timestamp())
        fine_s = int(self.fine.timestamp())
        dark = self._dark_s()
        for at_s in range(start_s, end_s, 60):
            is_kept = at_s >= fine_s or at_s // 60 % 60 in EDGES
            before = self._totals() if is_kept else ()
            self._twin.advance(at_s + 60)
            if dark[0] <= at_s < dark[1]:
                continue
            self._measure()
            if is_kept:
                minutes[at_s * 1000] = self._minute(at_s * 1000, before)
            if len(minutes) >= MONTH_MINUTES // 4:
                yield minutes
                minutes = {}
        yield minutes

    def present(self) -> MeterSettings:
        """The settings with which the meter goes on from where its past ends."""
        meter = self._twin.meter
        used = len(self.settings.contract.ltarf)
        return replace(self.settings, index_wh=tuple(meter.easf[:used]), injected_wh=meter.eait)

    def _gauge_names(self) -> Iterator[str]:
        """Of what `_measure` notes; empty where the meter does not say it."""
        yield "apparent_va"
        yield "apparent_export_va" if self.settings.producer else ""
        for quantity in ("current_{}_a", "voltage_{}_v")[: 2 if self._has_volts else 1]:
            yield from (quantity.format(n + 1) for n in range(self.settings.phases))

    def _counter_names(self) -> Iterator[str]:
        yield "import_wh"
        yield "export_wh" if self.settings.producer else ""
        yield from (f"import_{n + 1}_wh" for n in range(len(self.settings.contract.ltarf)))

    def _dark_s(self) -> tuple[float, float]:
        if self.silent is None:
            return 0.0, 0.0
        start, end = self.silent
        self.events.append(outage(start.timestamp(), end))
        return start.timestamp(), end.timestamp()

    def _totals(self) -> tuple[int, ...]:
        """In the order of `_counters`."""
        meter = self._twin.meter
        return (meter.east, meter.eait, *meter.easf[: len(self.settings.contract.ltarf)])

    def _measure(self) -> None:
        """What the frames of this minute said; it waits for the next minute that is kept."""
        meter = self._twin.meter
        currents = map(round, meter.current)
        volts = map(round, meter.voltage) if self._has_volts else ()
        self._values.append((meter.drawn_va, meter.injected_va, *currents, *volts))

    def _minute(self, at_ms: int, before: tuple[int, ...]) -> Summary:
        first_ms, last_ms = at_ms + FIRST_MS, at_ms + LAST_MS
        counters = {
            name: Counter(first_ms, total, last_ms, after)
            for name, total, after in zip(self._counters, before, self._totals(), strict=True)
            if name
        }
        each, lived = _FRAMES[self.settings.mode], len(self._values)
        frames, wrong = each * lived, int(self.wrong * lived + self._chance.random())
        apart = 0.02 * self._chance.random()
        gauges = {
            name: Gauge(
                *(frames, each * sum(column)),
                *(int(min(column) * (1 - apart)), int(max(column) * (1 + apart))),
            )
            for name, column in zip(self._names, zip(*self._values, strict=True), strict=True)
            if name
        }
        self._values.clear()
        return Summary(
            frames, wrong // 10, wrong - wrong // 10, (first_ms, last_ms), counters, gauges
        )
