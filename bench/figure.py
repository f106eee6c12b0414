"""One measured figure and the line it is printed on."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """A promise and what was measured: ``ok`` says whether ``value`` keeps ``goal``.

    ``goal`` is written as a person would read it, with its direction: ``">= 0.13"``.
    """

    name: str
    value: float
    unit: str
    goal: str
    ok: bool

    def line(self) -> str:
        """Return the figure on one tab-separated line.

        >>> Figure("decode.standard", 0.1472, "ratio", ">= 0.13", ok=True).line()
        'decode.standard\\t0.1472\\tratio\\t>= 0.13\\tok'
        """
        verdict = "ok" if self.ok else "short"
        return f"{self.name}\t{self.value:.4g}\t{self.unit}\t{self.goal}\t{verdict}"
