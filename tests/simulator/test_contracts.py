"""Tariff structures: what runs at which local time."""

from datetime import date, datetime

import pytest

from telewatt.simulator.clock import PARIS, horodate, instant, local_time
from telewatt.simulator.contracts import (
    NIGHT,
    Contract,
    Slot,
    base,
    ejp,
    free,
    hc,
    profile_text,
    tempo,
    weekend,
)
from telewatt.simulator.tariff import RED, WHITE, Tariff, change_minutes, season_peaks, tariff_at


def at(contract: Contract, when: str, peaks: dict[str, int] | None = None) -> Tariff:
    days = {date.fromisoformat(day).toordinal(): number for day, number in (peaks or {}).items()}
    instant_s = int(datetime.fromisoformat(when).replace(tzinfo=PARIS).timestamp())
    return tariff_at(contract, lambda day: days.get(day, 0), instant_s)


def test_off_peak_is_index_1_with_the_contact_closed() -> None:
    night, day = at(hc(NIGHT), "2025-01-15T23:00"), at(hc(NIGHT), "2025-01-15T12:00")
    assert (night.supplier, night.contact) == (1, True)
    assert (day.supplier, day.contact) == (2, False)


@pytest.mark.parametrize(
    ("when", "index"),
    [("01:29", 2), ("01:30", 1), ("06:59", 1), ("07:00", 2), ("12:00", 1), ("14:30", 2)],
)
def test_off_peak_hours_may_be_split(when: str, index: int) -> None:
    contract = hc(((90, 420), (720, 870)))
    assert at(contract, f"2025-01-15T{when}").supplier == index


def test_the_profile_text_is_the_one_real_meters_send() -> None:
    split = hc(((90, 420), (720, 870)))
    text = profile_text(split.profiles[0])
    assert text.startswith("00008002 0130C001 07008002 1200C001 14308002 NONUTILE")
    assert profile_text(tempo(NIGHT).profiles[0]).startswith("00004001 06004002 22004001 NONUTILE")
    assert profile_text(tempo(NIGHT).peaks[RED - 1]).startswith("00004005 06004006 22004005 ")
    assert profile_text(base(NIGHT).profiles[0]).startswith("00008001 NONUTILE")
    assert all(len(profile_text(p)) == 98 for p in split.profiles)


def test_distributor_indexes_follow_the_season_and_the_off_peak_hours() -> None:
    """Low season HC 1, HP 2; high season (November to March) HC 3, HP 4: as real frames show."""
    times = ("2024-09-24T22:56", "2024-09-24T12:00", "2024-12-03T00:49", "2024-01-07T17:58")
    seen = [at(tempo(NIGHT), when).distributor for when in times]
    assert seen == [1, 2, 3, 4]


RED_DAY = {"2024-12-03": RED}


@pytest.mark.parametrize(
    ("when", "supplier", "today", "tomorrow", "notice", "peak", "known"),
    [
        ("2024-12-02T16:59", 2, 1, 0, 0, 0, 0),
        ("2024-12-02T17:58", 2, 1, 0, 0, 0, 1),
        ("2024-12-02T20:00", 2, 1, 3, 2, 0, 1),
        ("2024-12-03T00:49", 1, 1, 3, 2, 0, 1),
        ("2024-12-03T05:59", 1, 1, 3, 2, 0, 1),
        ("2024-12-03T06:00", 6, 3, 0, 0, 2, 1),
        ("2024-12-03T22:00", 5, 3, 1, 0, 2, 1),
        ("2024-12-04T05:59", 5, 3, 1, 0, 2, 1),
        ("2024-12-04T06:00", 2, 1, 0, 0, 0, 0),
    ],
)
def test_a_tempo_day_runs_from_six_to_six(
    when: str, supplier: int, today: int, tomorrow: int, notice: int, peak: int, known: int
) -> None:
    """The eve at 17:58 and 00:49 are two published frames: DPM2 before and with the colour."""
    seen = at(tempo(NIGHT), when, RED_DAY)
    assert (seen.supplier, seen.today, seen.tomorrow) == (supplier, today, tomorrow)
    assert (seen.notice, seen.peak, len(seen.known)) == (notice, peak, known)
    assert (seen.day_id, seen.next_day_id) == (0, 0)


def test_the_next_peak_has_a_profile_only_while_a_shown_peak_lies_ahead() -> None:
    evening = at(tempo(NIGHT), "2024-12-03T21:00", {"2024-12-03": RED, "2024-12-04": WHITE})
    assert [p.number for p in evening.known] == [WHITE, RED]
    assert evening.next_peak == tempo(NIGHT).peaks[WHITE - 1]
    twice = at(tempo(NIGHT), "2024-12-03T21:00", {"2024-12-03": RED, "2024-12-04": RED})
    assert [horodate(p.start_s) for p in twice.known] == ["H241203060000"]
    assert twice.next_peak is None
    assert (twice.notice, twice.peak) == (RED, RED)


