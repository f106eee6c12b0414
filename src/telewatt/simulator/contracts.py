"""Tariff structures as data, and the one rule that reads them at a local time.

A contract has at most ten supplier indexes, day profiles that say which index runs from which
minute, a week of day profiles, and possibly mobile peaks: days announced the day before (Tempo
white and red, EJP). Numbering of the indexes as on Linky: HC 01, HP 02; Tempo HCJB HPJB HCJW HPJW
HCJR HPJR 01..06.
Source: Enedis-NOI-CPT_54E v3, 6.1, 6.2.3.14 and 6.2.3.20-23; texts and colours as real meters
send them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random
from typing import NamedTuple

from telewatt.simulator.clock import instant, local_time

OPENS, CLOSES, TEMPO_RULE = 0x8000, 0xC000, 0x4000
WHITE, RED = 1, 2  # the mobile peak numbers Tempo uses
ANNOUNCED_MIN, COLOUR_SHOWN_MIN = 17 * 60, 20 * 60
EJP_NOTICE_S = 30 * 60
UNUSED_SLOT = "NONUTILE"
HIGH_SEASON = (11, 12, 1, 2, 3)


class Slot(NamedTuple):
    """From ``minute`` of the day on: the supplier index and what the dry contact does."""

    minute: int
    supplier: int
    contact: int = OPENS

    @property
    def closed(self) -> bool:
        """Whether the dry contact is closed; Tempo's own rule closes it off-peak (odd indexes)."""
        return self.contact == CLOSES or (self.contact == TEMPO_RULE and self.supplier % 2 == 1)


Profile = tuple[Slot, ...]
OffPeak = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """One tariff structure.

    Attributes:
        ngtf, ltarf: the supplier's texts, 16 characters; ``ltarf`` one per index.
        profiles, week: day profiles by day_id, and the day_id of Monday to Sunday.
        off_peak: the grid operator's off-peak hours, minutes (start, end).
        optarif, registers, ptec: what historic mode shows; a modern contract is ``BASE``/``TH..``
            with the total (54E 6.1), its ``registers`` are empty.
        peaks: profile by mobile peak number; ``peak_min``: first and last minute of a peak day.
    """

    name: str
    ngtf: str
    ltarf: tuple[str, ...]
    profiles: tuple[Profile, ...]
    off_peak: OffPeak
    week: tuple[int, ...] = (0,) * 7
    optarif: str = "BASE"
    registers: tuple[str, ...] = ()
    ptec: tuple[str, ...] = ()
    peaks: tuple[Profile, ...] = ()
    peak_min: tuple[int, int] = (360, 1800)

    @property
    def is_tempo(self) -> bool:
        """Tempo, whose colours the status register shows."""
        return self.name == "tempo"

    @property
    def is_ejp(self) -> bool:
        """EJP, whose notice lasts the 30 minutes before the peak."""
        return self.name == "ejp"


class Peak(NamedTuple):
    """A mobile peak the meter knows: number 1..3, first instant, instant after its end."""

    number: int
    start_s: int
    end_s: int


class Tariff(NamedTuple):
    """What runs at one instant.

    ``supplier`` index 1..10 (NTARF), ``distributor`` 1..4, ``contact`` closed or not, numbers of
    the running and of the announced peak (0 none), Tempo colours of today and tomorrow (0 none, 1
    blue, 2 white, 3 red), day_id of today and tomorrow, the known peaks, and the profile of the
    next one.
    """

    supplier: int
    distributor: int
    contact: bool
    peak: int
    notice: int
    today: int
    tomorrow: int
    day_id: int
    next_day_id: int
    known: tuple[Peak, ...]
    next_peak: Profile | None


PeakOf = Callable[[int], int]
"""A day's ordinal -> the number of its mobile peak, 0 for none."""


def tariff_at(contract: Contract, peak_of: PeakOf, epoch_s: int) -> Tariff:
    """What the contract says at an instant, given the mobile peaks of the days around it."""
    local = local_time(epoch_s)
    minute = local.second // 60
    peaks = _peaks_near(contract, peak_of, local.day, epoch_s)
    running = next((p.number for p in peaks if p.start_s <= epoch_s), 0)
    day_ids = [contract.week[(day - 1) % 7] for day in (local.day, local.day + 1)]
    slot = slot_at(
        contract.peaks[running - 1] if running else contract.profiles[day_ids[0]], minute
    )
    coming = [p for p in peaks if p.start_s > epoch_s]
    known = _first_of_each(peaks)
    shown = sorted((p for p in known if p.start_s > epoch_s), key=lambda p: p.start_s)
    today, tomorrow = _colours(contract, peak_of, local.day, minute)
    return Tariff(
        supplier=slot.supplier,
        distributor=_distributor_index(contract, local.day, minute),
        contact=slot.closed,
        peak=running,
        notice=next((p.number for p in coming if epoch_s >= _notice_s(contract, p)), 0),
        today=today,
        tomorrow=tomorrow,
        day_id=day_ids[0],
        next_day_id=day_ids[1],
        known=known,
        next_peak=contract.peaks[shown[0].number - 1] if shown else None,
    )


