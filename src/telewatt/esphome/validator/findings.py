"""What can be wrong with a configuration: the table of findings, and its rows at work."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from telewatt.esphome.validator.texts_entities import ENTITY_ROWS
from telewatt.esphome.validator.texts_files import FILE_ROWS
from telewatt.esphome.validator.texts_lines import LINE_ROWS
from telewatt.language import Text


class Rule(NamedTuple):
    """One row: ``what`` names the fault with its ``{values}``, ``remedy`` says what to write."""

    id: str
    what: Text
    why: Text
    remedy: Text


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        name: Rule(name, *(Text(*text) for text in texts))
        for name, *texts in (*FILE_ROWS, *LINE_ROWS, *ENTITY_ROWS)
    }
)
"""Every finding there is, by its id."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken at one place.

    Attributes:
        id: of the rule.
        file, line: the place.
        values: what goes into its texts.
    """

    id: str
    file: str
    line: int
    values: tuple[tuple[str, object], ...] = ()

    @property
    def text(self) -> Text:
        """What is wrong, why, and what to do, without the place."""
        rule, values = RULES[self.id], dict(self.values)
        parts = [part.fill(**values) for part in (rule.what, rule.why, rule.remedy)]
        return Text(_sentences(*(p.en for p in parts)), _sentences(*(p.fr for p in parts)))


def _sentences(what: str, why: str, remedy: str) -> str:
    return f"{what}. {why[:1].upper()}{why[1:]}. -> {remedy}."


def finding(rule: str, file: str, line: int, **values: object) -> Finding:
    """The finding of this rule here."""
    return Finding(rule, file, line, tuple(values.items()))
