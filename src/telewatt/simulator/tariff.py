"""What a contract says at one instant: indexes, contact, colours, mobile peaks.

Tempo days run from 06:00 to 06:00, EJP peaks from 07:00 to 01:00. A peak is known to the meter
from 17:00 the day before (DPMn, FPMn), its notice and colour are shown from 20:00, those of EJP
in the 30 minutes before. Source: Enedis-NOI-CPT_54E v3, 6.2.3.14-15, 6.2.3.23; hours as real
frames show them.
"""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import NamedTuple

from telewatt.simulator.clock import instant, local_time
from telewatt.simulator.contracts import Contract, Profile, covers, slot_at

WHITE, RED = 1, 2  # the mobile peak numbers Tempo uses
ANNOUNCED_MIN, COLOUR_SHOWN_MIN = 17 * 60, 20 * 60
EJP_NOTICE_MIN = 30
HIGH_SEASON = (11, 12, 1, 2, 3)


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


def change_minutes(contract: Contract) -> frozenset[int]:
    """The minutes of the day at which `tariff_at` may change: slots, edges, every full hour."""
    begin, end = contract.peak_min
    minutes = {
        *range(0, 1440, 60),
        ANNOUNCED_MIN,
        COLOUR_SHOWN_MIN,
        begin - EJP_NOTICE_MIN,
        begin,
        end,
    }
    minutes |= {slot.minute for p in (*contract.profiles, *contract.peaks) for slot in p}
    minutes |= {edge for span in contract.off_peak for edge in span}
    return frozenset(minute % 1440 for minute in minutes)


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
        return peak.start_s - EJP_NOTICE_MIN * 60
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
    off_peak = any(covers(span, minute) for span in contract.off_peak)
    return (3 if date.fromordinal(day).month in HIGH_SEASON else 1) + (not off_peak)
