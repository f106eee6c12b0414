"""TOML text to `Config`, or to every problem in it."""

import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from posixpath import normpath
from types import MappingProxyType
from typing import Any

from telewatt.config import texts
from telewatt.config.kinds import Name, Words
from telewatt.config.model import (
    KIND,
    SECTIONS,
    Config,
    MeterConfig,
    VirtualConfig,
)
from telewatt.config.problems import ConfigError, Problem, syntax_problem
from telewatt.config.texts import Fault
from telewatt.config.toml_lines import KeyPath, line_of, lines_of_keys
from telewatt.rollup.formula import parse_formula

SourceCheck = Callable[[Mapping[str, Any]], tuple[str, Fault] | None]
"""From a meter's section, whose ``source`` is a text, to the key that is wrong and why."""


def parse(text: str, check_source: SourceCheck = lambda section: None) -> Config:
    """Read a configuration.

    Args:
        text: the TOML text.
        check_source: says what is wrong with a meter's source; ``None`` if nothing is.

    Raises:
        ConfigError: with every problem found, not only the first.
    """
    try:
        raw = tomllib.loads(text)
        repr(raw)  # what cannot be written cannot be named in an error either
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([syntax_problem(text, str(error))]) from error
    except (ValueError, RecursionError) as error:  # Python's own limits
        raise ConfigError([Problem(None, "", texts.ENDLESS)]) from error
    return build(raw, check_source, lines_of_keys(text))


def build(
    raw: dict[str, Any],
    check_source: SourceCheck = lambda section: None,
    lines: Mapping[KeyPath, int] = MappingProxyType({}),
) -> Config:
    """A configuration from its sections and keys; ``lines`` tells where they are written.

    Raises:
        ConfigError: with every problem found, not only the first.
    """
    faults = [
        *_faults_of(raw),
        *_faults_of_virtual(raw),
        *_faults_of_sources(raw, check_source),
        *_values_twice(raw),
        *_faults_of_metrics(raw),
    ]
    language = raw.get("language")
    if faults:
        raise ConfigError(
            [Problem(line_of(lines, path), ".".join(path), fault) for path, fault in faults],
            language if language in ("fr", "en") else None,
        )
    return Config(
        meters={name: MeterConfig(**section) for name, section in raw["meters"].items()},
        language=language,
        virtual={
            name: VirtualConfig(**section) for name, section in raw.get("virtual", {}).items()
        },
        **{name: model(**raw[name]) for name, model in SECTIONS.items() if name in raw},
    )


_Faults = Iterator[tuple[KeyPath, Fault]]


def _faults_of(raw: dict[str, Any]) -> _Faults:
    own = {key: value for key, value in raw.items() if key not in ("meters", "virtual", *SECTIONS)}
    yield from _faults_of_section(Config, own, ())
    for name, model in SECTIONS.items():
        if name in raw:
            yield from _faults_of_section(model, raw[name], (name,))
    meters = raw.get("meters")
    if not isinstance(meters, dict) or not meters:
        yield ("meters",), texts.NO_METER
        return
    for name, section in meters.items():
        path = ("meters", name)
        if not isinstance(section, dict):
            yield path, texts.NO_METER_SECTION
            continue
        if fault := Name().fault_of("meters", name):
            yield path, fault
        yield from _faults_of_section(MeterConfig, section, path)


def _faults_of_virtual(raw: dict[str, Any]) -> _Faults:
    sections, meters = raw.get("virtual", {}), raw.get("meters")
    if not isinstance(sections, dict):
        yield ("virtual",), texts.NO_VIRTUAL_SECTION
        return
    known = list(meters) if isinstance(meters, dict) else []
    for name, section in sections.items():
        path = ("virtual", name)
        if not isinstance(section, dict):
            yield path, texts.NO_VIRTUAL_SECTION
            continue
        if fault := Name().fault_of("virtual", name):
            yield path, fault
        if name in known:
            yield path, texts.SAME_NAME
        faults = list(_faults_of_section(VirtualConfig, section, path))
        yield from faults or _faults_of_formula(section["formula"], known, path)


def _faults_of_formula(formula: str, known: list[str], path: KeyPath) -> _Faults:
    for term in parse_formula(formula):
        if term.name not in known:
            fault = texts.UNKNOWN_METER.fill(name=term.name, known=", ".join(known))
            yield (*path, "formula"), fault


def _faults_of_section(model: type, section: object, path: KeyPath) -> _Faults:
    if not isinstance(section, dict):
        yield path, texts.NO_SECTION.fill(value=repr(section), path=".".join(path))
        return
    keys = {key.name: key for key in fields(model)}
    for name, value in section.items():
        if name not in keys:
            yield (*path, name), _unknown(name, list(keys))
        elif fault := keys[name].metadata[KIND].fault_of(name, value):
            yield (*path, name), fault
    for name, key in keys.items():
        if KIND in key.metadata and key.default is MISSING and name not in section:
            yield (*path, name), texts.MISSING[name]


def _unknown(key: str, known: list[str]) -> Fault:
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return texts.MISSPELT_KEY.fill(known=close[0])
    return texts.UNKNOWN_KEY.fill(known=", ".join(known))


def _texts_of_meters(raw: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
    meters = raw.get("meters")
    for name, section in meters.items() if isinstance(meters, dict) else ():
        if isinstance(section, dict) and isinstance(value := section.get(key), str):
            yield name, value


def _faults_of_sources(raw: dict[str, Any], check_source: SourceCheck) -> _Faults:
    for name, source in _texts_of_meters(raw, "source"):
        if not Words().fault_of("source", source) and (found := check_source(raw["meters"][name])):
            key, fault = found
            yield ("meters", name, key), fault


def _values_twice(raw: dict[str, Any]) -> _Faults:
    for key, fault in texts.TWICE.items():
        first: dict[str, str] = {}
        for name, value in _texts_of_meters(raw, key):
            owner = first.setdefault(_plain(value), name)
            if owner != name:
                yield ("meters", name, key), fault.fill(other=f"meters.{owner}.{key}")


def _faults_of_metrics(raw: dict[str, Any]) -> _Faults:
    page = raw.get("web")
    if "prometheus" in raw and isinstance(page, dict) and page.get("enabled") is False:
        yield ("prometheus",), texts.NOBODY_SERVES


def _plain(value: str) -> str:
    """One way to write what can be written in several; links are not followed: no disk here."""
    bare = "-" if value == "stdin:" else value.removeprefix("serial:")
    if bare.startswith(("socket:", "rfc2217:")):
        return bare.lower()
    kind, colon, path = bare.rpartition("file:")
    if path.startswith("/") and not kind:
        return colon + normpath("/" + path.lstrip("/"))
    return bare
