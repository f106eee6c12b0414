"""Steps and periods of the calendar at home."""

from datetime import UTC, datetime

import pytest

from telewatt.rollup import Step
from telewatt.web.times import aligned, moved, period_end, period_start, step_for

NOON = datetime(2026, 3, 29, 10, tzinfo=UTC)  # the day with 23 hours


@pytest.mark.parametrize(
    ("days", "step"),
    [(0.1, 1), (1, 5), (3, Step.QUARTER), (14, Step.HOUR), (366, Step.DAY), (3650, Step.MONTH)],
)
def test_a_step_has_at_most_so_many_intervals(days, step):
    end = NOON
    start = datetime.fromtimestamp(end.timestamp() - days * 86400, UTC)
    assert step_for("auto", start, end, 366) == step
    assert step_for("day", start, end, 366) is Step.DAY
    assert step_for(30, start, end, 366) == 30


def test_periods_begin_and_end_at_home():
    assert period_start("day", NOON) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert period_end("day", period_start("day", NOON)) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert period_start("week", NOON) == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert period_start("month", NOON) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert period_start("year", NOON) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert period_end("year", period_start("year", NOON)) == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_the_same_moment_is_that_of_the_clock_at_home():
    assert moved(NOON, "day", -1) == datetime(2026, 3, 28, 11, tzinfo=UTC)
    assert moved(datetime(2024, 2, 29, 10, tzinfo=UTC), "year", -1) == datetime(
        2023, 2, 28, 10, tzinfo=UTC
    )


def test_weeks_begin_on_monday_and_minutes_at_midnight():
    assert aligned("week", NOON) == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert aligned(45, datetime(2026, 1, 1, 10, 50, tzinfo=UTC)).minute == 15
    assert aligned(Step.DAY, NOON) == NOON
