"""The text exposition format of Prometheus, version 0.0.4."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

Sample = tuple[Mapping[str, str], int]
"""Labels and value."""


class Family(NamedTuple):
    """One metric.

    Attributes:
        kind: ``counter`` or ``gauge``.
        title: in words.
    """

    name: str
    kind: str
    title: str
    samples: list[Sample]


def exposition_of(families: Iterable[Family]) -> str:
    r"""All of these as text; a family without samples is left out.

    >>> exposition_of([Family("up", "gauge", "Is up", [({"line": 'a"b'}, 1)])])
    '# HELP up Is up\n# TYPE up gauge\nup{line="a\\"b"} 1\n'
    """
    lines = []
    for family in families:
        if family.samples:
            lines.append(f"# HELP {family.name} {_escape(family.title)}")
            lines.append(f"# TYPE {family.name} {family.kind}")
            lines += [f"{family.name}{_labels(of)} {value}" for of, value in family.samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    parts = (f'{name}="{_quoted(value)}"' for name, value in labels.items())
    return "{" + ",".join(parts) + "}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(value: str) -> str:
    return _escape(value).replace('"', '\\"')
