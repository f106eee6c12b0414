"""The year that the meters of `telewatt demo` have behind them: lived again, never kept."""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from telewatt.rollup import Portion
from telewatt.simulator import MeterSettings, parse_settings
from telewatt.simulator.past import Past
from telewatt.store.history import History

FINE = timedelta(days=10)
"""So long every minute is there; before, the quarters of an hour."""


def write_past(history: Path, meters: Mapping[str, str], days: int) -> dict[str, MeterSettings]:
    """Write the past of each meter until now into a new history.

    Args:
        meters: settings by the name of the line.

    Returns:
        By name, the settings with which each meter goes on.
    """
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    if not days:
        return {name: parse_settings(settings) for name, settings in meters.items()}
    with closing(History.open(history)):  # one makes it, then each process writes its meter
        pass
    with ProcessPoolExecutor(len(meters), get_context("spawn")) as processes:
        living = {
            name: processes.submit(write_meter_past, history, name, settings, end, days)
            for name, settings in meters.items()
        }
        return {name: future.result() for name, future in living.items()}


def write_meter_past(
    path: Path, name: str, settings: str, end: datetime, days: int
) -> MeterSettings:
    """Write the past of one meter until a whole minute; the settings with which it goes on."""
    read = parse_settings(settings)
    start = (end - timedelta(days=days)).replace(hour=0, minute=0)
    silent = None
    if days > 60 and not read.producer:  # somebody moved the cable
        outage = (end - timedelta(days=40)).replace(hour=13, minute=15)
        silent = outage, outage + timedelta(hours=3, minutes=30)
    past = Past(read, start, end, end - FINE, silent, 2.5 if read.noise else 0.02)
    modes = frozenset((str(read.mode),))
    with closing(History.open(path)) as history:
        for minutes in past.months():
            portion = Portion(past.address, name, modes, minutes, (), tuple(past.events))
            past.events.clear()
            history.write([portion], 0, {})
    return past.present()
