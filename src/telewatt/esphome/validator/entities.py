"""Checks of what is shown: labels, units, classes, and that indexes stay exact."""

import difflib
from collections.abc import Iterator

from telewatt.entities import entity_of_label
from telewatt.entities.entity import DEVICE_CLASSES
from telewatt.esphome.validator.config import Config
from telewatt.esphome.validator.findings import Finding, finding
from telewatt.esphome.validator.item import Item
from telewatt.language import Text
from telewatt.tic import Mode
from telewatt.tic.labels import TABLE, Label

_CLASS_OF = {**DEVICE_CLASSES, "kVA": "apparent_power"}
_INDEX_UNITS = ("Wh", "kWh", "VArh")
_OTHER = {Mode.HISTORIC: Mode.STANDARD, Mode.STANDARD: Mode.HISTORIC}
_MODES = {
    Mode.HISTORIC: Text("historic mode", "mode historique"),
    Mode.STANDARD: Text("standard mode", "mode standard"),
}
_LONGEST_EXACT_DIGITS = 7
_COUNTS_UP = ("total_increasing", "total")
_NOT_FOR_TEXT = ("unit_of_measurement", "state_class", "accuracy_decimals")
_WRITE = Text("write {label}, or change the mode", "écrivez {label}, ou changez le mode")
_REMOVE = Text("remove it, or change the mode", "retirez-la, ou changez le mode")
_OR_SCALE = Text(
    ", or add filters: - multiply: {factor}", ", ou ajoutez filters: - multiply: {factor}"
)
_NO_SCALE = Text("", "")


def check_entities(config: Config) -> Iterator[Finding]:
    """Everything about sensors and text sensors of meters."""
    old = [item for item in config.section("sensor") if "tags" in item.entries]
    for each in old:
        tags = each.entries["tags"]
        yield finding("tags-old", tags.file, tags.line)
    entities = [e for e in config.entities("sensor", "text_sensor") if e not in old]
    if entities and not config.readers and not config.partial:
        yield finding("hub-missing", entities[0].file, entities[0].line)
        return
    for entity in entities:
        yield from _reader(config, entity)
        yield from _tag(config, entity)
    for entity in config.entities("text_sensor"):
        for option in _NOT_FOR_TEXT:
            if item := entity.get(option):
                yield finding("text-option", item.file, item.line, option=option)
    for entity in config.entities("sensor"):
        if "tags" not in entity.entries:
            yield from _number(config, entity)
    yield from _phases(config, entities)


def _reader(config: Config, entity: Item) -> Iterator[Finding]:
    named = entity.get("teleinfo_id")
    known = ", ".join(reader.words("id", "?") for reader in config.readers)
    if named is None:
        if len(config.readers) > 1:
            values = {"count": len(config.readers), "known": known}
            yield finding("reader-ambiguous", entity.file, entity.line, **values)
    elif named.is_known and config.reader_of(entity) is None and not config.partial:
        yield finding("reader-unknown", named.file, named.line, reader=named.text, known=known)


def _tag(config: Config, entity: Item) -> Iterator[Finding]:
    item = entity.get("tag_name")
    if item is None:
        yield finding("tag-missing", entity.file, entity.line)
        return
    mode = _mode(config, entity)
    if not item.is_known or (mode and item.text in TABLE[mode]):
        return
    elsewhere = next((m for m in (Mode.HISTORIC, Mode.STANDARD) if item.text in TABLE[m]), None)
    if elsewhere is None:
        better = _nearest(item.text, mode)
        yield finding("tag-unknown", item.file, item.line, tag=item.text, better=better)
    elif mode:
        same = _same(item.text, elsewhere, mode)
        better_text = _WRITE.fill(label=same) if same else _REMOVE
        values = {"tag": item.text, "mode": _MODES[elsewhere], "better": better_text}
        yield finding("tag-mode", item.file, item.line, **values)


def _mode(config: Config, entity: Item) -> Mode | None:
    historic = config.is_historic(config.reader_of(entity))
    return None if historic is None else Mode.HISTORIC if historic else Mode.STANDARD


