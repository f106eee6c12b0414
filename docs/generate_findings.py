"""Write docs/en/esphome-findings.md and its French twin from the table of findings.

python docs/generate_findings.py
"""

import re
from pathlib import Path

from telewatt.esphome.validator import RULES
from telewatt.language import Language, Text

INTRODUCTION = Text(
    en="""\
# What is checked in ESPHome configurations

Written by `docs/generate_findings.py` from `telewatt.esphome.validator`; do not edit.

Everything `telewatt esphome validate` can find. What stands between `…` depends on the file.

| finding | what | why | remedy |
|---|---|---|---|
""",
    fr="""\
# Ce qui est contrôlé dans les configurations ESPHome

Écrit par `docs/generate_findings.py` d'après `telewatt.esphome.validator` ; ne pas modifier.

Tout ce que `telewatt esphome validate` peut trouver. Ce qui est entre `…` dépend du fichier.

| constat | quoi | pourquoi | remède |
|---|---|---|---|
""",
)


def generate(language: Language) -> str:
    """The page in one language."""
    rows = (
        " | ".join((f"`{rule.id}`", *(cell(text.of(language)) for text in rule[1:])))
        for rule in RULES.values()
    )
    return INTRODUCTION.of(language) + "".join(f"| {row} |\n" for row in rows)


def cell(text: str) -> str:
    """A text with its `{values}` left open."""
    return re.sub(r"\{\w+\}", "…", text).replace("|", "\\|")


if __name__ == "__main__":
    for language in ("en", "fr"):
        page = Path(__file__).parent / language / "esphome-findings.md"
        page.write_text(generate(language), encoding="utf-8")