@pytest.mark.parametrize(
    ("when", "supplier", "notice"),
    [("06:29", 1, 0), ("06:30", 1, 1), ("07:00", 2, 0), ("23:59", 2, 0)],
)
def test_ejp_gives_notice_for_half_an_hour(when: str, supplier: int, notice: int) -> None:
    seen = at(ejp(NIGHT), f"2025-01-09T{when}", {"2025-01-09": 1})
    assert (seen.supplier, seen.notice) == (supplier, notice)


def test_an_ejp_peak_ends_at_one_in_the_night() -> None:
    peaks = {"2025-01-09": 1}
    assert at(ejp(NIGHT), "2025-01-10T00:59", peaks).supplier == 2
    assert at(ejp(NIGHT), "2025-01-10T01:00", peaks).supplier == 1


def test_the_week_end_is_another_sort_of_day() -> None:
    friday, sunday = (at(weekend(NIGHT), f"2025-01-{day}T12:00") for day in (17, 19))
    assert (friday.supplier, friday.day_id, friday.next_day_id) == (2, 0, 1)
    assert (sunday.supplier, sunday.day_id, sunday.next_day_id) == (3, 1, 0)


def test_a_free_calendar_uses_up_to_ten_indexes() -> None:
    contract = free(NIGHT, tuple((Slot(0, day + 1),) for day in range(7)), tuple(range(7)))
    seen = [at(contract, f"2025-01-{13 + day}T12:00").supplier for day in range(7)]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert at(contract, "2025-01-13T12:00", {"2025-01-13": 3}).supplier == 10


@pytest.mark.parametrize("seed", range(5))
def test_tempo_seasons_follow_the_rules(seed: int) -> None:
    """22 red: no week-end, November to March; 43 white: no Sunday; drawn by the seed."""
    peaks = season_peaks(tempo(NIGHT), 2024, seed)
    reds = [date.fromordinal(day) for day, number in peaks.items() if number == RED]
    whites = [date.fromordinal(day) for day, number in peaks.items() if number == WHITE]
    assert (len(reds), len(whites)) == (22, 43)
    assert all(day.weekday() < 5 and day.month in (11, 12, 1, 2, 3) for day in reds)
    assert all(day.weekday() != 6 for day in whites)
    assert (
        peaks
        == season_peaks(tempo(NIGHT), 2024, seed)
        != season_peaks(tempo(NIGHT), 2024, seed + 1)
    )


def test_ejp_has_22_days_a_winter_and_other_contracts_have_none() -> None:
    assert len(season_peaks(ejp(NIGHT), 2024, 1)) == 22
    assert season_peaks(hc(NIGHT), 2024, 1) == {}


@pytest.mark.parametrize(
    ("day", "hours"), [("2025-03-30", 23), ("2025-10-26", 25), ("2025-01-15", 24)]
)
def test_days_of_clock_changes_have_23_and_25_hours(day: str, hours: int) -> None:
    number = date.fromisoformat(day).toordinal()
    assert instant(number + 1, 0) - instant(number, 0) == hours * 3600


def test_the_season_letter_tells_the_double_hour_apart() -> None:
    first = int(datetime.fromisoformat("2025-10-26T00:30:00+00:00").timestamp())
    assert horodate(first) == "E251026023000"
    assert horodate(first + 3600) == "H251026023000"
    assert horodate(first, degraded=True) == "e251026023000"
    spring = int(datetime.fromisoformat("2025-03-30T00:59:59+00:00").timestamp())
    assert [horodate(spring), horodate(spring + 1)] == ["H250330015959", "E250330030000"]


def test_local_time_counts_days_as_dates_do() -> None:
    assert local_time(1230240918) == (
        date(2008, 12, 25).toordinal(),
        22 * 3600 + 35 * 60 + 18,
        False,
    )


@pytest.mark.parametrize(
    "contract", [base(NIGHT), hc(((90, 425), (720, 870))), tempo(NIGHT), ejp(NIGHT)]
)
@pytest.mark.parametrize("first", ["2025-03-29", "2025-10-25", "2025-01-16"])
def test_nothing_changes_between_the_minutes_of_change(contract: Contract, first: str) -> None:
    day = date.fromisoformat(first).toordinal()
    peaks = {day: 1, day + 1: len(contract.peaks)}
    seen = None
    for at_s in range(instant(day - 1, 0), instant(day + 2, 0), 60):
        now = tariff_at(contract, lambda d: peaks.get(d, 0) if contract.peaks else 0, at_s)
        if local_time(at_s).second // 60 not in change_minutes(contract):
            assert now == seen
        seen = now
