from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telewatt.tic import horodate
from telewatt.tic.formats import FormatError

PARIS = ZoneInfo("Europe/Paris")
INSTANTS = st.integers(0, 99 * 365 * 86_400).map(
    lambda seconds: datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("H081225223518", "2008-12-25T21:35:18+00:00"),
        ("E090714074553", "2009-07-14T05:45:53+00:00"),
        ("E250708195150", "2025-07-08T17:51:50+00:00"),
        (" 230213060000", "2023-02-13T05:00:00+00:00"),
        (" 230713060000", "2023-07-13T04:00:00+00:00"),
        ("h081225223518", "2008-12-25T21:35:18+00:00"),
        ("e090714074553", "2009-07-14T05:45:53+00:00"),
    ],
)
def test_season_gives_the_offset(text: str, utc: str) -> None:
    assert horodate.parse(text) == datetime.fromisoformat(utc)


def test_both_two_thirty_of_the_autumn_night_are_told_apart() -> None:
    assert horodate.parse("E251026023000") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert horodate.parse("H251026023000") == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_spring_night_has_no_hole_in_utc() -> None:
    before, after = horodate.parse("H250330015959"), horodate.parse("E250330030000")
    assert before is not None
    assert after is not None
    assert after - before == timedelta(seconds=1)


def test_without_season_an_ambiguous_time_is_the_first_one() -> None:
    assert horodate.parse(" 251026023000") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


def test_season_letter_wins_over_the_calendar() -> None:
    assert horodate.parse("H090714074553") == datetime(2009, 7, 14, 6, 45, 53, tzinfo=UTC)


@pytest.mark.parametrize("season", "HhEe ")
def test_unprovisioned_date_is_no_time(season: str) -> None:
    assert horodate.parse(f"{season}000000000000") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H",
        "H08122522351",
        "H0812252235180",
        "K081225223518",
        "\t081225223518",
        "H08122522351x",
        "H08122522351 ",
        "H081325223518",
        "H080230223518",
        "H081225243518",
        "H081225240000",
        "H081225236018",
        "H081225223560",
        "H081225q23518",
        "`081225223518",
        " 081325223518",
        "Z000000000000",
        "H٠٨١٢٢٥٢٢٣٥١٨",
        "H-81225223518",
    ],
)
def test_malformed_horodate_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        horodate.parse(text)


def test_degraded_clock_is_lower_case() -> None:
    assert [horodate.is_degraded(f"{season}081225223518") for season in "HEhe "] == [
        False,
        False,
        True,
        True,
        False,
    ]


@given(INSTANTS)
def test_written_by_season_and_read_back_is_the_same_instant(instant: datetime) -> None:
    local = instant.astimezone(PARIS)
    season = "E" if local.dst() else "H"
    assert horodate.parse(f"{season}{local:%y%m%d%H%M%S}") == instant


@given(st.text(max_size=16) | st.from_regex(r"[HhEe ][0-9]{12}", fullmatch=True))
def test_any_text_gives_a_utc_time_or_none_or_format_error(text: str) -> None:
    try:
        time = horodate.parse(text)
    except FormatError:
        return
    assert time is None or time.utcoffset() == timedelta(0)
