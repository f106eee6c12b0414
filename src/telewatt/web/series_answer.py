"""``series``: any quantities of any meters, interval by interval, as columns."""

import io
from collections.abc import Iterator, Sequence
from csv import writer
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from telewatt.language import Text
from telewatt.quantity import KNOWN
from telewatt.rollup import Step
from telewatt.rollup.calendar import PARIS
from telewatt.rollup.instant import from_ms
from telewatt.rollup.series import CountRow, EnergyRow, GaugeRow, intervals, is_counter
from telewatt.rollup.total import Quality, worst
from telewatt.web.endpoint import Asked, Content
from telewatt.web.errors import AnswerError
from telewatt.web.json_text import instant
from telewatt.web.past import Past
from telewatt.web.times import WEEK, aligned, minutes_of, step_for
from telewatt.web.words_of_quantities import name_of, quantity_object

INTERVALS_MAX = 10_000
CELLS_MAX = 60_000
"""Each takes some hundred bytes while an answer is made; a year by hour of six registers fits."""
Row = EnergyRow | GaugeRow | CountRow
QUALITIES = {Quality.MEASURED: 0, Quality.BRACKETED: 1, Quality.MISSING: 2}

_TOO_LONG = Text(
    "more than {rows} intervals or {cells} values; ask for a longer step, a shorter time or less",
    "plus de {rows} intervalles ou {cells} valeurs ; demandez un pas plus long, une durée plus "
    "courte ou moins",
)
_BACKWARDS = Text(
    "start must lie before end, and before now", "start doit précéder end, et maintenant"
)


class Span(NamedTuple):
    """What time is asked for.

    Attributes:
        at: the starts of the intervals, and the end of the last one.
        step: a step of the calendar, ``week``, or a number of minutes.
    """

    start: datetime
    end: datetime
    step: int | Step | str
    at: Sequence[datetime]


def span_of(past: Past, asked: Asked, who: Sequence[str]) -> Span:
    """The intervals that cover the time asked for, until now at most.

    Raises:
        AnswerError: there is none, or there are too many.
    """
    end = min(asked["end"] or past.now, past.now)
    start = asked["start"] or past.first_seen(who) or end - timedelta(days=1)
    if start >= end:
        raise AnswerError(400, "bad_request", _BACKWARDS)
    step = step_for(asked["step"], start, end, asked["points"])
    if (end - start) / timedelta(minutes=minutes_of(step)) > INTERVALS_MAX:
        raise AnswerError(400, "bad_request", _too_long())
    start = aligned(step, start)
    calendar_step = Step.DAY if step == WEEK else step
    assert isinstance(calendar_step, Step | int)
    at = [from_ms(each) for each in intervals(calendar_step, start, end)]
    if step == WEEK:
        at = at[::7] if len(at) % 7 == 1 else [*at[::7], at[-1]]
    return Span(start, end, step, at)


def series(past: Past, asked: Asked) -> dict[str, Any]:
    """The answer."""
    who, quantities = asked["who"], asked["quantity"]
    span = span_of(past, asked, who)
    if (len(span.at) - 1) * len(who) * len(quantities) > CELLS_MAX:
        raise AnswerError(400, "bad_request", _too_long())
    return {
        "step": step_name(span.step),
        "minutes": span.step if isinstance(span.step, int) else None,
        "now": instant(past.now),
        "first_seen": instant(past.first_seen(who)),
        "at": [int(each.timestamp()) for each in span.at],
        "series": [_columns(past, each, name, span) for each in who for name in quantities],
    }


def step_name(step: int | Step | str) -> str:
    """A step as a word; those of minutes are ``minutes``."""
    return "minutes" if isinstance(step, int) else str(step)


def rows_of(past: Past, who: str, quantity: str, span: Span) -> list[Row]:
    """The rows of one quantity; the interval that is going on ends now."""
    last_end = span.at[-1]
    step = Step.DAY if span.step == WEEK else span.step
    assert isinstance(step, Step | int)
    rows: list[Row] = list(past.series(who, quantity, span.start, span.end, step).rows)
    if span.step == WEEK:
        rows = [_joined(rows[n : n + 7]) for n in range(0, len(rows), 7)]
    if rows and is_counter(quantity) and last_end > past.now > span.at[-2]:
        energy = past.energy(who, quantity, span.at[-2], past.now)
        rows[-1] = EnergyRow(span.at[-2], last_end, *energy)
    return rows


