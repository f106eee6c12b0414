"""The lines and outputs as the page gets them."""

from typing import Any

from telewatt.quality import LineReport, SinkReport
from telewatt.shapes import reading as shapes
from telewatt.shapes.values import words
from telewatt.web.json_text import instant
from telewatt.web.newest import Newest


def line_object(line: LineReport, newest: Newest) -> dict[str, Any]:
    """One line now, and whether what it brought last is still the present."""
    return {
        **shapes.line_object(line),
        "last_frame_at": instant(newest.good_at(line.name)),
        "stale": newest.is_stale(line.name),
    }


def sink_object(sink: SinkReport) -> dict[str, Any]:
    """One sink now."""
    return sink._asdict() | {"trouble": sink.trouble and words(sink.trouble)}
