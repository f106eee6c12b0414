"""The lines as the page gets them."""

from typing import Any

from telewatt.quality import LineReport, SinkReport
from telewatt.web.json_text import instant, words
from telewatt.web.newest import Newest


def line_object(line: LineReport, newest: Newest) -> dict[str, Any]:
    """One line now."""
    return {
        "name": line.name,
        "meter": line.meter,
        "state": line.state,
        "reading": line.reading,
        "remedy": words(line.remedy),
        "bytes": line.bytes,
        "frames": dict(line.frames),
        "datasets": line.datasets,
        "repaired": line.repaired,
        "rejected": dict(line.rejected),
        "openings": line.openings,
        "last_frame": instant(newest.good_at(line.name)),
        "stale": newest.is_stale(line.name),
    }


def sink_object(sink: SinkReport) -> dict[str, Any]:
    """One sink now."""
    return sink._asdict() | {"trouble": words(sink.trouble)}