def _joined(rows: Sequence[Row]) -> Row:
    """Several intervals as one."""
    first, last = rows[0], rows[-1]
    if isinstance(first, EnergyRow):
        energies = [row for row in rows if isinstance(row, EnergyRow)]
        known = [row.wh for row in energies if row.wh is not None]
        quality = worst(row.quality for row in energies)
        return EnergyRow(first.start, last.end, sum(known) if known else None, quality)
    if isinstance(first, CountRow):
        number = sum(row.number for row in rows if isinstance(row, CountRow))
        return CountRow(first.start, last.end, number)
    gauges = [row for row in rows if isinstance(row, GaugeRow) and row.mean is not None]
    samples = sum(row.samples for row in gauges)
    total = sum((row.mean or 0) * (row.samples or 1) for row in gauges)
    weight = sum(row.samples or 1 for row in gauges)
    return GaugeRow(
        first.start,
        last.end,
        min((row.min for row in gauges if row.min is not None), default=None),
        total / weight if gauges else None,
        max((row.max for row in gauges if row.max is not None), default=None),
        samples,
    )


def _columns(past: Past, who: str, quantity: str, span: Span) -> dict[str, Any]:
    told = {"who": who, **quantity_object(quantity, past.profile(who))}
    rows = rows_of(past, who, quantity, span)
    if told["kind"] == "count":
        return told | {"values": [row.number for row in rows if isinstance(row, CountRow)]}
    if is_counter(quantity):
        energies = [row for row in rows if isinstance(row, EnergyRow)]
        known = [row.wh for row in energies if row.wh is not None]
        return told | {
            "values": [row.wh for row in energies],
            "quality": [QUALITIES[row.quality] for row in energies],
            "total": sum(known) if known else None,
        }
    gauges = [row for row in rows if isinstance(row, GaugeRow)]
    return told | {
        "min": [row.min for row in gauges],
        "mean": [None if row.mean is None else round(row.mean, 1) for row in gauges],
        "max": [row.max for row in gauges],
        "samples": [row.samples for row in gauges],
    }


def _too_long() -> Text:
    return _TOO_LONG.fill(rows=INTERVALS_MAX, cells=CELLS_MAX)


# -- as a table ------------------------------------------------------------------------------------

_START, _END = Text("start", "début"), Text("end", "fin")
_PARTS = (
    ("min", Text("least", "min")),
    ("mean", Text("mean", "moyenne")),
    ("max", Text("greatest", "max")),
)


def series_csv(past: Past, asked: Asked) -> Content:
    """The same as a table: one row an interval, times at home."""
    language, separator = asked["language"], asked["separator"]
    answer = series(past, asked)
    text = io.StringIO()
    table = writer(text, delimiter=separator, lineterminator="\r\n")
    headings, columns = [_START.of(language), _END.of(language)], []
    for one in answer["series"]:
        title = name_of(one["quantity"], past.profile(one["who"])).of(language)
        unit = KNOWN[one["quantity"]].unit
        for part, values in _parts_of(one):
            words = [one["who"], title, *([part.of(language)] if part else [])]
            headings.append(" - ".join(words) + (f" ({unit})" if unit else ""))
            columns.append(values)
    table.writerow(map(_harmless, headings))
    times = [_home(each) for each in answer["at"]]
    for number, (start, end) in enumerate(pairwise(times)):
        cells = (_cell(values[number], separator) for values in columns)
        table.writerow([start, end, *cells])
    body = text.getvalue().encode("utf-8-sig")  # so that spreadsheets read the accents
    return Content(body, "text/csv; charset=utf-8", f"telewatt-{times[0][:10]}.csv")


def _parts_of(one: dict[str, Any]) -> Iterator[tuple[Text | None, Sequence[Any]]]:
    if "values" in one:
        yield None, one["values"]
        return
    for key, title in _PARTS:
        yield title, one[key]


def _home(epoch_s: int) -> str:
    return from_ms(epoch_s * 1000).astimezone(PARIS).isoformat()


def _cell(value: object, separator: str) -> str:
    text = "" if value is None else str(value)
    return text.replace(".", ",") if separator == ";" else text


def _harmless(heading: str) -> str:
    """A name from a line is no formula of a spreadsheet."""
    return f"'{heading}" if heading[:1] in "=+-@" else heading
