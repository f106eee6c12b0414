"""A house and its meter on one time line, with the events of the script happening to them."""

from telewatt.language import Text
from telewatt.simulator.clock import horodate, local_time, midnight_before
from telewatt.simulator.contracts import Contract
from telewatt.simulator.events import (
    Action,
    ChangeContract,
    ChangePower,
    CutOff,
    DecidePeak,
    Idle,
    Message,
    Outage,
    OverCurrent,
    Replace,
    SetClock,
    SwitchMode,
    Voltage,
)
from telewatt.simulator.house import House, Load, Run
from telewatt.simulator.meter import CLOSED, INDEX_MODULO, ORDERED, Meter
from telewatt.simulator.settings import MeterSettings, SettingsError, draw_address

_TOO_EARLY = Text(
    "events: {event} at {at} lies before the start {start}; give it a later time",
    "events : {event} à {at} précède le début {start} ; donnez-lui une heure ultérieure",
)
_NO_PEAK = Text(
    "events: contract {name} has no peak pm={number}; it has {count}, pm=0 makes a day normal",
    "events : le contrat {name} n'a pas de pointe pm={number} ; il en a {count}, et pm=0 rend un"
    " jour normal",
)
NO_MESSAGE = "PAS DE          MESSAGE         "
TIMER_HOURS = (22 * 3600, 6 * 3600)


class Twin:
    """One meter that lives since yesterday's midnight, so that its history is true at the start.

    ``now_s`` is the true time, seconds since 1970 UTC; the meter's own clock is ``meter.now_s``.
    """

    def __init__(self, settings: MeterSettings, start_s: int) -> None:
        self.settings = settings
        self.mode = settings.mode
        self.address, self.prm = settings.meter_address, settings.meter_prm
        self.message, self.ultra_short = NO_MESSAGE, ""
        self.idle_until_s = self._voltage_until_s = self.dark_until_s = 0
        self._replaced = 0
        self.now_s = midnight_before(start_s, days=1)
        self._house = House(
            settings.house, settings.seed, settings.phases, settings.kva, self.now_s
        )
        self.meter = self._new_meter(settings.contract, settings.kva)
        self.meter.pcoup_kva = settings.pcoup_kva or settings.kva
        self._step_s = 60
        self._events: list[tuple[int, Action]] = []
        self.advance(start_s)
        self._step_s = settings.step_s
        self._events = self._schedule(start_s)
        self._begin_registers()

    def _new_meter(self, contract: Contract, kva: int) -> Meter:
        settings = self.settings
        return Meter(
            self.now_s, settings.seed, settings.phases, contract, kva, settings.curve_min * 60
        )

    def _schedule(self, start_s: int) -> list[tuple[int, Action]]:
        """The events as (instant, action), the next one last."""
        events = [(event.instant_s(start_s), event.action) for event in self.settings.events]
        events.sort(key=lambda event: event[0])
        contract = self.settings.contract
        for at_s, action in events:
            if at_s < start_s:
                raise SettingsError(
                    _TOO_EARLY.fill(
                        event=type(action).__name__, at=horodate(at_s), start=horodate(start_s)
                    )
                )
            if isinstance(action, ChangeContract):
                contract = action.contract
            if isinstance(action, DecidePeak) and action.number > len(contract.peaks):
                raise SettingsError(
                    _NO_PEAK.fill(
                        name=contract.name, number=action.number, count=len(contract.peaks)
                    )
                )
        return events[::-1]

    def _begin_registers(self) -> None:
        """The registers at the start; the distributor's share of the total is drawn evenly."""
        easf = self.settings.start_indexes_wh
        total = sum(easf) % INDEX_MODULO
        easd = [total // 4] * 3
        easd.append(total - 3 * (total // 4))
        self.meter.take_over(easf, easd, self.settings.injected_wh)

    # time

    def advance(self, to_s: int) -> None:
        """Live until ``to_s``; events happen at their second, those of ``to_s`` included."""
        while True:
            while self._events and self._events[-1][0] <= self.now_s:
                self._happen(self._events.pop()[1])
            if self.now_s >= to_s:
                return
            next_s = min(to_s, self._events[-1][0]) if self._events else to_s
            self._live(min(next_s - self.now_s, self._step_s, self.meter.seconds_to_turn()))

    def next_outage_s(self) -> int | None:
        """When the power fails next, if the script says so."""
        return next((at for at, action in self._events[::-1] if isinstance(action, Outage)), None)

    def _live(self, seconds: int) -> None:
        meter = self.meter
        if self.now_s < self.dark_until_s:
            dark_s = min(seconds, self.dark_until_s - self.now_s)
            self.now_s += dark_s
            meter.pass_time(dark_s)
            return
        if self._voltage_until_s and self.now_s >= self._voltage_until_s:
            meter.voltage_forced, self._voltage_until_s = None, 0
        if meter.breaker == CLOSED:
            loads = self._house.step(
                self.now_s, seconds, self._stores_may_fill(), 1000 * meter.pref_kva
            )
        else:
            loads = [Load(0, 0)] * meter.phases
        meter.step(loads, seconds)
        self.now_s += seconds

    def _stores_may_fill(self) -> bool:
        """The dry contact where the contract moves it, else a timer of the household."""
        meter = self.meter
        if any(slot.closed for profile in meter.contract.profiles for slot in profile):
            return meter.tariff.contact
        second = local_time(self.now_s).second
        return second >= TIMER_HOURS[0] or second < TIMER_HOURS[1]

    # events

    def _happen(self, action: Action) -> None:
        """What concerns the line and the house; the rest concerns the meter."""
        match action:
            case SwitchMode(mode):
                self.mode = mode
            case Replace(address):
                self._replace(address)
            case Outage(seconds):
                self.dark_until_s = self.now_s + seconds
            case Idle(seconds):
                self.idle_until_s = self.now_s + seconds
            case OverCurrent(watts, seconds, phase):
                self._overload(watts, seconds, phase)
            case Message(text, once):
                if once:
                    self.ultra_short = text
                else:
                    self.message = text
            case _:
                self._change_meter(action)

    def _change_meter(self, action: Action) -> None:
        meter = self.meter
        match action:
            case ChangeContract(contract):
                meter.change_contract(contract)
            case ChangePower(pref, pcoup):
                meter.pref_kva, meter.pcoup_kva = pref, pcoup
            case SetClock(degraded, offset_s):
                meter.set_clock(self.now_s + offset_s, degraded)
            case Voltage(volts, seconds):
                meter.voltage_forced, self._voltage_until_s = volts, self.now_s + seconds
            case CutOff(seconds):
                meter.open_breaker(ORDERED, seconds)
            case DecidePeak(number, day):
                self._decide(number, day.toordinal() if day else local_time(meter.now_s).day + 1)

    def _replace(self, address: str | None) -> None:
        self._replaced += 1
        old = self.meter
        self.meter = self._new_meter(old.contract, old.pref_kva)
        self.meter.pcoup_kva = old.pcoup_kva
        self.meter.peaks.decided = old.peaks.decided
        self.address = address or draw_address(self.settings, self._replaced)

    def _overload(self, watts: int, seconds: int, phase: int | None) -> None:
        phases = range(self.settings.phases) if phase is None else (phase,)
        for number in phases:
            end_s = self.now_s + seconds
            self._house.add(Run(self.now_s, end_s, watts // len(phases), 1.0, number))

    def _decide(self, number: int, day: int) -> None:
        """Make a day a mobile peak, or none."""
        self.meter.peaks.decided[day] = number
        self.meter.read_tariff()
