"""One configuration out of its files: includes, packages, substitutions, ``!extend``.

What cannot be seen from here (a package on GitHub, a folder of includes) makes the configuration
partial: then nothing is said to be missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from telewatt.esphome.validator.findings import Finding, finding
from telewatt.esphome.validator.item import Item
from telewatt.esphome.validator.yamlreader import MAX_BYTES, YamlError, read_yaml

Read = Callable[[str], str]
"""Reads a file; raises OSError or UnicodeDecodeError."""
MAX_FILES = 60
MAX_PACKAGES = 200
MAX_FILLED = 200_000
"""Characters that substitutions may make; what is beyond stays as it stands."""
_SUBSTITUTION = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_MAX_ROUNDS = 8


class Unreadable(Exception):  # noqa: N818 - it says what it is
    """The first file is no configuration at all; ``found`` says why."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.id)
        self.found = found


@dataclass(slots=True)
class Loaded:
    """A configuration.

    Attributes:
        root: its sections, packages merged.
        findings: what was wrong on the way.
        partial: some of it cannot be seen from here.
    """

    root: Item
    findings: list[Finding] = field(default_factory=list)
    partial: bool = False


class _Loader:
    def __init__(self, read: Read) -> None:
        self._read = read
        self._files = 0
        self.findings: list[Finding] = []
        self.partial = False

    def file(self, path: str, values: Mapping[str, str]) -> Item:
        """The content of a file, its includes in place. Raises Unreadable."""
        self._files += 1
        try:
            text = self._read(path)
        except UnicodeDecodeError:
            raise Unreadable(finding("not-text", path, 1)) from None
        if len(text) > MAX_BYTES:
            raise Unreadable(finding("too-large", path, 1))
        try:
            root, twice = read_yaml(text, path)
        except YamlError as error:
            lines = text.splitlines()
            tab = error.line <= len(lines) and lines[error.line - 1].lstrip(" ").startswith("\t")
            kind = "tab" if tab else "not-yaml"
            raise Unreadable(finding(kind, path, error.line, problem=error.problem)) from None
        self.findings += (finding("key-twice", i.file, i.line, key=key) for key, i in twice)
        return self._filled(self._resolved(root, {}), values)

    def _resolved(self, item: Item, done: dict[int, Item]) -> Item:
        """The same tree with what it includes."""
        if id(item) in done:
            return done[id(item)]
        done[id(item)] = item
        if item.tag == "!include":
            done[id(item)] = self._included(item)
        elif item.tag.startswith("!include_dir"):
            self.partial = True
        elif isinstance(item.value, dict):
            item.value = {k: self._resolved(v, done) for k, v in item.value.items()}
            merged = item.value.pop("<<", None)
            item.value = {**(merged.entries if merged else {}), **item.value}
        elif isinstance(item.value, list):
            item.value = [self._resolved(member, done) for member in item.value]
        return done[id(item)]

    def _included(self, item: Item) -> Item:
        """What an include stands for; an empty mapping where it cannot be read, with a finding."""
        given = item.get("file")
        name = given.text if given else item.value if isinstance(item.value, str) else ""
        variables = item.get("vars")
        values = {k: v.text for k, v in variables.entries.items()} if variables else {}
        nothing = Item({}, item.file, item.line)
        if "$" in name:
            self.partial = True
            return nothing
        path = str(PurePath(item.file).parent / name)
        if self._files >= MAX_FILES:
            self.findings.append(finding("include-loop", item.file, item.line, path=name))
            self.partial = True
            return nothing
        try:
            return self.file(path, values)
        except OSError:
            self.findings.append(finding("include-missing", item.file, item.line, path=name))
        except Unreadable as error:
            self.findings.append(error.found)
        self.partial = True
        return nothing

    def _filled(self, item: Item, values: Mapping[str, str]) -> Item:
        return Filling(values).of(item) if values else item

    def packaged(self, root: Item, depth: int = 0) -> Item:
        """The root with its packages merged under it; what the root itself says wins."""
        packages = root.entries.pop("packages", None)
        if packages is None or depth > MAX_FILES:
            return root
        members = list(packages.entries.values()) or packages.members
        self.partial = self.partial or len(members) > MAX_PACKAGES
        for package in reversed(members[:MAX_PACKAGES]):
            if package.entries and not {"url", "file"} & package.entries.keys():
                root = merge(self.packaged(package, depth + 1), root)
            else:
                self.partial = True  # of GitHub, or of a file that could not be read
        return root


def load(path: str, read: Read) -> Loaded:
    """The configuration that begins in this file.

    Raises:
        Unreadable: it is no YAML.
        OSError: it cannot be read.
    """
    loader = _Loader(read)
    root = loader.file(path, {})
    if not isinstance(root.value, dict):
        raise Unreadable(finding("not-esphome", path, root.line))
    root = loader.packaged(root)
    for _ in range(_MAX_ROUNDS):
        values = root.get("substitutions")
        texts = {key: item.text for key, item in values.entries.items()} if values else {}
        if not texts:
            break
        root = Filling(texts).of(root)
    return Loaded(root, loader.findings, loader.partial)


class Filling:
    """Replaces ``${name}`` where the name is known."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._done: dict[int, Item] = {}
        self._left = MAX_FILLED

    def of(self, item: Item) -> Item:
        """The same tree, filled."""
        if id(item) in self._done:
            return self._done[id(item)]
        self._done[id(item)] = filled = item.with_value(item.value)
        if isinstance(item.value, str):
            filled.value = _SUBSTITUTION.sub(self._value, item.value)
        elif isinstance(item.value, dict):
            filled.value = {key: self.of(inner) for key, inner in item.value.items()}
        else:
            filled.value = [self.of(inner) for inner in item.value]
        return filled

    def _value(self, match: re.Match[str]) -> str:
        value = self._values.get(match[1] or match[2])
        if value is None or len(value) > self._left:
            return match[0]
        self._left -= len(value)
        return value


def merge(under: Item, over: Item) -> Item:
    """Two configurations in one, as ESPHome merges a package (``under``) into its user."""
    if over.tag == "!remove":
        return over
    if under.entries and over.entries:
        both = {**under.entries}
        for key, item in over.entries.items():
            both[key] = merge(both[key], item) if key in both else item
        return over.with_value({k: v for k, v in both.items() if v.tag != "!remove"})
    if isinstance(under.value, list) or isinstance(over.value, list):
        return over.with_value(_joined(under.members, over.members))
    return under if over.is_empty else over


def _joined(under: list[Item], over: list[Item]) -> list[Item]:
    """The members of both; ``id: !extend X`` changes the member X instead of adding one."""
    joined = list(under)
    for item in over:
        mark = item.get("id")
        if mark is None or mark.tag not in ("!extend", "!remove"):
            joined.append(item)
            continue
        for place, other in enumerate(joined):
            if other.words("id") == mark.value:
                change = item.with_value({k: v for k, v in item.entries.items() if k != "id"})
                joined[place] = merge(other, change)
                if mark.tag == "!remove":
                    del joined[place]
                break
        else:
            joined.append(item)  # perhaps of a package that is yet to come
    return joined
