"""The plan of the house, held: layers, sizes, words, docstrings.

A new part of ``telewatt`` gets its row in ``LAYER`` first.
"""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

SRC = Path(__file__).resolve().parents[1] / "src"

LAYER = {
    # 0 the protocol
    "tic": 0,
    # 1 the meaning: pure, no input or output, no clock
    "config": 1,
    "derivation": 1,
    "esphome": 1,
    "entities": 1,
    "shapes": 1,
    "language": 1,
    "logline": 1,
    "plainwords": 1,
    "quality": 1,
    "quantity": 1,
    "columns": 1,
    "reading": 1,
    "rollup": 1,
    "situation": 1,
    "simulator": 1,
    "truth": 1,
    "verdict": 1,
    # 2 the edges: all input and output lives here
    "exchange": 2,
    "homeassistant": 2,
    "lines": 2,
    "sinks": 2,
    "sources": 2,
    "store": 2,
    "web": 2,
    # 3 the wiring
    "__main__": 3,
    "cli": 3,
    "notify": 3,
    "service": 3,
}
EDGE = 2
EDGES_MAY = {("web", "store")}  # the only edges that may import another
STANDARD_LIBRARY_ONLY = {"tic"}
DOCUMENTED = {"tic", "store", "sources"}

IMPURE_MODULES = {
    *("asyncio", "http", "multiprocessing", "select", "selectors", "serial", "socket", "sqlite3"),
    *("ssl", "subprocess", "termios", "threading", "time", "urllib.request"),
}
CLOCK_CALLS = {"now", "utcnow", "today"}
NAMES_THAT_SAY_NOTHING = re.compile(r"util|helper|manager|common", re.IGNORECASE)
WRONG_WORDS = re.compile(r"\b(telegrams?|packets?|crc)\b", re.IGNORECASE)
WORDS_MEANT = {
    ("store", "crc"),  # the journal seals its batches with a real CRC-32
    ("esphome", "crc"),  # what ESPHome's log calls a wrong checksum
}
MODULE_LINES = 400
FUNCTION_LINES = 50

FILES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SRC.rglob("*.py"))
}
Node = TypeVar("Node", bound=ast.AST)
TREES = {name: ast.parse(path.read_bytes()) for name, path in FILES.items()}


def part_of(module: str) -> str:
    """``tic`` for ``telewatt.tic.decoder``; empty for ``telewatt`` itself."""
    return module.split(".")[1] if "." in module else ""


