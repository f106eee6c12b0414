"""``telewatt check``: what a configuration would start, or every error in it."""

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import typer

from telewatt.cli.console import console_of
from telewatt.cli.options import ConfigOption
from telewatt.cli.setup import Setup, load
from telewatt.config import Config
from telewatt.language import Text
from telewatt.service.secrets import SecretError, secret_of

_GOOD = Text("{file}: no error", "{file} : aucune erreur")
_METER = Text(
    "  meter {name}: {source}, mode {mode}, speed {speed}",
    "  compteur {name} : {source}, mode {mode}, vitesse {speed}",
)
_AUTO = Text("auto", "auto")
_JOURNAL = Text(
    "  journal: {path}, written every {interval} s",
    "  journal : {path}, écrit toutes les {interval} s",
)
_WEB = Text("  web page: {address}", "  page web : {address}")
_PART = Text("  {name}: {what}", "  {name} : {what}")
_METRICS = Text("/metrics of the web page", "/metrics de la page web")
_MISSING = Text("warning: {key}: {why}", "attention : {key} : {why}")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_OURS = "web.password_file"
"""Written by telewatt itself, once there is a password."""


def check(context: typer.Context, config: ConfigOption = None) -> None:
    """Check the configuration and say what it would start, or every error in it."""
    setup = load(console_of(context), config, None, None)
    said = [_GOOD.fill(file=setup.file)]
    for name, meter in setup.config.meters.items():
        speed = meter.speed or _AUTO
        said.append(_METER.fill(name=name, source=meter.source, mode=meter.mode, speed=speed))
    interval = f"{setup.config.journal.commit_interval_s:g}"
    said.append(_JOURNAL.fill(path=setup.journal, interval=interval))
    said += _parts_of(setup.config)
    said += _secrets_of(setup)
    for text in said:
        sys.stdout.write(text.of(setup.console.language) + "\n")


def _parts_of(config: Config) -> Iterator[Text]:
    """What starts beside the meters: the page and every output."""
    if config.web.enabled:
        listen = _EVERYWHERE.get(config.web.listen, config.web.listen)
        host = f"[{listen}]" if ":" in listen else listen
        path = config.web.path.strip("/")
        yield _WEB.fill(address=f"http://{host}:{config.web.port}/{path}")
    if config.prometheus:
        yield _PART.fill(name="prometheus", what=_METRICS)
    told = {
        "daily_log": config.daily_log and config.daily_log.folder,
        "jsonl": config.jsonl and config.jsonl.path,
        "mqtt": config.mqtt and config.mqtt.host,
        "homeassistant": config.homeassistant and config.homeassistant.url,
        "influxdb": config.influxdb and config.influxdb.url,
        "webhook": config.webhook and config.webhook.url,
    }
    for name, what in told.items():
        if what:
            yield _PART.fill(name=name, what=what)


def _secrets_of(setup: Setup) -> Iterator[Text]:
    """The files that are named and cannot be read by this user; the service asks them again."""
    config = setup.config
    sections: dict[str, object] = {f.name: getattr(config, f.name) for f in fields(config)}
    sections |= {f"meters.{name}": meter for name, meter in config.meters.items()}
    for section, values in sections.items():
        for key in getattr(type(values), "__slots__", ()):
            file = getattr(values, key)
            name = f"{section}.{key}"
            if key.endswith("_file") and file and name != _OURS:
                why = _unreadable(file, setup.journal.parent)
                if why:
                    yield _MISSING.fill(key=name, why=why)


def _unreadable(file: str, folder: Path) -> Text | None:
    try:
        secret_of(file, None, folder)()
    except SecretError as error:
        return error.text
    return None
