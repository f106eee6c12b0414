"""TOML text to `Config`, or to every problem in it."""

import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from telewatt.config import texts
from telewatt.config.model import Config
from telewatt.config.problems import ConfigError, Problem, explain, syntax_problem
from telewatt.config.texts import Fault
from telewatt.config.toml_lines import KeyPath, line_of, lines_of_keys

SourceCheck = Callable[[str], Fault | None]


def parse(text: str, check_source: SourceCheck = lambda source: None) -> Config:
    """Read a configuration.

    Args:
        text: the TOML text.
        check_source: says what is wrong with a ``source``; ``None`` if nothing is.

    Raises:
        ConfigError: with every problem found, not only the first.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([syntax_problem(text, str(error))]) from error
    faults = [*_faults_of_sources(raw, check_source), *_values_twice(raw)]
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        faults += [explain(details) for details in error.errors(include_url=False)]
    if faults:
        raise _error(text, raw.get("language"), faults)
    return config


def _error(text: str, language: object, faults: list[tuple[KeyPath, Fault]]) -> ConfigError:
    lines = lines_of_keys(text)
    problems = [Problem(line_of(lines, path), ".".join(path), fault) for path, fault in faults]
    return ConfigError(problems, language if language in ("fr", "en") else None)


def _texts_of_meters(raw: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
    meters = raw.get("meters")
    for name, section in meters.items() if isinstance(meters, dict) else ():
        if isinstance(section, dict) and isinstance(value := section.get(key), str):
            yield name, value


def _faults_of_sources(
    raw: dict[str, Any], check_source: SourceCheck
) -> Iterator[tuple[KeyPath, Fault]]:
    for name, source in _texts_of_meters(raw, "source"):
        if source and (fault := check_source(source)):
            yield ("meters", name, "source"), fault


def _values_twice(raw: dict[str, Any]) -> Iterator[tuple[KeyPath, Fault]]:
    for key, fault in texts.TWICE.items():
        first: dict[str, str] = {}
        for name, value in _texts_of_meters(raw, key):
            if first.setdefault(value, name) != name:
                yield ("meters", name, key), fault.fill(other=f"meters.{first[value]}.{key}")
