"""Which meters to simulate, and where their bytes go: from options, or from a scenario file.

    # house.toml: what stands before the first section holds for every meter
    duration = "2h"
    noise = "flip:0.0001"

    [meters.house]
    to = "pty:/tmp/linky"
    mode = "standard"
    contract = "tempo"
    events = "+10m outage for=90s; +1h mode historic"

    [meters.panels]
    to = "tcp:127.0.0.1:4000"
    mode = "historic"
    seed = 7

The keys are those of `telewatt.simulator.KEYS`, besides ``to`` and ``duration``.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from telewatt.cli.console import UNREADABLE
from telewatt.language import Text, TextError
from telewatt.simulator import MeterSettings, SettingsError, parse_settings

FIRST_SEED = "1"

_WRONG = Text("{where}: {why}", "{where} : {why}")
_NO_METERS = Text(
    '{path}: no meter: add a section [meters.NAME] with to = "pty:PATH"',
    '{path} : aucun compteur : ajoutez une section [meters.NOM] avec to = "pty:CHEMIN"',
)
_NO_TO = Text(
    '{where}: has no output: add to = "pty:PATH", "tcp:127.0.0.1:PORT", "file:PATH" or "-"',
    '{where} : n\'a pas de sortie : ajoutez to = "pty:CHEMIN", "tcp:127.0.0.1:PORT", '
    '"file:CHEMIN" ou "-"',
)
_NOT_A_VALUE = Text(
    "{where}: {key}: write a text, a number, true or false",
    "{where} : {key} : écrivez un texte, un nombre, true ou false",
)
_TWICE = Text(
    "{to} is the output of two meters: give each its own",
    "{to} est la sortie de deux compteurs : donnez à chacun la sienne",
)


class ScenarioError(TextError):
    """What was asked for cannot be simulated; ``text`` says why and what to write."""


class Part(NamedTuple):
    """One meter of a scenario.

    Attributes:
        name: the user's name for it.
        to: its output, as `telewatt.lines.find_line` takes it.
        settings: what it is and does.
    """

    name: str
    to: str
    settings: MeterSettings


class Scenario(NamedTuple):
    """The meters that run at the same time, and for how long if the file says so."""

    parts: list[Part]
    duration: str | None = None


Given = Mapping[str, str]


def scenario_of(meters: Iterable[tuple[str, str]], general: Given, speeds: Given) -> Scenario:
    """A scenario from pairs of a meter's settings (``key=value&...``) and its output.

    Args:
        meters: settings and output of each.
        general: settings of every meter that does not say otherwise itself.
        speeds: the usual speed by the scheme of the output (``pty``, ``tcp``, ``file``, ``-``).

    Raises:
        ScenarioError: a setting that cannot be used, or one output for two meters.
    """
    named = [(f"--meter {number}", to, text) for number, (text, to) in enumerate(meters, 1)]
    return Scenario(_parts(named, general, speeds))


def read_scenario(path: Path, general: Given, speeds: Given) -> Scenario:
    """The scenario of a TOML file; ``general`` comes before what the file says for every meter.

    Raises:
        ScenarioError: names the file, the meter, the key and the remedy.
    """
    table = _load(path)
    meters = table.pop("meters", None)
    if not isinstance(meters, dict) or not all(isinstance(m, dict) for m in meters.values()):
        raise ScenarioError(_NO_METERS.fill(path=path))
    everywhere = _texts(str(path), table)
    duration = everywhere.pop("duration", None)
    named = []
    for name, keys in meters.items():
        where = f"{path}, [meters.{name}]"
        given = _texts(where, keys)
        if "to" not in given:
            raise ScenarioError(_NO_TO.fill(where=where))
        named.append((where, given.pop("to"), _joined(given)))
    if not named:
        raise ScenarioError(_NO_METERS.fill(path=path))
    return Scenario(_parts(named, {**everywhere, **general}, speeds), duration)


def _load(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(UNREADABLE.fill(path=path, why=error.strerror)) from error
    except ValueError as error:  # TOML or UTF-8
        raise ScenarioError(_WRONG.fill(where=path, why=error)) from error


def _texts(where: str, table: Mapping[str, object]) -> dict[str, str]:
    return {key: _text(where, key, value) for key, value in table.items()}


def _text(where: str, key: str, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case date():
            return value.isoformat()
        case list():
            return ",".join(_text(where, key, item) for item in value)
    raise ScenarioError(_NOT_A_VALUE.fill(where=where, key=key))


def _joined(given: Given) -> str:
    return "&".join(f"{key}={quote(value)}" for key, value in given.items())


def _parts(named: Iterable[tuple[str, str, str]], general: Given, speeds: Given) -> list[Part]:
    parts: list[Part] = []
    for number, (name, to, text) in enumerate(named):
        scheme = to.partition(":")[0]
        usual = {"speed": speeds[scheme]} if scheme in speeds else {}
        seed = general.get("seed", FIRST_SEED)
        if seed.isdecimal():  # two meters are two houses, with two addresses
            seed = str(int(seed) + number)
        settings = _settings(name, _joined({**usual, **general, "seed": seed}), text)
        if any(to == part.to for part in parts):
            raise ScenarioError(_TWICE.fill(to=to))
        parts.append(Part(name, to, settings))
    return parts


def _settings(where: str, general: str, own: str) -> MeterSettings:
    try:
        return parse_settings(f"{general}&{own.removeprefix('sim:').removeprefix('?')}")
    except SettingsError as error:
        raise ScenarioError(_WRONG.fill(where=where, why=error.text)) from error
