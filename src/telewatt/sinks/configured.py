"""The sinks that a configuration asks for."""

from collections.abc import Iterator
from pathlib import Path

from telewatt.config import Config
from telewatt.sinks import Sink


def sinks_of(config: Config, folder: Path) -> Iterator[tuple[str, Sink]]:
    """Each by its name, under which its place in the journal is kept.

    Args:
        folder: where relative paths start: that of the journal.
    """
    if config.daily_log.folder:
        from telewatt.sinks.daylog import DailyLog

        path = folder / Path(config.daily_log.folder).expanduser()
        yield "daily_log", DailyLog(path, config.daily_log.interval_s)
