"""What the page shows as the present."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telewatt.derivation import Judge
from telewatt.tic import Mode, Status
from telewatt.web.newest import Newest
from tests.truth.readings import reading


def after(status: Status, age_s: float) -> Newest:
    """A meter that was heard so long ago."""
    heard = reading(0, Mode.HISTORIC, status=status, PAPP=750)
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    newest = Newest()
    newest.take(Judge().take(1, replace(heard, received_at=at)))
    return newest


@pytest.mark.parametrize(
    ("status", "age_s", "is_stale"),
    [
        (Status.COMPLETE, 0, False),
        (Status.COMPLETE, 11, True),
        (Status.RELAYED, 90, False),
        (Status.RELAYED, 331, True),
    ],
)
def test_what_is_relayed_may_be_older(status: Status, age_s: float, is_stale: bool) -> None:
    newest = after(status, age_s)
    assert newest.is_stale(next(iter(newest.lines))) is is_stale


def test_a_line_that_brought_nothing_is_stale() -> None:
    assert Newest().is_stale("house")
