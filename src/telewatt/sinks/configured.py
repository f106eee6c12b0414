"""The sinks that a configuration asks for: one row a kind, imported when it is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from telewatt.config import Config
from telewatt.language import Text, TextError
from telewatt.sinks import House, Sink

SINKS = {
    "daily_log": "telewatt.sinks.daylog:DailyLog",
    "influxdb": "telewatt.sinks.influxdb:InfluxDB",
    "webhook": "telewatt.sinks.webhook:Webhook",
    "jsonl": "telewatt.sinks.jsonlines:JsonLines",
    "prometheus": "telewatt.sinks.prometheus:Prometheus",
    "mqtt": "telewatt.sinks.mqtt.sink:MqttSink",
}
"""From a section of the configuration to its class, whose ``of(section, house)`` makes the sink."""


EXTRAS = {"influxdb": "http", "webhook": "http", "mqtt": "mqtt", "homeassistant": "http"}
"""The optional dependencies that a section needs."""

_MISSING = Text(
    "[{name}] needs a package that is missing ({package}): pip install 'telewatt[{extra}]'",
    "[{name}] demande un paquet qui manque ({package}) : pip install 'telewatt[{extra}]'",
)


class MissingPackageError(TextError):
    """A sink cannot be made: ``text`` says what to install."""


def sinks_of(config: Config, house: House) -> Iterator[tuple[str, Sink]]:
    """Each by its name, under which its place in the journal is kept.

    Raises:
        MissingPackageError: an optional dependency is not installed.
    """
    for name, place in SINKS.items():
        section = getattr(config, name)
        if section is None:
            continue
        module, _, kind = place.partition(":")
        with naming_what_to_install(name):
            sink = getattr(import_module(module), kind).of(section, house)
        yield name, sink


def require_packages(config: Config) -> None:
    """Import what the configured sections need.

    Raises:
        MissingPackageError: an optional dependency is not installed.
    """
    for name, place in {**SINKS, "homeassistant": "telewatt.homeassistant.client:"}.items():
        if getattr(config, name) is not None:
            with naming_what_to_install(name):
                import_module(place.partition(":")[0])


@contextmanager
def naming_what_to_install(section: str) -> Iterator[None]:
    """A package that a section needs, and that is missing in here, is a `MissingPackageError`."""
    try:
        yield
    except ModuleNotFoundError as error:
        if section not in EXTRAS:
            raise
        text = _MISSING.fill(name=section, package=error.name, extra=EXTRAS[section])
        raise MissingPackageError(text) from error
