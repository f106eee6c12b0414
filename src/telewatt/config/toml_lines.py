"""Which line of a TOML text a key stands on: tomllib does not say it, and an error must.

A key inside an inline table or an array has no line of its own here: `line_of` answers with the
nearest table around it.
"""

import re
from collections.abc import Mapping

KeyPath = tuple[str, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_PATH = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_TABLE = re.compile(rf"[ \t]*\[\[?[ \t]*({_PATH})[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_PATH})[ \t]*=")
_PARTS = re.compile(_PART)
_TOKEN = re.compile(
    r"""(?P<lines>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
    r"""|(?P<comment>\#[^\n]*)""",
    re.DOTALL,
)


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    r"""The first line (from 1) of every table and key; broken TOML gives what can be seen.

    >>> lines_of_keys('[meters.house]\nsource = "a"')[("meters", "house", "source")]
    2
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    depth = 0
    for number, line in enumerate(_TOKEN.sub(_without_content, text).split("\n"), start=1):
        if depth <= 0:
            if header := _TABLE.match(line):
                table = _path(header[1])
                _note(lines, table, number)
            elif key := _KEY.match(line):
                _note(lines, table + _path(key[1]), number)
        bare = _TOKEN.sub("", line)
        depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
    return lines


def line_of(lines: Mapping[KeyPath, int], key: KeyPath) -> int | None:
    """The line of this key, else of the nearest table around it, else ``None``."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key)


def _without_content(token: re.Match[str]) -> str:
    if token["lines"]:
        return '""' + "\n" * token["lines"].count("\n")
    return token["text"] or ""


def _path(written: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _PARTS.findall(written))


def _note(lines: dict[KeyPath, int], path: KeyPath, number: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)
