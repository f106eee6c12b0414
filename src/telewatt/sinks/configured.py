"""The sinks that a configuration asks for: one row a kind, imported when it is used."""

from collections.abc import Iterator
from importlib import import_module

from telewatt.config import Config
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


def sinks_of(config: Config, house: House) -> Iterator[tuple[str, Sink]]:
    """Each by its name, under which its place in the journal is kept."""
    for name, place in SINKS.items():
        section = getattr(config, name)
        if section is not None:
            module, _, kind = place.partition(":")
            yield name, getattr(import_module(module), kind).of(section, house)
