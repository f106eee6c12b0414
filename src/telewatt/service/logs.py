"""Where the service's words go: standard error, in the form journald understands if it reads it.

Source: systemd, sd-daemon(3) (the ``<6>`` priorities) and ``JOURNAL_STREAM`` in systemd.exec(5).
"""

import logging
import os
from collections.abc import Mapping
from typing import TextIO

_PRIORITY = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


class _ForJournald(logging.Formatter):
    """Every line with its priority; journald adds time and name itself."""

    def format(self, record: logging.LogRecord) -> str:
        mark = f"<{_PRIORITY.get(record.levelno, 5)}>"
        return "\n".join(mark + line for line in super().format(record).splitlines())


def set_up_logs(level: str, stream: TextIO, environment: Mapping[str, str]) -> None:
    """Send everything from this level on to ``stream``.

    Args:
        level: ``"debug"``, ``"info"`` or ``"warning"``.
        stream: standard error.
        environment: tells whether the stream is journald's.
    """
    handler = logging.StreamHandler(stream)
    if _is_journald(stream, environment.get("JOURNAL_STREAM", "")):
        handler.setFormatter(_ForJournald())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    # the journal's alarms are said by telewatt.service.reports, in the user's language
    logging.getLogger("telewatt.store").setLevel(logging.ERROR)


def _is_journald(stream: TextIO, journal_stream: str) -> bool:
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # no descriptor, or a closed one
        return False
    return journal_stream == f"{status.st_dev}:{status.st_ino}"
