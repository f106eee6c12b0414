"""Wrong usage is told in the language of the run, also where typer finds it."""

from __future__ import annotations

import pytest

from telewatt.cli.usage import french_of
from tests.cli.test_app import invoke

WRONG = {
    ("runn",): "commande inconnue : runn",
    ("ha", "runn"): "commande inconnue : runn",
    ("--lang", "de", "check"): "--lang : 'de' n'est pas l'une de ces valeurs : 'fr', 'en'",
    ("check", "--foo"): "option inconnue : --foo",
    ("history", "--stepp", "day"): "option inconnue : --stepp (proches : ",
    ("history", "--step"): "l'option --step demande une valeur",
    ("history", "--step", "x"): "--step : 'x' n'est pas l'une de ces valeurs : 'minute', ",
    ("history", "--quantities=yes"): "l'option --quantities ne prend pas de valeur",
    ("simulate", "--seed", "x"): "--seed : un nombre entier est demandé",
    ("check", "a", "b"): "arguments en trop : a b",
    ("decode",): "il manque PATH",
    ("export",): "il manque WHAT : frames, rollups",
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.items())
def test_wrong_usage_is_told_in_french(arguments: tuple[str, ...], said: str) -> None:
    done = invoke(*arguments, LANG="fr_FR.UTF-8", LC_ALL="", LANGUAGE="", COLUMNS="200")
    assert done.exit_code == 2
    assert f"│ {said}" in done.output
    assert "─ Erreur ─" in done.output
    assert "Try" not in done.output


@pytest.mark.parametrize("arguments", WRONG)
def test_and_in_english_where_that_is_asked_for(arguments: tuple[str, ...]) -> None:
    done = invoke(*arguments, LANG="en_US.UTF-8", LC_ALL="", LANGUAGE="", COLUMNS="200")
    assert done.exit_code == 2
    assert WRONG[arguments] not in done.output


def test_a_group_without_a_command_shows_its_help_in_french() -> None:
    done = invoke("ha", LANG="fr_FR.UTF-8", LC_ALL="", LANGUAGE="")
    assert done.exit_code == 2
    assert "─ Commandes ─" in done.output
    assert "Erreur" not in done.output


def test_what_is_not_known_is_told_as_it_is() -> None:
    assert french_of("Something new of typer.") == "Something new of typer."
