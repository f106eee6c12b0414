"""When what a meter sent last is not the present any more."""

import pytest

from telewatt.quality import STALE_RELAYED_S, STALE_S, stale_after_s
from telewatt.tic import Status


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.RELAYED])
def test_a_meter_on_its_own_line_is_silent_after_ten_seconds(status: Status) -> None:
    assert stale_after_s(status) == STALE_S
    assert stale_after_s(status, 30.0) == 30.0


def test_relayed_values_may_come_once_a_minute() -> None:
    assert stale_after_s(Status.RELAYED) == stale_after_s(Status.RELAYED, 30.0) == STALE_RELAYED_S
    assert stale_after_s(Status.RELAYED, 600.0) == 600.0
