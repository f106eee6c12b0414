"""The sinks that a configuration asks for: one row a kind, imported when it is used."""

from collections.abc import Iterator
from importlib import import_module

from telewatt.config import Config
from telewatt.language import Text
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


EXTRAS = {"influxdb": "http", "webhook": "http", "mqtt": "mqtt"}
"""The optional dependencies that a sink needs."""

_MISSING = Text(
    "[{name}] needs a package that is missing ({package}): pip install 'telewatt[{extra}]'",
    "[{name}] demande un paquet qui manque ({package}) : pip install 'telewatt[{extra}]'",
)


class MissingPackageError(Exception):
    """A sink cannot be made: ``text`` says what to install."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


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
        try:
            sink = getattr(import_module(module), kind).of(section, house)
        except ModuleNotFoundError as error:
            if name not in EXTRAS:
                raise
            text = _MISSING.fill(name=name, package=error.name, extra=EXTRAS[name])
            raise MissingPackageError(text) from error
        yield name, sink
