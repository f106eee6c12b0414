"""Every key of the configuration is documented, and what is documented is a key."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from telewatt.config import Config, MeterConfig, parse
from telewatt.config.model import SECTIONS as CONFIG_SECTIONS
from telewatt.config.model import VirtualConfig

DOCS = Path(__file__).parents[2] / "docs"
SECTIONS = {
    "": Config,
    **CONFIG_SECTIONS,
    "meters.NAME": MeterConfig,
    "virtual.NAME": VirtualConfig,
}


def keys_of_the_model():
    for section, model in SECTIONS.items():
        for key in (key.name for key in fields(model)):
            if key not in (*CONFIG_SECTIONS, "meters", "virtual"):
                yield f"{section}.{key}".lstrip(".")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_table_of_keys_is_the_model(language):
    text = (DOCS / language / "configuration.md").read_text().replace(".NOM.", ".NAME.")
    documented = re.findall(r"^\| `([\w.]+)` \|", text, re.MULTILINE)
    assert sorted(documented) == sorted(keys_of_the_model())


@pytest.mark.parametrize(
    ("language", "nothing", "required"),
    [("en", "none", "required"), ("fr", "aucun", "obligatoire")],
)
def test_the_defaults_in_the_documentation_are_true(language, nothing, required):
    text = (DOCS / language / "configuration.md").read_text().replace(".NOM.", ".NAME.")
    for name, words, told in re.findall(r"^\| `([\w.]+)` \|(.*)\|(.*)\|$", text, re.MULTILINE):
        section, _, key = name.rpartition(".")
        default = {field.name: field.default for field in fields(SECTIONS[section])}[key]
        assert (default is MISSING) == (required in words.lower())
        if default in (MISSING, None, ()):
            assert told.strip() == nothing
        else:
            assert default == tomllib.loads(f"x = {told.strip(' `')}")["x"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_examples_in_the_documentation_are_valid(language):
    text = (DOCS / language / "configuration.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert examples
    for example in examples:
        parse(example)
