"""YAML into items, by PyYAML's events: nothing is built from a tag, and nothing can grow large.

A document has one root; an alias is the very item of its anchor; the depth is limited. Keys that
stand twice are reported, since ESPHome refuses them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from telewatt.esphome.validator.item import Item

MAX_BYTES = 1_000_000
MAX_DEPTH = 60
MAX_TWICE = 100
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """The text is no YAML, or too deep: ``line`` from 1 and PyYAML's words."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    item: Item
    anchor: str | None
    key: str | None = None
    merged: list[Item] = field(default_factory=list)


class _Builder:
    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Item | None = None
        self.twice: list[tuple[str, Item]] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Item] = {}

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.ScalarEvent():
                plain = event.style is None
                item = Item(event.value, self.file, line, _tag(event.tag), plain)
                self._name(event.anchor, item)
                self._add(item)
            case yaml.AliasEvent():
                if event.anchor not in self._anchors:
                    raise YamlError(line, f"undefined alias {event.anchor}")
                self._add(self._anchors[event.anchor])
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(self._open) >= MAX_DEPTH:
                    raise YamlError(line, f"nested more than {MAX_DEPTH} deep")
                value: dict[str, Item] | list[Item] = (
                    {} if isinstance(event, yaml.MappingStartEvent) else []
                )
                item = Item(value, self.file, line, _tag(event.tag))
                self._open.append(_Open(item, event.anchor))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = self._open.pop()
                self._merge(done)
                self._name(done.anchor, done.item)
                self._add(done.item)

    def _name(self, anchor: str | None, item: Item) -> None:
        if anchor:
            self._anchors[anchor] = item

    def _add(self, item: Item) -> None:
        if not self._open:
            self.root = self.root or item
            return
        parent = self._open[-1]
        if isinstance(parent.item.value, list):
            parent.item.value.append(item)
        elif parent.key is None:
            parent.key = item.value if isinstance(item.value, str) else "?"
            if parent.key in parent.item.entries:
                self.twice.append((parent.key, item))
                if len(self.twice) > MAX_TWICE:
                    raise YamlError(item.line, f"more than {MAX_TWICE} keys stand twice")
        else:
            if parent.key == "<<":
                parent.merged.append(item)
            else:
                before = parent.item.entries.get(parent.key)
                parent.item.entries[parent.key] = item if before is None else _both(before, item)
            parent.key = None

    def _merge(self, done: _Open) -> None:
        """Merge keys: what the mapping itself says wins."""
        for merged in done.merged:
            for source in merged.members:
                if source.tag == "!include":
                    done.item.entries.setdefault("<<", source)
                for key, item in source.entries.items():
                    done.item.entries.setdefault(key, item)


def _both(one: Item, other: Item) -> Item:
    """What a key that stands twice probably means: the fault is told once, the rest is checked."""
    return one.with_value([*one.members, *other.members])


def _tag(tag: str | None) -> str:
    return tag if tag and tag.startswith("!") and tag != "!" else ""


def read_yaml(text: str, file: str) -> tuple[Item, list[tuple[str, Item]]]:
    """The root of a document, and the keys that stand twice in one mapping.

    Raises:
        YamlError: it is no YAML, or nested too deep.
    """
    builder = _Builder(file)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 1, str(error.problem or error.context)) from None
    except yaml.reader.ReaderError as error:  # a character that YAML does not allow
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, f"U+{error.character:04X}: {error.reason}") from None
    return builder.root or Item({}, file, 1), builder.twice


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)
