"""The questions of ``telewatt esphome generate`` to somebody at a terminal."""

from collections.abc import Iterator

import click

from telewatt.esphome.answers import CONTRACTS, HISTORIC_CONTRACTS
from telewatt.language import Language, Text

_HOW_MANY = Text("How many meters", "Combien de compteurs")
_NAME = Text("Name of meter {n}, e.g. house", "Nom du compteur {n}, p. ex. maison")
_MODE = Text(
    "Mode on the display of {name}: historic or standard",
    "Mode sur l'afficheur de {name} : historic ou standard",
)
_PHASES = Text("Phases: mono or tri", "Phases : mono ou tri")
_CONTRACT = Text("Contract", "Contrat")
_PRODUCER = Text("Does it also count what is injected", "Compte-t-il aussi l'injection")


def ask_meters(language: Language) -> Iterator[tuple[str, str]]:
    """Names and words of meters, as --meter takes them."""
    for n in range(
        1, click.prompt(_HOW_MANY.of(language), type=click.IntRange(1, 3), default=1) + 1
    ):
        name = click.prompt(_NAME.fill(n=n).of(language))
        yield name, _words(name, language)


def _words(name: str, language: Language) -> str:
    def choose(text: Text, choices: tuple[str, ...]) -> str:
        kind = click.Choice(choices)
        return str(
            click.prompt(text.of(language), type=kind, default=choices[0], show_choices=True)
        )

    mode = choose(_MODE.fill(name=name), ("standard", "historic"))
    phases = choose(_PHASES, ("mono", "tri"))
    contract = choose(_CONTRACT, CONTRACTS if mode == "standard" else HISTORIC_CONTRACTS)
    injects = mode == "standard" and click.confirm(_PRODUCER.of(language), default=False)
    return f"{mode},{phases},{contract}{',producer' if injects else ''}"
