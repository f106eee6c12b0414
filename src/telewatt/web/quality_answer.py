"""``quality``: how good every line is, now and over time, with a verdict in plain words."""

from datetime import timedelta
from typing import Any

from telewatt.plainwords import REASONS
from telewatt.rollup.series import COUNTS, CountRow
from telewatt.shapes.values import words
from telewatt.verdict import Counted, verdict_of
from telewatt.web.endpoint import Asked
from telewatt.web.json_text import instant
from telewatt.web.linewatch import LineCounts
from telewatt.web.past import Past
from telewatt.web.series_answer import Span, rows_of, span_of, step_name

SILENCE_MAX = timedelta(days=2)
"""Silence is counted from minutes: of longer times only the frames are told."""


def quality(past: Past, asked: Asked) -> dict[str, Any]:
    """The answer."""
    lines = [each for each in past.known.lines if asked["who"] in (None, each.line.name)]
    who = [asked["who"]] if asked["who"] else [each.line.name for each in lines]
    known = [name for name in who if asked["who"] or past.members(name)]
    span = span_of(past, asked, known)
    return {
        "lines": [_line(each) for each in lines],
        "step": step_name(span.step),
        "minutes": span.step if isinstance(span.step, int) else None,
        "now": instant(past.now),
        "at": [int(each.timestamp()) for each in span.at],
        "series": [_series(past, name, span) for name in known],
        "reasons": [_reasons(each) for each in lines],
        "reason_texts": {str(reason): words(text) for reason, text in REASONS.items()},
    }


def _line(counts: LineCounts) -> dict[str, Any]:
    line = counts.line
    verdict = verdict_of(counts.recent, reading=line.reading, remedy=line.remedy)
    return {
        "name": line.name,
        "meter": line.meter,
        "state": line.state,
        "verdict": {
            "grade": str(verdict.grade),
            "text": words(verdict.text),
            "remedy": words(verdict.remedy),
        },
        "now": _counted(counts.recent) | {"minutes": counts.recent_minutes},
        "since_start": _counted(counts.in_all),
    }


def _counted(counted: Counted) -> dict[str, Any]:
    return counted._asdict() | {"rejected": dict(counted.rejected)}


def _series(past: Past, who: str, span: Span) -> dict[str, Any]:
    told: dict[str, Any] = {"who": who}
    for name in COUNTS:
        rows = rows_of(past, who, name, span)
        told[name] = [row.number for row in rows if isinstance(row, CountRow)]
    told["silent_s"] = _silence(past, who, span)
    return told


def _silence(past: Past, who: str, span: Span) -> list[int | None]:
    """Seconds of whole minutes without a frame, of each interval."""
    count = len(span.at) - 1
    if span.at[-1] - span.at[0] > SILENCE_MAX:
        return [None] * count
    silent = [0] * count
    until = min(span.at[-1], past.now - timedelta(minutes=1))
    number = 0
    rows = past.series(who, "frames", span.at[0], max(until, span.at[0]), 1).rows
    for row in rows:
        assert isinstance(row, CountRow)
        while number < count - 1 and row.start >= span.at[number + 1]:
            number += 1
        if not row.number and row.end <= until:
            silent[number] += 60
    return list(silent)


def _reasons(counts: LineCounts) -> dict[str, Any]:
    """The minutes of the last day, by reason."""
    minutes = counts.minutes
    reasons = sorted({reason for minute in minutes for reason in minute.counted.rejected})
    return {
        "who": counts.line.name,
        "at": [minute.at for minute in minutes],
        "rejected": {
            reason: [minute.counted.rejected.get(reason, 0) for minute in minutes]
            for reason in reasons
        },
        "repaired": [minute.counted.repaired for minute in minutes],
        "silent_s": [minute.counted.silent_s for minute in minutes],
    }
