"""A piece of a YAML file that still knows its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

_TRUE = {"true", "yes", "on", "enable", "1"}
_FALSE = {"false", "no", "off", "disable", "0"}


@dataclass(slots=True, eq=False)
class Item:
    """A mapping, a list or a scalar.

    Attributes:
        value: ``dict`` by key, ``list``, or the characters of a scalar.
        file, line: where it stands, lines from 1; of a value, not of its key.
        tag: ``!secret``, ``!lambda``, ``!include``...; empty without one.
        plain: a scalar without quotes.
    """

    value: dict[str, Item] | list[Item] | str
    file: str
    line: int
    tag: str = ""
    plain: bool = False

    @property
    def text(self) -> str:
        """The characters of a scalar; empty for a mapping, a list, a secret, or a lambda."""
        return self.value if isinstance(self.value, str) and not self.tag else ""

    @property
    def is_known(self) -> bool:
        """Whether this is a scalar whose text is what it says: no lambda, nothing to fill in."""
        return isinstance(self.value, str) and not self.tag and "$" not in self.value

    @property
    def is_empty(self) -> bool:
        """``key:`` without a value."""
        return self.value in ("", {}, []) or (self.plain and self.text.lower() in ("~", "null"))

    @property
    def switch(self) -> bool | None:
        """On or off, as ESPHome reads it; ``None`` if it is neither."""
        word = self.text.lower()
        return True if word in _TRUE else False if word in _FALSE else None

    @property
    def entries(self) -> dict[str, Item]:
        """The entries of a mapping; none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def members(self) -> list[Item]:
        """The members of a list; a single thing is a list of one, as ESPHome takes it."""
        if isinstance(self.value, list):
            return self.value
        return [] if self.is_empty else [self]

    def get(self, *path: str) -> Item | None:
        """What stands under these keys, one inside the other."""
        found: Item | None = self
        for key in path:
            found = found.entries.get(key) if found else None
        return found

    def words(self, key: str, otherwise: str = "") -> str:
        """The text under a key."""
        found = self.get(key)
        return found.text if found else otherwise

    def with_value(self, value: dict[str, Item] | list[Item] | str) -> Item:
        """Another value at the same place."""
        return replace(self, value=value)

    def walk(self) -> Iterator[tuple[str, Item]]:
        """Every scalar with its key, each place once, however often an alias repeats it."""
        seen: set[int] = set()
        waiting = [("", self)]
        while waiting:
            key, item = waiting.pop()
            if id(item) in seen:
                continue
            seen.add(id(item))
            if isinstance(item.value, str):
                yield key, item
            elif isinstance(item.value, dict):
                waiting += item.value.items()
            else:
                waiting += ((key, member) for member in item.value)
