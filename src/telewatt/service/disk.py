"""What the service writes to the disk, as the kernel counts it: memory cards wear out.

Source: Linux, proc(5), /proc/pid/io: ``write_bytes``, the bytes this process caused to be sent to
the storage layer.
"""

from contextlib import suppress
from pathlib import Path

_COUNTERS = Path("/proc/self/io")
_DAY_S = 86_400


def written_bytes() -> int | None:
    """Bytes sent to the disk since the process started; ``None`` where the kernel does not say."""
    try:
        lines = _COUNTERS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("write_bytes:")), None)


class Wear:
    """How much is written, from one look to the next.

    Args:
        now_s: of a clock that never goes back, in seconds.
    """

    def __init__(self, now_s: float) -> None:
        self._since_s, self._before = now_s, written_bytes()

    def look(self, now_s: float) -> tuple[int, int] | None:
        """Bytes written since this began, and as many a day; ``None`` if nobody knows."""
        written = written_bytes()
        if written is None or self._before is None:
            return None
        since = written - self._before
        return since, round(since * _DAY_S / max(now_s - self._since_s, 1.0))


def size_of(database: Path) -> int:
    """Bytes of a database and its log; 0 where there is none."""
    size = 0
    for file in (database, database.with_name(f"{database.name}-wal")):
        with suppress(FileNotFoundError):  # the log goes when the last one closes the database
            size += file.stat().st_size
    return size
