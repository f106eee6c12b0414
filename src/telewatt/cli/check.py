"""``telewatt check``: what a configuration would start, or every error in it.

An error is what `telewatt run` does not start with. Where it starts and something will not work,
as long as nothing changes, that is a warning.
"""

from collections.abc import Iterator
from operator import itemgetter

import typer

from telewatt.cli.console import console_of
from telewatt.cli.options import ConfigOption
from telewatt.cli.setup import Setup, load
from telewatt.cli.surroundings import doubts_here
from telewatt.config import Config
from telewatt.config.doubts import doubts_of
from telewatt.config.toml_lines import line_of, lines_of_keys
from telewatt.language import Text
from telewatt.sinks.configured import MissingPackageError, require_packages

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
_WARNING = Text("warning: {place}: {key}: {what}", "attention : {place} : {key} : {what}")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def check(context: typer.Context, config: ConfigOption = None) -> None:
    """Check the configuration and say what it would start, or every error in it."""
    setup = load(console_of(context), config, None, None)
    try:
        require_packages(setup.config)
    except MissingPackageError as error:
        setup.console.fail(error.text)
    said = [_GOOD.fill(file=setup.file)]
    for name, meter in setup.config.meters.items():
        speed = meter.speed or _AUTO
        said.append(_METER.fill(name=name, source=meter.source, mode=meter.mode, speed=speed))
    interval = f"{setup.config.journal.commit_interval_s:g}"
    said.append(_JOURNAL.fill(path=setup.journal, interval=interval))
    said += _parts_of(setup.config)
    said += _warnings_of(setup)
    setup.console.answer(*said)


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


def _warnings_of(setup: Setup) -> Iterator[Text]:
    """What will not do what was meant, though it is no error, in the order of the lines."""
    lines = lines_of_keys(setup.text)
    doubts = [*doubts_of(setup.config), *doubts_here(setup)]
    placed = [(line_of(lines, key) or 0, ".".join(key), what) for key, what in doubts]
    for line, key, what in sorted(placed, key=itemgetter(0)):
        place = f"{setup.file}:{line}" if line else setup.file
        yield _WARNING.fill(place=place, key=key, what=what)