def slot_at(profile: Profile, minute: int) -> Slot:
    """The slot of a profile that covers a minute of the day."""
    return next(slot for slot in reversed(profile) if slot.minute <= minute)


@lru_cache(maxsize=64)
def profile_text(profile: Profile) -> str:
    """PJOURF+1 and PPOINTE: eleven blocks ``HHMMSSSS`` (54E 6.2.3.22).

    >>> profile_text((Slot(0, 1, CLOSES), Slot(390, 2)))[:26]
    '0000C001 06308002 NONUTILE'
    """
    blocks = [f"{s.minute // 60:02}{s.minute % 60:02}{s.contact | s.supplier:04X}" for s in profile]
    return " ".join(blocks + [UNUSED_SLOT] * (11 - len(blocks)))


class PeakCalendar:
    """Which days are peaks: drawn for each season by the seed, unless an event decides."""

    def __init__(self, contract: Contract, seed: int) -> None:
        self._contract, self._seed = contract, seed
        self._seasons: dict[int, dict[int, int]] = {}
        self.decided: dict[int, int] = {}

    def __call__(self, day: int) -> int:
        if day in self.decided:
            return self.decided[day]
        when = date.fromordinal(day)
        year = when.year if when.month >= 9 else when.year - 1
        if year not in self._seasons:
            self._seasons[year] = season_peaks(self._contract, year, self._seed)
        return self._seasons[year].get(day, 0)


def season_peaks(contract: Contract, year: int, seed: int) -> dict[int, int]:
    """The peak days of the season that begins on 1 September of ``year``, drawn by the seed.

    Tempo: 22 red days (working days, November to March) and 43 white ones (never a Sunday);
    EJP: 22 days, November to March. Other contracts have none of their own.
    """
    rng = Random(f"{seed}/{contract.name}/{year}")
    first, last = date(year, 11, 1).toordinal(), date(year + 1, 3, 31).toordinal()
    if contract.is_ejp:
        return dict.fromkeys(_draw(rng, list(range(first, last + 1)), 22), 1)
    if not contract.is_tempo:
        return {}
    reds = _draw(rng, [d for d in range(first, last + 1) if (d - 1) % 7 < 5], 22)
    autumn, spring = date(year, 10, 1).toordinal(), date(year + 1, 5, 1).toordinal()
    left = [d for d in range(autumn, spring) if (d - 1) % 7 != 6 and d not in reds]
    return dict.fromkeys(reds, RED) | dict.fromkeys(_draw(rng, left, 43), WHITE)


def _draw(rng: Random, days: list[int], count: int) -> set[int]:
    return set(sorted(days, key=lambda _: rng.random())[:count])


def _peaks_near(contract: Contract, peak_of: PeakOf, day: int, epoch_s: int) -> list[Peak]:
    """Peaks running or announced, in order of their start."""
    if not contract.peaks:
        return []
    begin, end = contract.peak_min
    near = [
        Peak(number, instant(d, begin), instant(d, end))
        for d in (day - 1, day, day + 1)
        if (number := peak_of(d))
    ]
    announced = instant(day, ANNOUNCED_MIN)
    today = instant(day, 1440)
    return [p for p in near if p.end_s > epoch_s and (p.start_s < today or announced <= epoch_s)]


def _first_of_each(peaks: list[Peak]) -> tuple[Peak, ...]:
    first: dict[int, Peak] = {}
    for peak in peaks:
        first.setdefault(peak.number, peak)
    return tuple(first[number] for number in sorted(first))


def _notice_s(contract: Contract, peak: Peak) -> int:
    if contract.is_ejp:
        return peak.start_s - EJP_NOTICE_S
    return instant(local_time(peak.start_s).day - 1, COLOUR_SHOWN_MIN)


def _colours(contract: Contract, peak_of: PeakOf, day: int, minute: int) -> tuple[int, int]:
    """Tempo colours of the tariff day (06:00 to 06:00) and of the next, known from 20:00."""
    if not contract.is_tempo:
        return 0, 0
    start = contract.peak_min[0]
    tariff_day = day if minute >= start else day - 1
    shown = minute >= COLOUR_SHOWN_MIN or minute < start
    return peak_of(tariff_day) + 1, peak_of(tariff_day + 1) + 1 if shown else 0


def _distributor_index(contract: Contract, day: int, minute: int) -> int:
    """Index 1 HC and 2 HP of the low season, 3 HC and 4 HP of the high one, as real frames show."""
    off_peak = any(_covers(span, minute) for span in contract.off_peak)
    return (3 if date.fromordinal(day).month in HIGH_SEASON else 1) + (not off_peak)


