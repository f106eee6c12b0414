"""Instants as whole milliseconds since 1970 UTC, the unit of every time in a roll-up."""

from datetime import UTC, datetime, timedelta

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
GAP_MS = 60_000
"""Two readings further apart leave a gap: what happened between them is not known."""
ALWAYS = 0, 253_000_000_000_000
"""From 1970 until 9987: no instant of a history lies outside."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """An aware time as milliseconds, rounded down.

    >>> to_ms(datetime(2025, 1, 1, 0, 0, 0, 1999, tzinfo=UTC))
    1735689600001
    """
    return (instant - _EPOCH) // _MS


def from_ms(at_ms: int) -> datetime:
    """Milliseconds as an aware UTC time.

    >>> from_ms(1735689600001)
    datetime.datetime(2025, 1, 1, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + timedelta(milliseconds=at_ms)
