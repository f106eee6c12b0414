"""What is no error, and yet will not do what was meant: `telewatt check` warns of it.

The service starts all the same: the meters are read whatever happens to an output.
"""

from collections.abc import Iterator

from telewatt.config.model import (
    MQTT_PORT,
    MQTT_TLS_PORT,
    Config,
    HomeAssistantConfig,
    InfluxConfig,
    MqttConfig,
)
from telewatt.config.texts import Fault
from telewatt.config.toml_lines import KeyPath
from telewatt.language import Text

Doubt = tuple[KeyPath, Text]
"""A key, or a section, and what to do about it."""

_REMOVE = Text("remove the line", "ôtez la ligne")
_TOKEN = Text("add token_file or token_env", "ajoutez token_file ou token_env")
_NO_ORG = Fault(
    Text("InfluxDB 2 wants an organisation beside the bucket", "InfluxDB 2 veut une organisation"),
    Text(
        'add org = "..." (InfluxDB Cloud and some others do without)',
        'ajoutez org = "..." (InfluxDB Cloud et quelques autres s\'en passent)',
    ),
)
_NO_INFLUX_TOKEN = Fault(
    Text(
        "InfluxDB 2 lets nobody write without a token",
        "InfluxDB 2 ne laisse écrire personne sans jeton",
    ),
    _TOKEN,
)
_NO_BUCKET = Fault(
    Text(
        "this is for InfluxDB 2; without a bucket version 1 is meant",
        "c'est pour InfluxDB 2 ; sans bucket, c'est la version 1",
    ),
    Text('add bucket = "...", or remove the line', 'ajoutez bucket = "...", ou ôtez la ligne'),
)
_BUCKET = Fault(
    Text("with a bucket only the token counts", "avec un bucket, seul le jeton compte"), _REMOVE
)
_NO_PASSWORD = Fault(
    Text(
        "a user without a password is not sent", "un utilisateur sans mot de passe n'est pas envoyé"
    ),
    Text("add password_file or password_env", "ajoutez password_file ou password_env"),
)
_NO_HOME_TOKEN = Fault(
    Text(
        "Home Assistant lets nobody in without a token",
        "Home Assistant ne laisse entrer personne sans jeton",
    ),
    Text(
        "make a long-lived one in your profile page there, section Security, and name its file as "
        "token_file",
        "créez-en un de longue durée dans votre page de profil, section Sécurité, et nommez son "
        "fichier dans token_file",
    ),
)
_NO_ENTITIES = Fault(
    Text(
        'the statistics of "entities" are those that [mqtt] announces, and nothing is announced',
        'les statistiques "entities" sont celles que [mqtt] annonce, et rien n\'est annoncé',
    ),
    Text(
        'add a section [mqtt] with discovery, or write statistics = "external"',
        'ajoutez une section [mqtt] avec discovery, ou écrivez statistics = "external"',
    ),
)
_NOTHING_TO_SHOW = Fault(
    Text(
        "there is nothing to reload where [mqtt] announces nothing",
        "il n'y a rien à recharger là où [mqtt] n'annonce rien",
    ),
    Text(
        "add a section [mqtt] with discovery, or remove the line",
        "ajoutez une section [mqtt] avec discovery, ou ôtez la ligne",
    ),
)
_NO_TLS = Fault(
    Text("brokers speak TLS on this port", "les serveurs MQTT parlent TLS sur ce port"),
    Text("add tls = true, or remove the line", "ajoutez tls = true, ou ôtez la ligne"),
)
_PLAIN = Fault(
    Text(
        "brokers do not speak TLS on this port", "les serveurs MQTT ne parlent pas TLS sur ce port"
    ),
    Text("remove the line, or what asks for TLS", "ôtez la ligne, ou ce qui demande TLS"),
)
_NO_CERTIFICATE = Fault(
    Text("a key without its certificate is not used", "une clé sans certificat n'est pas employée"),
    Text("add certificate_file", "ajoutez certificate_file"),
)
_OTHER_PAYLOAD = Fault(
    Text('only payload = "linky-sensor" uses it', 'seul payload = "linky-sensor" l\'emploie'),
    Text("add that, or remove the line", "ajoutez cela, ou ôtez la ligne"),
)


def doubts_of(config: Config) -> Iterator[Doubt]:
    """What this configuration alone makes doubtful."""
    parts = (
        ("influxdb", config.influxdb and _of_influxdb(config.influxdb)),
        ("homeassistant", config.homeassistant and _of_home(config.homeassistant, config.mqtt)),
        ("mqtt", config.mqtt and _of_mqtt(config.mqtt)),
    )
    for section, doubts in parts:
        for key, fault in doubts or ():
            yield (section, key) if key else (section,), fault.line


_Faults = Iterator[tuple[str, Fault]]


def _of_influxdb(section: InfluxConfig) -> _Faults:
    login = {key: getattr(section, key) for key in ("user", "password_file", "password_env")}
    newer = {key: getattr(section, key) for key in ("org", "token_file", "token_env")}
    if section.bucket is None:
        yield from ((key, _NO_BUCKET) for key, value in newer.items() if value)
        if section.user and not (section.password_file or section.password_env):
            yield "user", _NO_PASSWORD
        return
    if not section.org:
        yield "bucket", _NO_ORG
    if not (section.token_file or section.token_env):
        yield "bucket", _NO_INFLUX_TOKEN
    yield from ((key, _BUCKET) for key, value in login.items() if value)


def _of_home(section: HomeAssistantConfig, mqtt: MqttConfig | None) -> _Faults:
    if not (section.token_file or section.token_env):
        yield "", _NO_HOME_TOKEN
    if mqtt is not None and mqtt.announces:
        return
    if section.statistics == "entities":
        yield "", _NO_ENTITIES
    if section.reload_mqtt:
        yield "reload_mqtt", _NOTHING_TO_SHOW


def _of_mqtt(section: MqttConfig) -> _Faults:
    if section.port == MQTT_TLS_PORT and not section.uses_tls:
        yield "port", _NO_TLS
    if section.port == MQTT_PORT and section.uses_tls:
        yield "port", _PLAIN
    if section.key_file and not section.certificate_file:
        yield "key_file", _NO_CERTIFICATE
    if section.payload != "linky-sensor":
        for key in ("data_topic", "status_topic"):
            if getattr(section, key) != MqttConfig.__dataclass_fields__[key].default:
                yield key, _OTHER_PAYLOAD
