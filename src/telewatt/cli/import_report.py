"""What the user is told of an import: what is in a file, and where it contradicts what is known."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from telewatt.cli.console import Console
from telewatt.cli.table import layout, moment, whole
from telewatt.exchange.measures import Measures, quantities, span_of
from telewatt.exchange.rollups import in_order
from telewatt.language import Language, Text
from telewatt.rollup import Portion, Step
from telewatt.rollup.instant import from_ms, to_ms
from telewatt.rollup.rows import OpenRows
from telewatt.rollup.series import intervals, is_counter
from telewatt.rollup.total import Quality, energies, measure
from telewatt.store.history import History, UnknownNameError

_KINDS = {
    "capture": Text("capture", "capture"),
    "log": Text("daily log", "journal quotidien"),
    "curve": Text("load curve", "courbe de charge"),
    "power": Text("load curve", "courbe de charge"),
    "daily": Text("daily energies", "énergies quotidiennes"),
    "index": Text("indexes", "index"),
}
_FOUND = Text(
    "{path}: {kind} of {meter}, {first} to {last}: {energies}",
    "{path} : {kind} de {meter}, du {first} au {last} : {energies}",
)
_GAUGES = Text("no energy", "aucune énergie")
_OTHER = Text(
    "  {day}: {new} Wh here, {old} Wh known → undo the one that is wrong: telewatt import --undo",
    "  {day} : {new} Wh ici, {old} Wh connus → annulez le faux : telewatt import --undo",
)
_MORE = Text("  {count} more days differ", "  {count} autres jours diffèrent")
_DAYS_SHOWN = 3
_DIFFERENT = 0.01
_DIFFERENT_WH = 100


def list_files(history: History, language: Language) -> list[str]:
    """One line a file: its number, when it was brought in, what it is, of whom, its name."""
    files = [one for one in history.imports() if not one.params.get("part")]
    rows = [
        [
            str(one.number),
            moment(one.done),
            _KINDS[one.kind].of(language) if one.kind in _KINDS else one.kind,
            one.meter,
            one.name,
        ]
        for one in files
    ]
    return layout(rows, left=5) if rows else []


def tell(
    console: Console,
    path: Path,
    measures: Measures,
    portions: Sequence[Portion],
    history: History | None,
) -> None:
    """What the file holds, meter by meter, and where it contradicts what is known."""
    for meter in dict.fromkeys(portion.meter for portion in portions):
        own = [portion for portion in portions if portion.meter == meter]
        spans = [span_of(portion) for portion in own]
        kind = _KINDS.get(measures.kind, measures.kind)
        console.answer(
            _FOUND.fill(
                path=path,
                kind=kind,
                meter=meter,
                first=moment(min(first for first, _ in spans)),
                last=moment(max(last for _, last in spans)),
                energies=_energies(own, console.language) or _GAUGES,
            )
        )
        if history:
            _tell_contradictions(console, history, own)
    for remark in measures.remarks:
        console.answer(Text(f"  {remark.en}", f"  {remark.fr}"))


def _energies(portions: Sequence[Portion], language: Language) -> str:
    sums: dict[str, int] = {}
    for portion in portions:
        first, last = span_of(portion)
        for quantity in filter(is_counter, quantities(portion)):
            for wh, _ in _measured(portion, quantity, [first, last]):
                sums[quantity] = sums.get(quantity, 0) + (wh or 0)
    return ", ".join(f"{name} {whole(sums[name], language)}" for name in in_order(set(sums)))


def _measured(
    portion: Portion, quantity: str, at: Sequence[datetime]
) -> Iterator[tuple[int | None, Quality]]:
    instants = [to_ms(one) for one in at]
    yield from energies(measure([OpenRows(portion.minutes)], quantity)(instants), instants)


def _tell_contradictions(console: Console, history: History, portions: Sequence[Portion]) -> None:
    """The days whose energy is another one than what was known before."""
    found = [day for portion in portions for day in _contradictions(history, portion)]
    for day, new, old in found[:_DAYS_SHOWN]:
        numbers = [whole(number, console.language) for number in (new, old)]
        console.answer(_OTHER.fill(day=f"{moment(day)[:10]}", new=numbers[0], old=numbers[1]))
    if len(found) > _DAYS_SHOWN:
        console.answer(_MORE.fill(count=len(found) - _DAYS_SHOWN))


def _contradictions(history: History, portion: Portion) -> Iterator[tuple[datetime, int, int]]:
    at = [from_ms(instant) for instant in intervals(Step.DAY, *span_of(portion))]
    for quantity in sorted({"import_wh", "export_wh"} & quantities(portion)):
        try:
            known = history.series(portion.meter, quantity, at[0], at[-1], Step.DAY).rows
        except UnknownNameError:
            return
        for day, (new, quality), row in zip(
            at, _measured(portion, quantity, at), known, strict=False
        ):
            old: Any = row
            if {quality, old.quality} == {Quality.MEASURED} and _differ(new or 0, old.wh or 0):
                yield day, new or 0, old.wh or 0


def _differ(one: int, other: int) -> bool:
    return abs(one - other) > max(_DIFFERENT_WH, _DIFFERENT * max(one, other))