def imports_of(module: str) -> Iterator[str]:
    """Every module named in an import anywhere in this one, those of telewatt as in ``FILES``."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, node.module or ""]).strip(".") if node.level else node.module
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in FILES else str(base)


def imports_of_ours(module: str) -> set[str]:
    return {name for name in imports_of(module) if name.split(".")[0] == "telewatt"} - {module}


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring: explaining more is no fault."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    hidden = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - hidden


def below_the_edges() -> Iterator[str]:
    yield from (module for module in FILES if LAYER.get(part_of(module), EDGE) < EDGE)


def nodes(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    """Every syntax node of this kind, with its module."""
    for module, tree in TREES.items():
        yield from ((module, node) for node in ast.walk(tree) if isinstance(node, kind))


def test_every_part_has_its_layer() -> None:
    assert {part_of(module) for module in FILES} - {""} <= LAYER.keys()


def test_imports_point_down_only() -> None:
    assert [
        f"{module} imports {imported}"
        for module in FILES
        for imported in imports_of_ours(module)
        if part_of(imported) and LAYER[part_of(imported)] > LAYER.get(part_of(module), -1)
    ] == []


def test_no_edge_imports_another_edge() -> None:
    edges = {
        (part_of(module), part_of(imported))
        for module in FILES
        for imported in imports_of_ours(module)
        if LAYER.get(part_of(module)) == LAYER.get(part_of(imported)) == EDGE
    }
    assert {(one, other) for one, other in edges if one != other} <= EDGES_MAY


def test_there_is_no_import_cycle() -> None:
    graph = {module: imports_of_ours(module) for module in FILES}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


def test_the_protocol_needs_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"telewatt"}
    assert [
        f"{module} imports {imported}"
        for module in FILES
        if part_of(module) in STANDARD_LIBRARY_ONLY
        for imported in imports_of(module)
        if imported.split(".")[0] not in allowed
    ] == []


def test_below_the_edges_there_is_no_input_or_output() -> None:
    assert [
        f"{module} imports {imported}"
        for module in below_the_edges()
        for imported in imports_of(module)
        if not IMPURE_MODULES.isdisjoint((imported, imported.split(".")[0]))
    ] == []


def test_below_the_edges_there_is_no_clock() -> None:
    pure = set(below_the_edges())
    calls = [(module, call.func) for module, call in nodes(ast.Call) if module in pure]
    assert [
        f"{module}:{call.lineno} {ast.unparse(call)}"
        for module, call in calls
        if isinstance(call, ast.Attribute) and call.attr in CLOCK_CALLS
    ] == []


def test_a_module_is_short() -> None:
    lines = {module: len(path.read_text().splitlines()) for module, path in FILES.items()}
    assert {module: count for module, count in lines.items() if count > MODULE_LINES} == {}


def test_a_function_is_short() -> None:
    functions = [*nodes(ast.FunctionDef), *nodes(ast.AsyncFunctionDef)]
    lengths = {f"{module}.{function.name}": length_of(function) for module, function in functions}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_a_name_says_something() -> None:
    definitions = [*nodes(ast.FunctionDef), *nodes(ast.AsyncFunctionDef), *nodes(ast.ClassDef)]
    names = [*FILES, *(f"{module}.{definition.name}" for module, definition in definitions)]
    assert [name for name in names if NAMES_THAT_SAY_NOTHING.search(name)] == []


def test_a_thing_has_one_word() -> None:
    assert [
        f"{module}: {word}"
        for module, path in FILES.items()
        for word in WRONG_WORDS.findall(path.read_text())
        if (part_of(module), word.lower()) not in WORDS_MEANT
    ] == []


def test_no_error_is_swallowed() -> None:
    handlers = [
        f"{module}:{handler.lineno}"
        for module, handler in nodes(ast.ExceptHandler)
        if catches_everything(handler.type)
        and all(isinstance(statement, ast.Pass | ast.Continue) for statement in handler.body)
    ]
    suppressions = [
        f"{module}:{call.lineno}"
        for module, call in nodes(ast.Call)
        if ast.unparse(call.func).endswith("suppress") and any(map(catches_everything, call.args))
    ]
    assert handlers + suppressions == []


def catches_everything(caught: ast.expr | None) -> bool:
    return caught is None or ast.unparse(caught) in {"Exception", "BaseException"}


def test_what_others_use_is_explained() -> None:
    """A method may inherit the docstring of the contract it fulfils."""
    assert [
        f"{module}.{unexplained}"
        for module in FILES
        if part_of(module) in DOCUMENTED
        for name, member in vars(importlib.import_module(module)).items()
        if getattr(member, "__module__", None) == module
        for unexplained in unexplained_in(name, member)
    ] == []


def unexplained_in(name: str, member: object) -> Iterator[str]:
    """The public functions and methods here without a docstring."""
    if name.startswith("_"):
        return
    if inspect.isfunction(member) and not inspect.getdoc(member):
        yield name
    if inspect.isclass(member):
        methods = inspect.getmembers(member, lambda m: inspect.isroutine(m) or is_property(m))
        own = [(n, m) for n, m in methods if n in vars(member) and not n.startswith("_")]
        yield from (f"{name}.{n}" for n, method in own if not inspect.getdoc(method))


def is_property(member: object) -> bool:
    return isinstance(member, property)
