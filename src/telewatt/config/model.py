"""What a configuration holds: the sections, their keys, their limits and defaults.

Every key is described in docs/en/configuration.md and docs/fr/configuration.md (a test compares).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from telewatt.config.kinds import (
    Choice,
    FilePath,
    Flag,
    Host,
    Kind,
    Name,
    Network,
    Number,
    Several,
    Sum,
    Topic,
    Url,
    UrlPath,
    Variable,
    Words,
)
from telewatt.language import Language
from telewatt.rollup.formula import Formula, parse_formula

KIND = "kind"


def _key(kind: Kind, **default: Any) -> Any:
    """A key of a section; without ``default`` it must be written."""
    return field(metadata={KIND: kind}, **default)


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """``[journal]``: where every frame is kept, how often the disk is written."""

    path: str | None = _key(FilePath(), default=None)
    commit_interval_s: float = _key(Number(0.1, 3600), default=120.0)
    memory_limit_mib: int = _key(Number(4, 4096, whole=True), default=4)
    disk_limit_mib: int = _key(Number(64, 1 << 20, whole=True), default=4096)


@dataclass(frozen=True, slots=True)
class LogConfig:
    """``[log]``: how much the service says."""

    level: Literal["debug", "info", "warning"] = _key(
        Choice(("debug", "info", "warning")), default="info"
    )
    counters_interval_s: float = _key(Number(10, 86400), default=900.0)


@dataclass(frozen=True, slots=True)
class DailyLogConfig:
    """``[daily_log]``: files of plain text, one a day and meter, for people who like files."""

    folder: str = _key(FilePath())
    interval_s: int = _key(Number(1, 3600, whole=True), default=60)


@dataclass(frozen=True, slots=True)
class InfluxConfig:
    """``[influxdb]``: every reading as a point; 2.x where a bucket is named, else 1.x."""

    url: str = _key(Url(query=False))
    database: str = _key(Words(), default="telewatt")
    user: str | None = _key(Words(), default=None)
    password_file: str | None = _key(FilePath(), default=None)
    password_env: str | None = _key(Variable(), default=None)
    bucket: str | None = _key(Words(), default=None)
    org: str | None = _key(Words(), default=None)
    token_file: str | None = _key(FilePath(), default=None)
    token_env: str | None = _key(Variable(), default=None)
    measurement: str = _key(Name(), default="telewatt")
    interval_s: float = _key(Number(0, 3600), default=5.0)


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """``[webhook]``: one POST of JSON for each entry that is told."""

    url: str = _key(Url())
    send: Literal["readings", "events"] = _key(Choice(("readings", "events")), default="readings")
    interval_s: float = _key(Number(0, 86400), default=60.0)
    token_file: str | None = _key(FilePath(), default=None)
    token_env: str | None = _key(Variable(), default=None)
    signing_key_file: str | None = _key(FilePath(), default=None)
    signing_key_env: str | None = _key(Variable(), default=None)


@dataclass(frozen=True, slots=True)
class JsonlConfig:
    """``[jsonl]``: one line of JSON a reading, to a file, a named pipe or standard output."""

    path: str = _key(FilePath())
    interval_s: float = _key(Number(0, 86400), default=0.0)
    frames: bool = _key(Flag(), default=False)


@dataclass(frozen=True, slots=True)
class PrometheusConfig:
    """``[prometheus]``: what is newest, for a Prometheus that comes and asks."""

    stale_s: float = _key(Number(3, 3600), default=10.0)


@dataclass(frozen=True, slots=True)
class WebConfig:
    """``[web]``: the web page and the API that `telewatt run` serves."""

    enabled: bool = _key(Flag(), default=True)
    listen: str = _key(Host(), default="127.0.0.1")
    port: int = _key(Number(0, 65535, whole=True), default=8321)
    path: str = _key(UrlPath(), default="/")
    allowed_hosts: Sequence[str] = _key(Several(Host()), default=())
    trusted_proxies: Sequence[str] = _key(Several(Network()), default=())
    password_file: str | None = _key(FilePath(), default=None)


MQTT_PORT, MQTT_TLS_PORT = 1883, 8883
"""Where brokers listen, without and with TLS (IANA)."""


@dataclass(frozen=True, slots=True)
class MqttConfig:
    """``[mqtt]``: a broker to which everything is published."""

    host: str = _key(Host())
    port: int | None = _key(Number(1, 65535, whole=True), default=None)
    user: str | None = _key(Words(), default=None)
    password_file: str | None = _key(FilePath(), default=None)
    password_env: str | None = _key(Variable(), default=None)
    tls: bool = _key(Flag(), default=False)
    ca_file: str | None = _key(FilePath(), default=None)
    certificate_file: str | None = _key(FilePath(), default=None)
    key_file: str | None = _key(FilePath(), default=None)
    client_id: str | None = _key(Words(), default=None)
    protocol: Literal["5", "3.1.1"] = _key(Choice(("5", "3.1.1")), default="5")
    prefix: str = _key(Topic(), default="telewatt")
    qos: Literal[0, 1, 2] = _key(Choice((0, 1, 2)), default=1)
    retain: bool = _key(Flag(), default=True)
    discovery: bool = _key(Flag(), default=True)
    discovery_prefix: str = _key(Topic(), default="homeassistant")
    interval_s: float = _key(Number(1, 86400), default=60.0)
    keepalive_s: int = _key(Number(5, 3600, whole=True), default=30)
    payload: Literal["telewatt", "linky-sensor"] = _key(
        Choice(("telewatt", "linky-sensor")), default="telewatt"
    )
    data_topic: str = _key(Topic(), default="house/sensors/energy")
    status_topic: str = _key(Topic(), default="house/probes/linky-sensor/status")

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted: a file that only TLS needs asks for it too."""
        return self.tls or any((self.ca_file, self.certificate_file, self.key_file))

    @property
    def announces(self) -> bool:
        """Whether Home Assistant is told which entities there are."""
        return self.discovery and self.payload == "telewatt"


