"""The present situation of a meter: one meaning for both modes and all contracts. Pure.

What a page, a home automation or a display shows of "now", so that all of them say the same.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from telewatt.derivation import Judged
from telewatt.entities import (
    Contract,
    Entity,
    Period,
    Profile,
    entities_of,
    entity_of_label,
    words_of,
)
from telewatt.quantity import REGISTERS
from telewatt.situation.power import OverPower, drawn_va, subscribed_va
from telewatt.situation.seen import Seen, phases_of
from telewatt.situation.tariff import (
    NOTHING,
    Said,
    Tariffs,
    peak_notice,
    peak_running,
    period_now,
    tempo_today,
    tempo_tomorrow,
)
from telewatt.tic import Dataset, Kind, Mode
from telewatt.tic.labels import TABLE
from telewatt.tic.values import Motdetat, Stge, plain

READY_FRAMES, READY_DAMAGED = 2, 10
"""So many complete frames, or so many of any sort, and it is known what a meter sends."""
GAUGE_FRAMES = 4
"""So many frames without a gauge, and it is not known any more."""
SURE_FRAMES = 30
"""So many complete frames, and what none of them held is not sent any more."""


class Situation(NamedTuple):
    """What holds now. ``None``: not known, or not told by this meter.

    Attributes:
        contract: as far as it is known.
        period, period_source: the running tariff period, and the label that says so.
        tempo_today, tempo_tomorrow: ``blue``, ``white`` or ``red``, each with its label.
        ejp_today, ejp_notice: whether an EJP peak runs, or is announced; ``None``: no EJP contract.
        over_power, over_power_source: whether the subscribed power is exceeded, and what says so.
        subscribed_va: the limit, VA.
        margin_va: what is left before the subscribed power, VA; negative beyond it.
        status: the status register of a meter in standard mode.
    """

    contract: Contract | None = None
    period: Period | None = None
    period_source: str = ""
    tempo_today: Said = NOTHING
    tempo_tomorrow: Said = NOTHING
    ejp_today: bool | None = None
    ejp_notice: bool | None = None
    over_power: bool | None = None
    over_power_source: str = ""
    subscribed_va: int | None = None
    margin_va: int | None = None
    status: Stge | None = None


class Present:
    """Follows one meter, entry by entry.

    Attributes:
        situation: ``None`` before the first frame.
        profile: what the meter sends; ``None`` until that is known. The same object while it is
            the same.
        values: every quantity by its name, as it is now; totals are settled ones.
    """

    def __init__(self) -> None:
        self.situation: Situation | None = None
        self.profile: Profile | None = None
        self.values: dict[str, int | None] = {}
        self._mode: Mode | None = None
        self._seen, self._tariffs, self._over = Seen(), Tariffs(), OverPower()
        self._quantities: set[str] = set()
        self._counting: set[str] = set()  # totals that are not 0
        self._totals: Mapping[str, int] = {}
        self._known: tuple[int, int, int, Contract | None] | None = None
        self._shown_version, self._shown_labels = -1, dict[str, object]()
        self._newest: Mapping[str, int] = {}
        self._gauges: set[str] = set()  # all that were ever given
        self._missing: dict[str, int] = {}

    def take(self, judged: Judged) -> Situation:
        """Take the next entry of this meter."""
        frame, at = judged.reading.frame, judged.reading.received_at
        if frame.mode is not self._mode:
            self._mode = frame.mode
            self._seen, self._over = Seen(), OverPower()
            self._shown_version = -1
            self._quantities.clear()
            self._totals = {}
        self._seen.take(frame)
        self._take_values(judged)
        contract = self._tariffs.contract(frame.mode, self._seen)
        self._update_profile(contract)
        self._over.take(frame, self._seen, self.values, at)
        self.situation = self._situation(judged, contract)
        return self.situation

    def shown(self) -> dict[str, object]:
        """Key of every entity of the profile that a meter tells -> its value, as JSON has it."""
        if self.profile is None or self.situation is None:
            return {}
        if self._shown_version != self._seen.version:
            self._shown_version = self._seen.version
            self._shown_labels = _label_values(self.profile.mode, self._seen)
        values: dict[str, object] = {**self._shown_labels}
        values |= self.values
        values |= _situation_values(self.situation)
        return values

    def sources(self) -> dict[str, str]:
        """Key of an entity -> the label that tells its value; of those that several can tell."""
        now = self.situation
        if now is None:
            return {}
        return {
            "tariff_period": now.period_source,
            "tempo_today": now.tempo_today.source,
            "tempo_tomorrow": now.tempo_tomorrow.source,
            "over_power": now.over_power_source,
        }

    @property
    def is_sure(self) -> bool:
        """Whether it may be concluded from the profile what the meter does not send."""
        return self._seen.frames >= SURE_FRAMES

    def entities(self) -> tuple[Entity, ...]:
        """What to show of this meter; empty until its profile is known."""
        return () if self.profile is None else entities_of(self.profile)

    # ----------------------------------------------------------------------------------------

    def _take_values(self, judged: Judged) -> None:
        for settled in judged.judgement.settled:
            self._take_totals(settled.totals)
        gauges = judged.judgement.gauges
        self.values.update(gauges)
        if gauges is not self._newest:
            self._newest = gauges
            self._gauges.update(gauges)
            self._quantities.update(gauges)
            for name in self._missing.keys() & gauges.keys():
                del self._missing[name]
        if len(gauges) < len(self._gauges) and judged.reading.frame.kind is Kind.LONG:
            self._forget(gauges)
        active = judged.active
        self.values["active_w"] = None if active is None else active.w
        if active is not None:
            self._quantities.add("active_w")

    def _take_totals(self, totals: Mapping[str, int]) -> None:
        """A meter sends all its registers always: one that never counted may be none."""
        if totals is not self._totals:
            self._totals = totals
            self.values.update(totals)
            self._quantities.update(totals)
            self._counting.update(name for name, total in totals.items() if total)

    def _forget(self, gauges: Mapping[str, int]) -> None:
        """A gauge that several frames lack is not known any more."""
        for name in self._gauges - gauges.keys():
            self._missing[name] = self._missing.get(name, 0) + 1
            if self._missing[name] >= GAUGE_FRAMES:
                self.values[name] = None

    def _update_profile(self, contract: Contract | None) -> None:
        """What a meter has sent once it may send again: nothing leaves it within a mode."""
        ready = self._seen.frames >= READY_FRAMES or self._seen.long_frames >= READY_DAMAGED
        if not ready or self._mode is None:
            return
        known = (len(self._seen.labels), len(self._quantities), len(self._counting), contract)
        if known != self._known or self.profile is None or self.profile.mode is not self._mode:
            self._known = known
            unnamed = contract is None or contract.option == "other"
            idle = self._quantities.intersection(REGISTERS) - self._counting if unnamed else set()
            self.profile = Profile(
                self._mode,
                frozenset(self._seen.labels),
                frozenset(self._quantities - idle),
                contract,
                phases_of(self._seen.labels),
            )

    def _situation(self, judged: Judged, contract: Contract | None) -> Situation:
        seen = self._seen
        phases = phases_of(seen.labels)
        period, source = period_now(contract, seen)
        option = "" if contract is None else contract.option
        limit_va = subscribed_va(seen, phases)
        now_va = drawn_va(judged.reading.frame, self.values, phases)
        status = seen.value("STGE")
        runs = peak_running(seen, period)
        return Situation(
            contract=contract,
            period=period,
            period_source=source,
            tempo_today=tempo_today(seen, period, source) if option == "tempo" else NOTHING,
            tempo_tomorrow=tempo_tomorrow(seen) if option == "tempo" else NOTHING,
            ejp_today=runs if option == "ejp" else None,
            ejp_notice=not runs and peak_notice(seen) if option == "ejp" else None,
            over_power=self._over.now,
            over_power_source=self._over.source,
            subscribed_va=limit_va,
            margin_va=None if limit_va is None or now_va is None else limit_va - now_va,
            status=status if isinstance(status, Stge) else None,
        )


def _situation_values(now: Situation) -> dict[str, object]:
    other = now.contract is not None and now.contract.option == "other"
    values: dict[str, object] = {
        "tempo_today": now.tempo_today.value,
        "tempo_tomorrow": now.tempo_tomorrow.value,
        "ejp_today": now.ejp_today,
        "ejp_notice": now.ejp_notice,
        "over_power": now.over_power,
        "margin_va": now.margin_va,
        "subscribed_va": now.subscribed_va,
    }
    if now.period is not None:
        values["tariff_period"] = now.period.name.en if other else now.period.key
    if now.contract is not None:
        values["contract"] = now.contract.name.en if other else now.contract.option
    if now.status is not None:
        values["breaker_open"] = now.status.breaker != "closed"
        values["overvoltage"] = now.status.overvoltage
        values["terminal_cover_open"] = now.status.terminal_cover == "open"
        values["clock_degraded"] = now.status.clock_degraded
        values["dry_contact_closed"] = now.status.dry_contact == "closed"
    return values


def _label_values(mode: Mode, seen: Seen) -> dict[str, object]:
    """Of the labels that measure no quantity."""
    values: dict[str, object] = {}
    for label, dataset in seen.values.items():
        key = _key_of(mode, label)
        if key is not None:
            values[key] = _plain(dataset)
    return values


@cache
def _key_of(mode: Mode, label: str) -> str | None:
    """The key of a label that measures no quantity; there are as many as the label table has."""
    rows = TABLE[mode].get(label)
    entity = None if rows is None or rows[0].quantity else entity_of_label(mode, label)
    return None if entity is None else entity.key


def _plain(dataset: Dataset) -> object:
    value = dataset.value
    if isinstance(value, Motdetat) or type(value) is str:
        return words_of(value)
    return plain(value)
