"""The documentation is complete, says the same in both languages, and points at what exists."""

from __future__ import annotations

import importlib
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from packaging.requirements import Requirement

from bench.__main__ import module_names
from telewatt.cli.app import app
from telewatt.language import Language

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LANGUAGES = ("en", "fr")
PAGES = sorted({page.name for language in LANGUAGES for page in (DOCS / language).glob("*.md")})
PARTS = (
    "*",
    ".ci/*",
    "bench/**",
    "docs/**",
    "requirements/*",
    "scripts/**",
    "src/**",
    "systemd/*",
    "tests/**",
)
BUILT = {".cache", "site", "__pycache__"}
# Places that exist on one machine only; written in pieces, so that this file passes its own test.
ELSEWHERE = re.compile(
    r"(?<![\w.])/(work|root|workspace)/|/opt/" + r"(pypi|wheels)"
    r"|py" + r"pi\.org|python" + r"hosted|registry\.npm" + r"js|deb\.deb" + r"ian\.org"
)

in_both_languages = pytest.mark.parametrize("language", LANGUAGES)


def page(language: str, name: str) -> str:
    return (DOCS / language / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without its fenced code, where ``#`` and brackets mean something else."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def files() -> Iterator[Path]:
    """Every file of the repository, but not what was built."""
    for pattern in PARTS:
        for path in ROOT.glob(pattern):
            if path.is_file() and not BUILT & set(path.relative_to(ROOT).parts):
                yield path


PROSE = [path for path in files() if path.suffix == ".md"]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command as it is typed, those of groups too, and its long options."""
    yield from commands_of("telewatt", typer.main.get_group(app))


def commands_of(typed: str, command: Any) -> Iterator[tuple[str, list[str]]]:
    yield typed, [o for parameter in command.params for o in parameter.opts if o.startswith("--")]
    if hasattr(command, "list_commands"):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from commands_of(f"{typed} {name}", command.get_command(context, name))


@in_both_languages
@pytest.mark.parametrize(("command", "options"), list(commands()))
def test_every_command_and_option_is_documented(
    language: str, command: str, options: list[str]
) -> None:
    text = page(language, "commands.md")
    missing = [o for o in options if not re.search(rf"{re.escape(o)}(?![\w-])", text)]
    assert command in text
    assert missing == []


@in_both_languages
def test_every_label_is_documented(language: Language) -> None:
    """The page is written by a program from the label table: here it is up to date."""
    program = runpy.run_path(str(DOCS / "generate_labels.py"))
    assert page(language, "labels.md") == program["generate"](language)


@in_both_languages
def test_every_endpoint_is_documented(language: Language) -> None:
    """The page is written by a program from the table of endpoints: here it is up to date."""
    program = runpy.run_path(str(DOCS / "generate_api.py"))
    assert page(language, "api.md") == program["generate"](language)


@in_both_languages
@pytest.mark.parametrize("module", module_names())
def test_every_figure_has_its_method(language: str, module: str) -> None:
    text = page(language, "bench.md")
    assert [n for n in importlib.import_module(module).NAMES if f"`{n}`" not in text] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_same_sections_in_both_languages(name: str) -> None:
    english, french = (
        [len(level) for level in re.findall(r"^(#+) ", prose(page(language, name)), re.MULTILINE)]
        for language in LANGUAGES
    )
    assert english == french


@in_both_languages
def test_every_page_is_in_the_menu(language: str) -> None:
    menu = tomllib.loads((DOCS / f"{language}.toml").read_text())["project"]["nav"]
    assert sorted(name for entry in menu for name in entry.values()) == PAGES


@pytest.mark.slow
@in_both_languages
def test_the_built_pages_load_nothing_from_elsewhere(language: str) -> None:
    build = [sys.executable, "-m", "zensical", "build", "--strict", "-f", f"{language}.toml"]
    subprocess.run(build, cwd=DOCS, check=True, capture_output=True)
    pages = list((DOCS / "site" / language).rglob("*.html"))
    loaded = r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*>"
    assert len(pages) > len(PAGES)
    assert {p.name: re.findall(loaded, p.read_text(encoding="utf-8")) for p in pages} == {
        p.name: [] for p in pages
    }


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_inside_the_repository_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", prose(path.read_text(encoding="utf-8")))
    inside = [target for target in targets if "://" not in target]
    assert [t for t in inside if not (path.parent / t).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.fr.md", "CONTRIBUTING.md"])
def test_every_make_target_a_reader_is_told_exists(name: str) -> None:
    targets = re.findall(r"\bmake ([a-z]+)\b", (ROOT / name).read_text(encoding="utf-8"))
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    assert set(targets) <= set(rules)


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_telewatt_command_a_reader_is_told_exists(path: Path) -> None:
    known = dict(commands())
    fences = re.findall(r"^```sh\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for line in re.findall(r"^telewatt .+", "".join(fences), re.MULTILINE):
        words = line.partition("#")[0].replace("=", " ").split()
        names = [word for word in words if not word.startswith("-")]
        command = max((name for name in known if is_typed(name, names)), key=len)
        options = {word for word in words if word.startswith("--")}
        assert command != "telewatt" or "--version" in options, line
        assert options <= {*known["telewatt"], *known[command]}, line


def is_typed(command: str, words: list[str]) -> bool:
    """Whether these words, an option's value perhaps among them, type this command."""
    _, *names = command.split()
    starts = (i for i, word in enumerate(words) if word == names[0]) if names else iter([0])
    return any(words[i : i + len(names)] == names for i in starts) or not names


def test_nothing_refers_to_one_machine_or_one_index() -> None:
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in files()
        if (match := ELSEWHERE.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize(("lock", "group"), [("run", "build"), ("dev", "dev")])
def test_the_locks_hold_every_dependency_of_the_project(lock: str, group: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"][group]]
    locked = dict(
        re.findall(r"^([\w.-]+)==(\S+)", (ROOT / f"requirements/{lock}.txt").read_text(), re.M)
    )
    for requirement in (Requirement(text) for text in wanted if isinstance(text, str)):
        assert requirement.specifier.contains(locked[requirement.name], prereleases=True)