def _nearest(text: str, mode: Mode | None) -> str:
    """The label that was probably meant."""
    known = [
        label for m in ([mode] if mode else [Mode.STANDARD, Mode.HISTORIC]) for label in TABLE[m]
    ]
    tidy = text.upper().replace(" ", "").replace("_", "-")
    if mode and (same := _same(tidy, _OTHER[mode], mode)):
        return same
    for word in (tidy, tidy.replace("-", "")):
        if found := difflib.get_close_matches(word, known, 1, 0.5):
            return found[0]
    return "SINSTS | EAST | PAPP | BASE"


def _same(label: str, of: Mode, wanted: Mode) -> str:
    """The label of the other mode with the same meaning, or empty."""
    entity = entity_of_label(of, label)
    for other in TABLE[wanted]:
        found = entity_of_label(wanted, other)
        if entity and found and found.key == entity.key:
            return other
    return ""


def _row(config: Config, entity: Item) -> Label | None:
    mode = _mode(config, entity)
    rows = TABLE[mode].get(entity.words("tag_name")) if mode else None
    return rows[0] if rows else None


def _number(config: Config, entity: Item) -> Iterator[Finding]:
    row, tag = _row(config, entity), entity.get("tag_name")
    if row is None or tag is None:
        return
    if row.unit in _INDEX_UNITS:
        yield finding("index-float", tag.file, tag.line, tag=tag.text)
    elif not _is_number(row):
        yield finding("text-as-number", tag.file, tag.line, tag=tag.text)
    else:
        yield from _unit(entity, row)


def _is_number(row: Label) -> bool:
    kind, _, digits = row.format.partition(":")
    if kind in ("int", "decimal", "relais", "float"):
        return True
    return kind == "digits" and digits.isdecimal() and int(digits) <= _LONGEST_EXACT_DIGITS


def _unit(entity: Item, row: Label) -> Iterator[Finding]:
    right = {row.unit, row.unit_linky} - {""}
    unit = entity.get("unit_of_measurement")
    if not right or "|" in row.unit:
        return
    if (
        unit is not None
        and unit.is_known
        and not _fits(unit.text, right, "filters" in entity.entries)
    ):
        first = row.unit
        scaled = unit.text.removeprefix("k") in right or f"k{unit.text}" in right
        factor = "0.001" if unit.text == f"k{first}" else "1000"
        how = _OR_SCALE.fill(factor=factor) if scaled else _NO_SCALE
        values = {"tag": row.label, "unit": unit.text or '""', "right": first, "how": how}
        yield finding("unit-wrong", unit.file, unit.line, **values)
        return
    classes = {_CLASS_OF[unit] for unit in right if unit in _CLASS_OF}
    given = entity.get("device_class")
    if (
        given is not None
        and given.is_known
        and given.text
        and classes
        and given.text not in classes
    ):
        values = {"tag": row.label, "given": given.text, "unit": row.unit, "right": min(classes)}
        yield finding("class-wrong", given.file, given.line, **values)
    state = entity.get("state_class")
    if state is not None and state.text in _COUNTS_UP:
        yield finding("state-wrong", state.file, state.line, tag=row.label, given=state.text)


def _fits(unit: str, right: set[str], filtered: bool) -> bool:
    if unit in right:
        return True
    scaled = {f"k{one}" for one in right} | {one.removeprefix("k") for one in right}
    return filtered and unit in scaled


def _phases(config: Config, entities: list[Item]) -> Iterator[Finding]:
    """A meter has one phase or three: its labels say which, once and for all."""
    seen: dict[int, dict[str, str]] = {}
    for entity in entities:
        row, tag = _row(config, entity), entity.get("tag_name")
        if row is None or tag is None or row.phase == "both":
            continue
        phases = seen.setdefault(id(config.reader_of(entity)), {})
        other = phases.get("tri" if row.phase == "mono" else "mono")
        if other and "told" not in phases:
            phases["told"] = other
            yield finding("tag-phases", tag.file, tag.line, tag=tag.text, other=other)
        phases.setdefault(row.phase, tag.text)
