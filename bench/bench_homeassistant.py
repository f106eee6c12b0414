"""Home Assistant, Mosquitto, `telewatt run`, each killed: how soon all states are right again.

Right is what two simulated meters have just said, entity by entity. The broker is away for a tenth
of a second, as where systemd starts it again, and for longer ones, because Home Assistant itself
tries to connect every ten seconds only, counted from the cut: with and without our help.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.figure import Figure
from tests.real.conftest import PEERS
from tests.real.stage import (
    ADDRESSES,
    Shown,
    Stage,
    broker_returns,
    home_returns,
    move_in,
    service_returns,
    stage_in,
)

NAMES = (
    "homeassistant.back.service",
    "homeassistant.back.broker.restarted",
    "homeassistant.back.broker",
    "homeassistant.back.broker.unaided",
    "homeassistant.back.home",
)
LIMITS_S = (10.0, 10.0, 10.0, 10.5, 10.0)
RESTARTED_S = (0.1,) * 3
OUTAGES_S = (0.5, 1.0, 2.0, 3.5, 5.0, 7.0, 9.0, 11.0, 13.0, 16.0)
TIMES = 3
SETTLED_S = 2.0
"""Home Assistant is given so long with the broker before that is killed again."""


class Back(NamedTuple):
    """Each time, how long until all was right again, s."""

    service: list[float]
    restarted: list[float]
    broker: list[float]
    unaided: list[float]
    home: list[float]


def figures() -> Iterator[Figure]:
    """Measure for some five minutes; nothing where Home Assistant is not installed."""
    if not (PEERS / "homeassistant" / "installed").is_file():
        print(
            "homeassistant is not installed: type scripts/setup-peer homeassistant", file=sys.stderr
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        back = asyncio.run(_kill_all(Path(folder)))
    for name, times, limit_s in zip(NAMES, back, LIMITS_S, strict=True):
        longest, unit = max(times), f"s, longest of {len(times)}"
        yield Figure(name, longest, unit, f"< {limit_s:g}", longest < limit_s)


async def _kill_all(folder: Path) -> Back:
    with stage_in(folder, PEERS / "homeassistant" / "bin") as stage:
        shown = await move_in(stage)
        stage.configure(*ADDRESSES, reload_mqtt=True)  # for all that starts from now on
        service = [await service_returns(stage, shown) for _ in range(TIMES)]
        restarted = [await _without_broker(stage, shown, each) for each in RESTARTED_S]
        broker = [await _without_broker(stage, shown, each) for each in OUTAGES_S]
        home = [await home_returns(stage, shown) for _ in range(TIMES)]
        stage.configure(*ADDRESSES)
        await service_returns(stage, shown)
        unaided = [await _without_broker(stage, shown, each) for each in RESTARTED_S]
    return Back(service, restarted, broker, unaided, home)


async def _without_broker(stage: Stage, shown: Shown, outage_s: float) -> float:
    await asyncio.sleep(SETTLED_S)
    return await broker_returns(stage, shown, outage_s)
