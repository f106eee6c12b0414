"""Answers in, files out: everything `telewatt esphome generate` writes, as texts."""

from collections.abc import Iterator

from telewatt.esphome.answers import DeviceAnswers, MeterAnswers
from telewatt.esphome.counters import counter_sections
from telewatt.esphome.device import device_sections, secrets_of
from telewatt.esphome.meter import meter_package
from telewatt.esphome.writer import write_yaml
from telewatt.language import Text

_DEVICE_HEAD = Text(
    "{title}: {board}\n"
    "Written by `telewatt esphome generate`; it is yours: change it, and let\n"
    "`telewatt esphome validate {name}.yaml` check it.\n"
    "Copy secrets.yaml.example to secrets.yaml beside this file and fill it in; then:\n"
    "  esphome run {name}.yaml",
    "{title} : {board}\n"
    "Écrit par `telewatt esphome generate` ; il est à vous : modifiez-le, et faites-le contrôler\n"
    "par `telewatt esphome validate {name}.yaml`.\n"
    "Copiez secrets.yaml.example vers secrets.yaml à côté de ce fichier et remplissez-le ; puis :\n"
    "  esphome run {name}.yaml",
)
_METER_HEAD = Text(
    "{title}: {mode}, {phases}, {contract}", "{title} : {mode}, {phases}, {contract}"
)
_MODES = (
    Text("standard mode, 9600 baud", "mode standard, 9600 bauds"),
    Text("historic mode, 1200 baud", "mode historique, 1200 bauds"),
)
_PHASES = {1: Text("one phase", "monophasé"), 3: Text("three phases", "triphasé")}
_COUNTERS_HEAD = Text(
    "For Home Assistant, not for ESPHome: the indexes as exact numbers, for the Energy dashboard.\n"
    "Copy this file to packages/{name}.yaml beside Home Assistant's configuration.yaml,\n"
    "which says:\n"
    "  homeassistant:\n"
    "    packages: !include_dir_named packages",
    "Pour Home Assistant, non pour ESPHome : les index en nombres exacts, pour l'Énergie.\n"
    "Copiez ce fichier vers packages/{name}.yaml à côté du configuration.yaml de Home\n"
    "Assistant, où se trouve :\n"
    "  homeassistant:\n"
    "    packages: !include_dir_named packages",
)
_SECRETS_HEAD = Text(
    "Copy this file to secrets.yaml and fill it in. Never publish secrets.yaml.",
    "Copiez ce fichier vers secrets.yaml et remplissez-le. Ne publiez jamais secrets.yaml.",
)
_SECRETS = {
    "wifi_ssid": Text("the name of your Wi-Fi", "le nom de votre Wi-Fi"),
    "wifi_password": Text("and its key", "et sa clé"),
    "fallback_password": Text(
        "of the Wi-Fi the device opens when it finds no other: 8 characters or more",
        "du Wi-Fi que l'appareil ouvre s'il n'en trouve pas d'autre : 8 caractères ou plus",
    ),
    "api_encryption_key": Text(
        "what `openssl rand -base64 32` prints; Home Assistant and telewatt ask for it",
        "ce qu'affiche `openssl rand -base64 32` ; Home Assistant et telewatt le demandent",
    ),
    "ota_password": Text("for updates over the network", "pour les mises à jour par le réseau"),
    "mqtt_broker": Text("the name or address of the broker", "le nom ou l'adresse du broker"),
    "mqtt_username": Text("its user", "son utilisateur"),
    "mqtt_password": Text("and the user's password", "et le mot de passe de celui-ci"),
    "web_username": Text("for the device's own page", "pour la page de l'appareil"),
    "web_password": Text("and its password", "et son mot de passe"),
}


def files_of(device: DeviceAnswers) -> dict[str, str]:
    """The files of a device, checked by `telewatt.esphome.answers.check` before, by their path."""
    return dict(_files(device))


def _files(device: DeviceAnswers) -> Iterator[tuple[str, str]]:
    head = _DEVICE_HEAD.fill(title=device.shown, board=device.board.title, name=device.name)
    yield f"{device.name}.yaml", write_yaml(device_sections(device), head.of(device.language))
    for meter in device.meters:
        sections = meter_package(device, meter)
        yield f"{device.name}/{meter.name}.yaml", write_yaml(sections, _meter_head(device, meter))
    if counters := counter_sections(device):
        counters_head = _COUNTERS_HEAD.fill(name=device.name).of(device.language)
        yield f"{device.name}/home_assistant.yaml", write_yaml(counters, counters_head)
    yield "secrets.yaml.example", _secrets(device)


def _meter_head(device: DeviceAnswers, meter: MeterAnswers) -> str:
    return _METER_HEAD.fill(
        title=meter.shown,
        mode=_MODES[meter.historic],
        phases=_PHASES[meter.phases],
        contract=meter.contract,
    ).of(device.language)


def _secrets(device: DeviceAnswers) -> str:
    lines = [f"# {_SECRETS_HEAD.of(device.language)}"]
    for name in secrets_of(device):
        lines += ["", f"# {_SECRETS[name].of(device.language)}", f'{name}: ""']
    return "\n".join(lines) + "\n"
