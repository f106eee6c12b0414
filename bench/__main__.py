"""Measure and print the figures: ``python -m bench [PATTERN]``.

The exit code tells whether measuring worked, not whether every goal is kept: the lines say that.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator

import bench
from bench.figure import Figure


def module_names() -> list[str]:
    """The bench modules, in alphabetical order."""
    names = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return [f"bench.{name}" for name in names if name.startswith("bench_")]


def measure(pattern: str) -> Iterator[Figure]:
    """Yield the figures whose name, or whose module's, matches; run no other module.

    Raises:
        ValueError: a module yields a figure that its ``NAMES`` does not list.
    """
    wanted = re.compile(pattern)
    for module_name in module_names():
        module = importlib.import_module(module_name)
        whole = wanted.search(module_name.removeprefix("bench.")) is not None
        if not whole and not any(map(wanted.search, module.NAMES)):
            continue
        for figure in module.figures():
            if figure.name not in module.NAMES:
                raise ValueError(f"{module_name}: NAMES does not list {figure.name}")
            if whole or wanted.search(figure.name):
                yield figure


def main() -> int:
    """Print each figure as soon as it is measured; return the exit code."""
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    found = False
    for figure in measure(pattern):
        found = True
        print(figure.line(), flush=True)
    if not found:
        print(f"no figure matches {pattern!r}", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
