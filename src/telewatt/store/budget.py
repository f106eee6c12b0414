"""The disk budget: how much the whole house may keep, and what the user is told about it.

When the budget is reached the oldest packed rows go. They are full-resolution frames; what was
derived from them is in the history, which counts for the budget and is never pruned.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from telewatt.store.alarms import AlarmKind, Alarms
from telewatt.store.database import Database
from telewatt.store.gap import Gap
from telewatt.store.history.database import history_path
from telewatt.store.rows import Volume

WARNED = timedelta(days=30)  # before the budget is reached
FULL_SHARE = 0.9  # from here on the user is told however slowly it grows
PRUNED_SHARE = 0.8  # of a budget that was reached: below it there is room again
_MIB = 1 << 20
_DAY_US = 86_400_000_000
_OVERHEAD = 1.1  # of rows and half filled pages, roughly


class Usage(NamedTuple):
    """What the house keeps now.

    Attributes:
        size: bytes, free pages not counted.
        newest: what the last days needed; ``None`` if nothing is packed yet.
        pruned: what is gone already.
    """

    size: int
    newest: Volume | None
    pruned: Gap | None


def used_bytes(database: Database) -> int:
    """What the budget counts: the journal's pages that hold something, and the history."""
    return database.used_bytes() + _size(history_path(database.path))


def reached_at(usage: Usage, limit_bytes: int, now: datetime) -> datetime | None:
    """When the budget will be reached if it goes on like that; ``None`` if nobody can tell.

    >>> newest = Volume(1_000_000, (0, _DAY_US))
    >>> reached_at(Usage(1_000_000, newest, None), 12_000_000, datetime(2026, 3, 1))
    datetime.datetime(2026, 3, 11, 0, 0)
    """
    if usage.newest is None:
        return None
    since_us, until_us = usage.newest.span
    if until_us <= since_us:
        return None
    bytes_a_day = usage.newest.size * _OVERHEAD * _DAY_US / (until_us - since_us)
    days = max(0.0, limit_bytes - usage.size) / max(bytes_a_day, 1.0)
    return now + timedelta(days=days) if days < WARNED.days * 1000 else None


def tell(alarms: Alarms, path: Path, usage: Usage, limit_bytes: int, now: datetime) -> None:
    """Raise or end the alarms of the budget; each keeps its first words until it ends."""
    share = usage.size / limit_bytes
    at = reached_at(usage, limit_bytes, now)
    kind = None
    if share >= PRUNED_SHARE and usage.pruned is not None:
        kind = AlarmKind.PRUNED
    elif share >= FULL_SHARE or (at is not None and at - now <= WARNED):
        kind = AlarmKind.BUDGET
    for other in {AlarmKind.BUDGET, AlarmKind.PRUNED} - {kind}:
        alarms.clear(other)
    if kind is not None and not alarms.is_active(kind):
        since = usage.pruned.since if usage.pruned else None
        alarms.sound(
            kind,
            path=path,
            limit=limit_bytes // _MIB,
            used=usage.size // _MIB,
            date=f"{at or now:%Y-%m-%d}",
            since=f"{since or now:%Y-%m-%d}",
        )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
