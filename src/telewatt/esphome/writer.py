"""Writes YAML for people: block style, one blank line between sections, the tags of ESPHome.

Only what the generator needs: mappings, lists, texts, numbers, switches, and the marks below.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_PLAIN = re.compile(r"<<|\.?[A-Za-z_/][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*")
_NOT_TEXT = re.compile(r"(?i)(y|n|yes|no|on|off|true|false|null|none|~|\.inf|\.nan)")


class Secret(NamedTuple):
    """``!secret NAME``: the value stands in ``secrets.yaml``, which is never generated."""

    name: str

    def __str__(self) -> str:
        return f"!secret {self.name}"


class Include(NamedTuple):
    """``!include PATH``: the content of another file."""

    path: str

    def __str__(self) -> str:
        return f"!include {self.path}"


class Code(NamedTuple):
    """A lambda: C++ in a block of its own."""

    text: str


class Plain(NamedTuple):
    """Characters as they stand: pins, times, hexadecimal numbers."""

    text: str

    def __str__(self) -> str:
        return self.text


class Anchored(NamedTuple):
    """What others refer to by ``*key``: ``key: &key`` and its content."""

    value: object


class Row(NamedTuple):
    """A mapping on one line that begins with what anchors say: ``{<<: *va, tag_name: PAPP}``."""

    merged: tuple[str, ...]
    entries: Mapping[str, object]

    def __str__(self) -> str:
        aliases = [f"*{name}" for name in self.merged]
        merged = aliases[0] if len(aliases) == 1 else f"[{', '.join(aliases)}]"
        rest = (f"{key}: {scalar(value)}" for key, value in self.entries.items())
        return "{" + ", ".join([f"<<: {merged}", *rest]) + "}"


def write_yaml(sections: Mapping[str, object], head: str = "") -> str:
    """The text of a file: ``head`` as its opening comment, then one section a key."""
    blocks = [_comment(head)] if head else []
    for key, value in sections.items():
        blocks.append("\n".join(_entry(key, value)))
    return "\n\n".join(blocks) + "\n"


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _entry(key: str, value: object) -> Iterator[str]:
    if isinstance(value, Anchored):
        yield f"{key}: &{key.removeprefix('.')}"
        yield from _indented(_block(value.value))
        return
    inline = scalar(value)
    if inline is not None:
        yield f"{scalar(key)}: {inline}".rstrip()
    elif isinstance(value, Code):
        yield f"{scalar(key)}: |-"
        yield from _indented(value.text.splitlines())
    else:
        yield f"{scalar(key)}:"
        yield from _indented(_block(value))


def _indented(lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    for text in lines:
        for line in text.split("\n"):
            yield f"  {line}".rstrip()


def _block(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(str(key), inner)
    elif isinstance(value, Sequence):
        for item in value:
            yield from _item(item)
    else:
        raise TypeError(f"not for YAML: {value!r}")


def _item(item: object) -> Iterator[str]:
    inline = scalar(item)
    lines = [inline] if inline is not None else "\n".join(_block(item)).split("\n")
    for number, line in enumerate(lines):
        yield f"{'- ' if number == 0 else '  '}{line}".rstrip()


def scalar(value: object) -> str | None:
    """One value on one line, quoted where YAML would read something else; ``None``: a block.

    >>> scalar("Tempo HP rouge"), scalar("on"), scalar("012"), scalar(True)
    ('Tempo HP rouge', '"on"', '"012"', 'true')
    """
    if isinstance(value, Code):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value)
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Secret | Include | Plain | Row):
        return str(value)
    if value is None or isinstance(value, int):
        return "" if value is None else str(value)
    return None if value else "[]" if isinstance(value, Sequence) else "{}"