@dataclass(frozen=True, slots=True)
class HomeAssistantConfig:
    """``[homeassistant]``: what is asked of it beside MQTT; its statistics take the past."""

    url: str = _key(Url(query=False))
    token_file: str | None = _key(FilePath(), default=None)
    token_env: str | None = _key(Variable(), default=None)
    statistics: Literal["entities", "external"] = _key(
        Choice(("entities", "external")), default="entities"
    )
    reload_mqtt: bool = _key(Flag(), default=False)


@dataclass(frozen=True, slots=True)
class MeterConfig:
    """``[meters.NAME]``: one meter and where its bytes come from."""

    source: str = _key(Words())
    mode: Literal["auto", "historic", "standard"] = _key(
        Choice(("auto", "historic", "standard")), default="auto"
    )
    speed: int | None = _key(Choice((1200, 2400, 4800, 9600, 19200)), default=None)
    identity: str | None = _key(Name(), default=None)
    key_file: str | None = _key(FilePath(), default=None)
    key_env: str | None = _key(Variable(), default=None)
    password_file: str | None = _key(FilePath(), default=None)
    password_env: str | None = _key(Variable(), default=None)
    ca_file: str | None = _key(FilePath(), default=None)


@dataclass(frozen=True, slots=True)
class VirtualConfig:
    """``[virtual.NAME]``: a meter that is not there: a sum or difference of those that are."""

    formula: str = _key(Sum())


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration; every default is the value that suits most houses."""

    meters: Mapping[str, MeterConfig]
    language: Language | None = _key(Choice(("fr", "en")), default=None)  # noqa: RUF009 - a field
    journal: JournalConfig = JournalConfig()
    log: LogConfig = LogConfig()
    daily_log: DailyLogConfig | None = None
    influxdb: InfluxConfig | None = None
    webhook: WebhookConfig | None = None
    jsonl: JsonlConfig | None = None
    prometheus: PrometheusConfig | None = None
    web: WebConfig = WebConfig()
    mqtt: MqttConfig | None = None
    homeassistant: HomeAssistantConfig | None = None
    virtual: Mapping[str, VirtualConfig] = field(default_factory=dict)

    @property
    def formulas(self) -> dict[str, Formula]:
        """The virtual meters by name, as the history takes them."""
        return {name: parse_formula(each.formula) for name, each in self.virtual.items()}

    def values(self, kind: type) -> Iterator[tuple[tuple[str, ...], str]]:
        """The keys of a kind that have a value, and the values: ``("mqtt", "ca_file"), "x"``."""
        sections = [((name,), getattr(self, name)) for name in SECTIONS if getattr(self, name)]
        meters = [(("meters", name), meter) for name, meter in self.meters.items()]
        for path, section in (*sections, *meters):
            for key in fields(section):
                value = getattr(section, key.name)
                if value is not None and isinstance(key.metadata[KIND], kind):
                    yield (*path, key.name), value


SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "journal": JournalConfig,
        "log": LogConfig,
        "daily_log": DailyLogConfig,
        "influxdb": InfluxConfig,
        "webhook": WebhookConfig,
        "jsonl": JsonlConfig,
        "prometheus": PrometheusConfig,
        "web": WebConfig,
        "mqtt": MqttConfig,
        "homeassistant": HomeAssistantConfig,
    }
)
"""The sections of their own name; one that is left out has its defaults, or is ``None``."""
