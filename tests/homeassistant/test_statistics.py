"""Hourly statistics: rows that fit to what Home Assistant has, and are the same the next time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from telewatt.homeassistant.statistics import (
    TOLERANCE_WH,
    Hour,
    Point,
    hours_of,
    hours_present,
    metadata_json,
    missing_of,
    points_of,
    row_json,
)
from telewatt.rollup.series import EnergyRow
from telewatt.rollup.total import Quality

START = datetime(2025, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rows(*energies: int | None, quality: Quality = Quality.MEASURED) -> list[EnergyRow]:
    return [
        EnergyRow(START + n * HOUR, START + (n + 1) * HOUR, wh, quality)
        for n, wh in enumerate(energies)
    ]


def test_the_rows_before_end_where_home_assistant_begins() -> None:
    anchor = Point(START + 3.5 * HOUR, state=10_000, sum=40)
    found = [hour for hour, _ in hours_of(rows(100, 200, 300), anchor, 50)]
    assert [hour.state for hour in found] == [9450, 9650, 9950]
    assert {hour.sum - hour.state for hour in found} == {anchor.sum - anchor.state}


def test_the_rows_after_an_outage_go_on_from_what_home_assistant_knew() -> None:
    anchor = Point(START, state=10_000, sum=40)
    found = [hour for hour, _ in hours_of(rows(100, 200, 300), anchor, -600)]
    assert [hour.sum for hour in found] == [140, 340, 640]


def test_hours_of_which_nothing_is_known_have_no_row() -> None:
    anchor = Point(START + 4 * HOUR, 1000, 0)
    found = hours_of(rows(None, 10, 20, None), anchor, 0)
    assert [hour.start for hour, _ in found] == [START + HOUR, START + 2 * HOUR]
    assert [hour.state for hour, _ in found] == [980, 1000]


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=50), st.integers(-(10**6), 10**6))
def test_the_difference_of_two_rows_is_the_energy_between_them(
    energies: list[int], sum_: int
) -> None:
    anchor = Point(START + len(energies) * HOUR, 10**8, sum_)
    found = [hour for hour, _ in hours_of(rows(*energies), anchor, 0)]
    sums = [found[0].sum - energies[0], *(hour.sum for hour in found)]
    assert [b - a for a, b in pairwise(sums)] == energies


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=50))
def test_what_was_written_is_not_written_again(energies: list[int]) -> None:
    anchor = Point(START + len(energies) * HOUR, 10**8, 77)
    wanted = hours_of(rows(*energies), anchor, 0)
    new, corrected = missing_of(wanted, {})
    assert (len(new), corrected) == (len(energies), [])
    assert missing_of(wanted, {hour.start: hour for hour in new}) == ([], [])


def test_seconds_of_difference_are_left_and_lies_are_corrected() -> None:
    wanted = hours_of(rows(100, 100), Point(START + 2 * HOUR, 1000, 0), 0)
    near = {h.start: h._replace(sum=h.sum - TOLERANCE_WH) for h, _ in wanted}
    assert missing_of(wanted, near) == ([], [])
    far = {h.start: h._replace(sum=h.sum - TOLERANCE_WH - 1) for h, _ in wanted}
    assert missing_of(wanted, far) == ([], [h for h, _ in wanted])


def test_a_guess_of_ours_corrects_nobody() -> None:
    wanted = hours_of(rows(100, quality=Quality.BRACKETED), Point(START + HOUR, 1000, 0), 0)
    there = {START: Hour(START, 0, -5000)}
    assert missing_of(wanted, there) == ([], [])
    assert missing_of(wanted, {}) == ([wanted[0][0]], [])


def test_a_row_is_written_in_the_unit_that_home_assistant_keeps() -> None:
    hour = Hour(START, 12_345_678, 1500)
    assert row_json(hour, "kWh") == {
        "start": "2025-01-15T00:00:00+00:00",
        "state": 12345.678,
        "sum": 1.5,
    }
    assert row_json(hour, "Wh")["state"] == 12_345_678


def test_newer_versions_are_told_more() -> None:
    old = metadata_json("sensor.a", "Wh", "x", (2025, 4))
    assert (old["source"], old["name"]) == ("recorder", None)
    assert "unit_class" not in old
    assert metadata_json("sensor.a", "Wh", None, (2026, 11))["unit_class"] == "energy"
    own = metadata_json("telewatt:1_import_wh", "Wh", "House", (2025, 4))
    assert (own["source"], own["name"]) == ("telewatt", "House")


def test_what_home_assistant_answers_is_read() -> None:
    at = START.timestamp() * 1000
    answer = [
        {"start": at, "end": at + 3_600_000, "state": 5.0, "sum": 2.0},
        {"start": at + 3_600_000, "end": at + 7_200_000, "state": None, "sum": None},
    ]
    assert points_of(answer) == [Point(START + HOUR, 5, 2)]
    assert hours_present(answer) == {START: Hour(START, 5, 2)}
