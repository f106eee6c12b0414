"""Times on the command line."""

from datetime import UTC, datetime

import pytest

from telewatt.cli.times import read_time

NOW = datetime(2026, 10, 25, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-07-01", "2026-06-30T22:00:00+00:00"),
        ("2026-07-01T06:00", "2026-07-01T04:00:00+00:00"),
        ("2026-07-01 06:00", "2026-07-01T04:00:00+00:00"),
        ("2026-07-01T06:00:30+02:00", "2026-07-01T04:00:30+00:00"),
        ("2026-07-01T06:00Z", "2026-07-01T06:00:00+00:00"),
        ("24h", "2026-10-24T03:00:00+00:00"),  # a day of 25 hours: hours are hours
        ("2w", "2026-10-11T03:00:00+00:00"),
    ],
)
def test_a_time_is_read(text: str, utc: str) -> None:
    assert read_time(text, NOW).isoformat() == utc


@pytest.mark.parametrize(
    "text", ["", "yesterday", "7", "7x", "2026-13-01", "31/01/2026", "0001-01-01", "999999w", "-1d"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_time(text, NOW)
