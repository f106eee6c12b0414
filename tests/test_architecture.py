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

import pytest

SRC = Path(__file__).resolve().parents[1] / "src"

LAYER = {
    # 0 the protocol
    "tic": 0,
    # 1 the meaning: pure, no input or output, no clock
    "alerts": 1,
    "config": 1,
    "jsonl": 1,
    "jsonl": 1,
    "language": 1,
    "quality": 1,
    "reading": 1,
    "simulator": 1,
    "tariff": 1,
    # 2 the edges: all input and output lives here
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
STANDARD_LIBRARY_ONLY = {"tic", "tariff"}
DOCUMENTED = {"tic", "store", "sources"}

IMPURE_MODULES = {
    *("asyncio", "http", "multiprocessing", "select", "selectors", "serial", "socket", "sqlite3"),
    *("ssl", "subprocess", "termios", "threading", "time", "urllib"),
}
CLOCK_CALLS = {"now", "utcnow", "today"}
NAMES_THAT_SAY_NOTHING = re.compile(r"util|helper|manager|common", re.IGNORECASE)
WRONG_WORDS = re.compile(r"\b(telegrams?|packets?|crc)\b", re.IGNORECASE)
MODULE_LINES = 400
FUNCTION_LINES = 50

FILES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SRC.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_bytes()) for name, path in FILES.items()}
every_module = pytest.mark.parametrize("module", FILES)


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


def functions_of(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring: explaining more is no fault."""
    docstring = function.body[0] if ast.get_docstring(function) else None
    hidden = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - hidden


def test_every_part_has_its_layer() -> None:
    assert {part_of(module) for module in FILES} - {""} <= LAYER.keys()


@every_module
def test_imports_point_down_only(module: str) -> None:
    part = part_of(module)
    if not part:
        assert not imports_of_ours(module)
        return
    for imported in imports_of_ours(module):
        other = part_of(imported)
        assert not other or LAYER[other] <= LAYER[part], f"{module} imports {imported}"


@every_module
def test_no_edge_imports_another_edge(module: str) -> None:
    part = part_of(module)
    if LAYER.get(part) != EDGE:
        return
    edges = {other for other in map(part_of, imports_of_ours(module)) if LAYER.get(other) == EDGE}
    assert {(part, other) for other in edges - {part}} <= EDGES_MAY


def test_there_is_no_import_cycle() -> None:
    graph = {module: imports_of_ours(module) for module in FILES}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as cycle:
        pytest.fail(" -> ".join(cycle.args[1]))


@every_module
def test_the_protocol_needs_the_standard_library_only(module: str) -> None:
    if part_of(module) in STANDARD_LIBRARY_ONLY:
        roots = {name.split(".")[0] for name in imports_of(module)}
        assert roots <= sys.stdlib_module_names | {"telewatt"}


@every_module
def test_below_the_edges_there_is_no_input_or_output(module: str) -> None:
    if LAYER.get(part_of(module), EDGE) < EDGE:
        assert not {name.split(".")[0] for name in imports_of(module)} & IMPURE_MODULES


@every_module
def test_below_the_edges_there_is_no_clock(module: str) -> None:
    if LAYER.get(part_of(module), EDGE) < EDGE:
        calls = [node.func for node in ast.walk(TREES[module]) if isinstance(node, ast.Call)]
        names = {call.attr for call in calls if isinstance(call, ast.Attribute)}
        assert not names & CLOCK_CALLS


@every_module
def test_a_module_is_short(module: str) -> None:
    assert len(FILES[module].read_text().splitlines()) <= MODULE_LINES


@every_module
def test_a_function_is_short(module: str) -> None:
    lengths = {function.name: length_of(function) for function in functions_of(module)}
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES} == {}


@every_module
def test_a_name_says_something(module: str) -> None:
    defined = [
        node.name
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    assert [n for n in [module, *defined] if NAMES_THAT_SAY_NOTHING.search(n)] == []


@every_module
def test_a_thing_has_one_word(module: str) -> None:
    assert WRONG_WORDS.findall(FILES[module].read_text()) == []


@every_module
def test_no_error_is_swallowed(module: str) -> None:
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ExceptHandler) and catches_everything(node.type):
            assert not all(isinstance(s, ast.Pass | ast.Continue) for s in node.body), node.lineno
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            assert not any(map(catches_everything, node.args)), node.lineno


def catches_everything(caught: ast.expr | None) -> bool:
    return caught is None or ast.unparse(caught) in {"Exception", "BaseException"}


@every_module
def test_what_others_use_is_explained(module: str) -> None:
    """A method may inherit the docstring of the contract it fulfils."""
    if part_of(module) not in DOCUMENTED:
        return
    members = vars(importlib.import_module(module)).items()
    own = [(n, m) for n, m in members if getattr(m, "__module__", None) == module]
    assert [name for name, member in own for name in unexplained(name, member)] == []


def unexplained(name: str, member: object) -> Iterator[str]:
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
