"""Answers from what is in memory: the present."""

from datetime import UTC, datetime
from typing import Any

from telewatt.web.endpoint import Asked
from telewatt.web.json_text import instant
from telewatt.web.lines import line_object
from telewatt.web.page import Page


def latest(page: Page, asked: Asked) -> dict[str, Any]:
    """The newest reading of every line, and the lines."""
    del asked
    return {
        "seq": page.broadcast.last_seq,
        "now": instant(datetime.now(UTC)),
        "readings": [line.object for line in page.newest.lines.values()],
        "lines": [line_object(line, page.newest) for line in page.house.lines()],
    }
