import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from telewatt.cli.app import COMMANDS, app
from telewatt.cli.french import FRENCH


def invoke(*arguments, **environment):
    return CliRunner().invoke(app, list(arguments), env=environment)


def help_texts(command):
    yield command.help
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            yield text
    for part in getattr(command, "commands", {}).values():
        yield from help_texts(part)


def test_the_version_is_that_of_the_package():
    assert invoke("--version").stdout == f"telewatt {version('telewatt')}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_text_exists_in_french(name):
    group = typer.main.get_command(app)
    for text in [*help_texts(group), *help_texts(group.get_command(None, name))]:
        assert text in FRENCH


@pytest.mark.parametrize("name", COMMANDS)
def test_help_speaks_the_language_asked_for(name):
    group = typer.main.get_command(app)
    english = group.get_command(None, name).help.split()
    french = FRENCH[group.get_command(None, name).help].split()
    assert english[0] in invoke("--lang", "en", name, "--help").output
    assert french[0] in invoke("--lang", "fr", name, "--help").output
    assert "Affiche cette aide." in invoke("--lang", "fr", name, "--help").output
    assert french[0] in invoke(name, "--help", LANG="fr_FR.UTF-8", LC_ALL="").output


def test_an_unknown_command_is_a_usage_error():
    assert invoke("runn").exit_code == 2


def test_an_unknown_language_is_a_usage_error():
    assert invoke("--lang", "de", "check").exit_code == 2


def test_the_shell_completes_commands_and_options():
    for words, completion in (("telewatt de", "decode"), ("telewatt decode --fo", "--format")):
        done = subprocess.run(
            [Path(sys.executable).with_name("telewatt")],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ
            | {
                "_TELEWATT_COMPLETE": "complete_bash",
                "COMP_WORDS": words,
                "COMP_CWORD": str(len(words.split()) - 1),
            },
        )
        assert completion in done.stdout, done.stderr


def test_a_command_imports_nothing_of_the_others():
    program = (
        "import sys; from telewatt.cli.app import app\n"
        "app(['check', '--help'], standalone_mode=False)\n"
        "print([m for m in sys.modules if m in ('telewatt.simulator', 'telewatt.cli.simulate')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
