"""A quantity of several sites or meters as a table of text: one row an interval."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from telewatt.cli.past import Name, Past
from telewatt.cli.table import GAP, decimal, interval, layout, moment, whole
from telewatt.language import Text
from telewatt.quantity import KNOWN
from telewatt.rollup import Step
from telewatt.rollup.instant import from_ms
from telewatt.rollup.series import COUNTS, CountRow, EnergyRow, GaugeRow, intervals, is_counter
from telewatt.rollup.total import Energy, Quality

_MARKS = {Quality.MEASURED: " ", Quality.BRACKETED: "~", Quality.MISSING: "-"}
_NOTES = {
    "~": Text(
        "~ begins or ends in a time without readings, whose energy is spread evenly",
        "~ commence ou finit dans une durée sans relevé, dont l'énergie est répartie également",
    ),
    "-": Text(
        "- nothing is known of a part of this time",
        "- rien n'est connu d'une partie de cette durée",
    ),
    "*": Text("* not over yet: until {time}", "* pas encore fini : jusqu'à {time}"),
}
_STEPS = {
    Step.MINUTE: Text("by minute", "par minute"),
    Step.QUARTER: Text("by quarter of an hour", "par quart d'heure"),
    Step.HOUR: Text("by hour", "par heure"),
    Step.DAY: Text("by day", "par jour"),
    Step.MONTH: Text("by month", "par mois"),
    Step.YEAR: Text("by year", "par an"),
}
_TITLE = Text("{title} ({name}){within}, {step}", "{title} ({name}){within}, {step}")
_IN = Text(" in {unit}", " en {unit}")
_SUM, _ALL = Text("sum", "somme"), Text("all", "en tout")
_MEAN = Text("mean", "moy.")
_UNKNOWN = "-"


class Span(NamedTuple):
    """The intervals that cover ``[start, end)``; it is ``now``."""

    start: datetime
    end: datetime
    step: Step
    now: datetime


class Columns(NamedTuple):
    """What is shown of one name.

    Attributes:
        cells: columns, each a heading, a cell for each interval and one for the whole.
        is_known: whether there is anything in them.
    """

    cells: Sequence[Sequence[str]]
    is_known: bool


class SeriesTable:
    """One quantity of these names over a span, in words.

    Attributes:
        is_known: whether anything is known of it.
    """

    def __init__(self, past: Past, names: Sequence[Name], quantity: str, span: Span) -> None:
        self._past, self._quantity, self._span = past, quantity, span
        self._language = past.console.language
        *starts, end = map(from_ms, intervals(span.step, span.start, span.end))
        self._starts = starts
        self._until = self._cut(starts[-1], end)
        columns = [self._columns(name) for name in names]
        self.is_known = any(one.is_known for one in columns)
        self._columns_of_names = [one.cells for one in columns]

    def lines(self, width: int) -> Iterator[str]:
        """In several parts below each other where one is too wide, with the notes to its marks."""
        yield self._title()
        labels = self._labels()
        for columns in _parts(labels, self._columns_of_names, width):
            yield ""
            yield from layout([list(row) for row in zip(labels, *columns, strict=True)])
        if notes := list(self._notes()):
            yield ""
            yield from notes

    # -- words -------------------------------------------------------------------------------------

    def _title(self) -> str:
        name, unit, _, title = KNOWN[self._quantity]
        within = _IN.fill(unit=unit) if unit else ""
        text = _TITLE.fill(title=title, name=name, within=within, step=_STEPS[self._span.step])
        return text.of(self._language)

    def _labels(self) -> list[str]:
        labels = [interval(start, self._span.step, self._language) for start in self._starts]
        labels[-1] += " *" if self._until else ""
        gauge = self._quantity not in COUNTS and not is_counter(self._quantity)
        return ["", *labels, (_ALL if gauge else _SUM).of(self._language)]

    def _notes(self) -> Iterator[str]:
        cells = (
            cell for columns in self._columns_of_names for column in columns for cell in column
        )
        marks = {cell.rstrip()[-1:] for cell in cells} | ({"*"} if self._until else set())
        time = moment(self._until) if self._until else ""
        for mark, note in _NOTES.items():
            if mark in marks:
                yield note.fill(time=time).of(self._language)

    # -- numbers -----------------------------------------------------------------------------------

    def _cut(self, start: datetime, end: datetime) -> datetime | None:
        """Until when the last interval is known if it is not over."""
        known = self._past.known_until
        return known if known and start < known < end and self._span.now < end else None

    def _columns(self, name: Name) -> Columns:
        rows = self._past.series(name.who, self._quantity, *self._span[:3]).rows
        if is_counter(self._quantity):
            return self._energies(name, cast(Sequence[EnergyRow], rows))
        if self._quantity in COUNTS:
            return self._counts(name, cast(Sequence[CountRow], rows))
        return self._gauges(name, cast(Sequence[GaugeRow], rows))

    def _energies(self, name: Name, rows: Sequence[EnergyRow]) -> Columns:
        energies = [Energy(row.wh, row.quality) for row in rows]
        end = self._until or rows[-1].end
        if self._until:
            energies[-1] = self._past.energy(name.who, self._quantity, rows[-1].start, end)
        energies.append(self._past.energy(name.who, self._quantity, rows[0].start, end))
        cells = [self._energy(energy) for energy in energies]
        return Columns([[f"{name.title}  ", *cells]], any(e.wh is not None for e in energies))

    def _energy(self, energy: Energy) -> str:
        if energy.wh is None:
            return _UNKNOWN
        return f"{whole(energy.wh, self._language)} {_MARKS[energy.quality]}"

    def _counts(self, name: Name, rows: Sequence[CountRow]) -> Columns:
        numbers = [row.number for row in rows]
        cells = [whole(number, self._language) for number in (*numbers, sum(numbers))]
        return Columns([[name.title, *cells]], True)

    def _gauges(self, name: Name, rows: Sequence[GaugeRow]) -> Columns:
        known = [row for row in rows if row.samples]
        samples = sum(row.samples for row in known)
        sums = sum((row.mean or 0.0) * row.samples for row in known)
        everything = GaugeRow(
            rows[0].start,
            rows[-1].end,
            min((row.min for row in known if row.min is not None), default=None),
            sums / samples if samples else None,
            max((row.max for row in known if row.max is not None), default=None),
            samples,
        )
        least, mean, most = zip(*(self._gauge(row) for row in (*rows, everything)), strict=True)
        headings = f"{name.title} min", _MEAN.of(self._language), "max"
        cells = [[h, *column] for h, column in zip(headings, (least, mean, most), strict=True)]
        return Columns(cells, bool(samples))

    def _gauge(self, row: GaugeRow) -> tuple[str, str, str]:
        least, most = (
            _UNKNOWN if value is None else whole(value, self._language)
            for value in (row.min, row.max)
        )
        mean = _UNKNOWN if row.mean is None else decimal(row.mean, self._language)
        return least, mean, most


def _parts(
    labels: Sequence[str], groups: Sequence[Sequence[Sequence[str]]], width: int
) -> Iterator[list[Sequence[str]]]:
    """As many columns as fit beside the labels, those of a name together."""
    part: list[Sequence[str]] = []
    used = 0
    for group in groups:
        needed = sum(len(GAP) + max(map(len, column)) for column in group)
        if part and used + needed > width:
            yield part
            part = []
        used = needed + (used if part else max(map(len, labels)))
        part += group
    yield part
