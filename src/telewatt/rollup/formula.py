"""Virtual meters: sums and differences of meters, such as ``main - heat_pump``."""

import re
from typing import NamedTuple

_TERM = re.compile(r"\s*([+-])\s+([A-Za-z0-9_][A-Za-z0-9_-]{0,31})(?=\s|$)")


class Term(NamedTuple):
    """One meter of a formula and its sign, 1 or -1."""

    sign: int
    name: str


Formula = tuple[Term, ...]


class FormulaError(ValueError):
    """Not a sum or difference of names."""


def parse_formula(text: str) -> Formula:
    """The terms of names joined by ``+`` or ``-`` with spaces around.

    Raises:
        FormulaError: it is nothing of that kind.

    >>> parse_formula("main - heat_pump")
    (Term(sign=1, name='main'), Term(sign=-1, name='heat_pump'))
    """
    signed = f"+ {text.strip()}"
    terms, place = [], 0
    while place < len(signed):
        if not (found := _TERM.match(signed, place)):
            raise FormulaError(text)
        terms.append(Term(1 if found[1] == "+" else -1, found[2]))
        place = found.end()
    return tuple(terms)
