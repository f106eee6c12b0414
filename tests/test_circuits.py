"""The pictures of the hardware guide are what the script draws, shown in both languages."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from telewatt.sources import LineState

DOCS = Path(__file__).resolve().parents[1] / "docs"
LANGUAGES = ("en", "fr")
PICTURES = sorted(DOCS.glob("*/circuits/*.svg"))

each_picture = pytest.mark.parametrize(
    "picture", PICTURES, ids=lambda path: f"{path.parts[-3]}-{path.stem}"
)


@pytest.fixture(name="names", scope="module")
def fixture_names(program: dict[str, object]) -> list[str]:
    circuits = program["CIRCUITS"]
    assert isinstance(circuits, dict)
    return sorted(circuits)


@pytest.fixture(name="program", scope="module")
def fixture_program() -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        return runpy.run_path(str(DOCS / "draw_circuits.py"))


@pytest.fixture(name="draw", scope="module")
def fixture_draw(program: dict[str, object]) -> Callable[[str, str], str]:
    draw = program["draw"]
    assert callable(draw)
    return draw


@each_picture
def test_a_picture_is_what_the_script_draws(picture: Path, draw: Callable[[str, str], str]) -> None:
    language, name = picture.parts[-3], picture.stem
    assert picture.read_text(encoding="utf-8") == draw(name, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_circuit_is_drawn_in_both_languages(language: str, names: list[str]) -> None:
    assert sorted(p.stem for p in PICTURES if p.parts[-3] == language) == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_circuit_is_shown_by_the_guide_with_words_for_who_cannot_see_it(
    language: str, names: list[str]
) -> None:
    guide = (DOCS / language / "hardware.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"!\[([^\]]+)\]\(circuits/([\w-]+)\.svg\)", guide))
    assert sorted(shown.values()) == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_calls_the_states_of_a_line_by_their_names(language: str) -> None:
    guide = (DOCS / language / "hardware.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| \*\*([a-z_]+)\*\*", guide, re.MULTILINE))
    assert told >= {LineState.SILENT, LineState.NOISE, LineState.WRONG_SPEED, LineState.READING}
    assert told <= {str(state) for state in LineState}


@each_picture
def test_a_picture_is_well_formed_and_needs_nothing_from_elsewhere(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert re.findall(r"href|url\(|@import|<script|<image|<foreignObject", text) == []
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]


@each_picture
def test_a_picture_stays_inside_its_frame(picture: Path) -> None:
    root = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    points = [
        tuple(map(float, point.split(",")))
        for line in root.iter()
        for point in line.attrib.get("points", "").split()
    ]
    assert points
    assert [p for p in points if not (0 < p[0] < width and 0 < p[1] < height)] == []
