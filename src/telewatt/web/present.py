"""Answers from what is in memory: the present."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telewatt import __version__
from telewatt.shapes.values import words
from telewatt.web import errors
from telewatt.web.endpoint import Asked, Content
from telewatt.web.errors import AnswerError
from telewatt.web.json_text import instant
from telewatt.web.lines import line_object, sink_object
from telewatt.web.newest import CURVE_S
from telewatt.web.page import Page
from telewatt.web.past import Past


def latest(page: Page, asked: Asked) -> dict[str, Any]:
    """The newest reading of every line, and the lines."""
    del asked
    return {
        "seq": page.broadcast.last_seq,
        "now": instant(datetime.now(UTC)),
        "readings": [line.object for line in page.newest.lines.values()],
        "lines": [line_object(line, page.newest) for line in page.house.lines()],
    }


def recent(page: Page, asked: Asked) -> dict[str, Any]:
    """The power of the last minutes."""
    name, seconds = asked["who"], min(asked["seconds"], CURVE_S)
    since = datetime.now(UTC).timestamp() - seconds
    points: list[Any] = []
    for source, line in page.newest.lines.items():
        if name in (source, line.object.get("who"), line.object.get("meter")):
            points = [point for point in line.curve if point[0] >= since]
    columns = [list(column) for column in zip(*points, strict=True)] or [[], [], [], []]
    names = ("at", "apparent_va", "apparent_export_va", "active_w")
    return {"who": name, **dict(zip(names, columns, strict=True))}


def health(past: Past, asked: Asked) -> dict[str, Any]:
    """How everything is."""
    del asked
    house, journal = past.house, past.house.journal
    lines = house.lines()
    sinks = house.sinks()
    alarms = journal.alarms
    return {
        "ok": all(line.reading for line in lines)
        and all(sink.working for sink in sinks)
        and not alarms,
        "version": __version__,
        "started": instant(house.started),
        "now": instant(past.now),
        "uptime_s": int((past.now - house.started).total_seconds()),
        "lines": [line_object(line, past.known.newest) for line in lines],
        "sinks": [sink_object(sink) for sink in sinks],
        "alarms": [
            {"kind": str(alarm.kind), "text": words(alarm.text), "remedy": words(alarm.remedy)}
            for alarm in alarms
        ],
        "journal": {
            "path": str(journal.path),
            "first_seq": journal.first_seq,
            "last_seq": journal.last_seq,
            "durable_seq": journal.durable_seq,
            "bytes": sum(_sizes(journal.path)),
            "history_bytes": sum(_sizes(house.history)),
            "history_place": past.place,
            "disk_free_bytes": _free_bytes(journal.path.parent),
        },
        "memory_bytes": _resident_bytes(),
    }


def metrics(page: Page, asked: Asked) -> Content:
    """For Prometheus."""
    del asked
    text = page.house.metrics()
    if not text:
        raise AnswerError(404, "not_found", errors.NO_METRICS)
    return Content(text.encode(), "text/plain; version=0.0.4; charset=utf-8")


def _sizes(database: Path) -> Iterator[int]:
    for path in (database, database.with_name(f"{database.name}-wal")):
        try:
            yield path.stat().st_size
        except OSError:
            yield 0


def _free_bytes(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _resident_bytes() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