def _covers(span: tuple[int, int], minute: int) -> bool:
    start, end = span
    return start <= minute < end if start < end else minute >= start or minute < end


def off_peak_profile(off_peak: OffPeak, low: Slot, high: Slot) -> Profile:
    """A day profile that takes ``low`` inside the off-peak hours and ``high`` outside."""
    edges = sorted({0} | {edge % 1440 for span in off_peak for edge in span})
    slots = [
        (low if any(_covers(span, edge) for span in off_peak) else high)._replace(minute=edge)
        for edge in edges
    ]
    return tuple(s for i, s in enumerate(slots) if i == 0 or s.supplier != slots[i - 1].supplier)


NIGHT: OffPeak = ((22 * 60, 6 * 60),)
LOW, HIGH = Slot(0, 1, CLOSES), Slot(0, 2, OPENS)


def _tempo_profile(low: int) -> Profile:
    return tuple(
        Slot(minute, low + high, TEMPO_RULE) for minute, high in ((0, 0), (360, 1), (1320, 0))
    )


def base(off_peak: OffPeak) -> Contract:
    """One price."""
    return Contract(
        name="base", ngtf="      BASE      ", ltarf=("      BASE      ",),
        profiles=((Slot(0, 1),),), off_peak=off_peak,
        registers=("BASE",), ptec=("TH..",),
    )  # fmt: skip


def hc(off_peak: OffPeak) -> Contract:
    """Off-peak and peak hours."""
    return Contract(
        name="hc", ngtf="H PLEINE/CREUSE ", ltarf=("  HEURE  CREUSE ", "  HEURE  PLEINE "),
        profiles=(off_peak_profile(off_peak, LOW, HIGH),), off_peak=off_peak,
        optarif="HC..", registers=("HCHC", "HCHP"), ptec=("HC..", "HP.."),
    )  # fmt: skip


def ejp(off_peak: OffPeak) -> Contract:
    """22 peak days of 18 hours a winter, 07:00 to 01:00."""
    return Contract(
        name="ejp", ngtf="      EJP       ", ltarf=(" HEURE  NORMALE ", " HEURE  POINTE  "),
        profiles=((Slot(0, 1),),), off_peak=off_peak, peaks=((Slot(0, 2),),), peak_min=(420, 1500),
        optarif="EJP.", registers=("EJPHN", "EJPHPM"), ptec=("HN..", "PM.."),
    )  # fmt: skip


def tempo(_: OffPeak) -> Contract:
    """Blue, white and red days from 06:00 to 06:00, off-peak from 22:00 to 06:00."""
    return Contract(
        name="tempo", ngtf="     TEMPO      ",
        ltarf=("    HC  BLEU    ", "    HP  BLEU    ", "    HC  BLANC   ",
               "    HP  BLANC   ", "    HC  ROUGE   ", "    HP  ROUGE   "),
        profiles=(_tempo_profile(1),), off_peak=NIGHT, peaks=(_tempo_profile(3), _tempo_profile(5)),
        optarif="BBR(", ptec=("HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"),
        registers=("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
    )  # fmt: skip


def weekend(off_peak: OffPeak) -> Contract:
    """Off-peak and peak hours from Monday to Friday, a third price at the week-end."""
    return Contract(
        name="weekend", ngtf=" HC et Week-End ",
        ltarf=("   HC SEMAINE   ", "   HP SEMAINE   ", "    WEEK-END    "),
        profiles=(off_peak_profile(off_peak, LOW, HIGH), (Slot(0, 3, CLOSES),)),
        week=(0, 0, 0, 0, 0, 1, 1), off_peak=off_peak,
    )  # fmt: skip


def sale(off_peak: OffPeak) -> Contract:
    """The second meter of a producer who sells everything."""
    return Contract(
        name="sale", ngtf="   PRODUCTEUR   ", ltarf=(" INDEX NON CONSO",),
        profiles=((Slot(0, 1),),), off_peak=off_peak,
    )  # fmt: skip


def free(off_peak: OffPeak, profiles: tuple[Profile, ...], week: tuple[int, ...]) -> Contract:
    """Any calendar of up to ten indexes; a mobile peak (PM1 to PM3) takes index 10."""
    return Contract(
        name="free", ngtf=" OFFRE LIBRE    ",
        ltarf=tuple(f"    TARIF {index:02}    " for index in range(1, 11)),
        profiles=profiles, week=week, off_peak=off_peak, peaks=((Slot(0, 10),),) * 3,
    )  # fmt: skip


FIXED = {c.__name__: c for c in (base, hc, ejp, tempo, weekend, sale)}
"""Contracts that need nothing but the off-peak hours."""
NAMES = (*FIXED, "free")
