"""What has to be known to write the configuration of an ESP: the device, and each of its meters.

A meter is said in words: ``standard tempo tri producer rx=GPIO16``. Every mistake is an
`AnswerError` that says which answer, what is wrong and what to write.
"""

import re
from dataclasses import dataclass, replace

from telewatt.esphome.boards import HOST, Board
from telewatt.language import Language, Text, TextError
from telewatt.tic import Mode

CONTRACTS = ("base", "hc", "ejp", "tempo", "weekend", "sale", "free")
HISTORIC_CONTRACTS = ("base", "hc", "ejp", "tempo")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,23}")
_ID = re.compile(r"[a-z][a-z0-9_]{0,23}")
_MOST_METERS = 3

_WRONG = Text("{what}: {why}", "{what} : {why}")
_UNKNOWN_WORD = Text(
    "meter {meter}: {word} means nothing here; known are: historic standard mono tri producer "
    "{contracts} rx=PIN port=/tmp/x title=TEXT",
    "compteur {meter} : {word} n'est pas compris ; sont connus : historic standard mono tri "
    "producer {contracts} rx=PIN port=/tmp/x title=TEXTE",
)
_NAMES = Text(
    "write it with small letters, digits and {sign}, a letter first, at most 24 of them",
    "écrivez-le en minuscules, chiffres et {sign}, une lettre d'abord, 24 au plus",
)


_TITLES = Text(
    "write its title without $ and characters that cannot be seen",
    "écrivez son titre sans $ ni caractères invisibles",
)


class AnswerError(TextError, ValueError):
    """An answer that cannot be used; ``text`` says which, why, and what to do."""


def wrong(what: str, why: Text) -> AnswerError:
    """The error for the answer ``what``."""
    return AnswerError(_WRONG.fill(what=what, why=why))


@dataclass(frozen=True, slots=True)
class MeterAnswers:
    """One meter.

    Attributes:
        name: its id in the configuration: ``house``.
        title: its name for people; empty: like ``name``.
        labels: what it was seen to send, in its order; ``None``: all that such a meter sends.
        calendar, tariffs: as a standard meter names them (NGTF, LTARF by number), where seen.
        rx: the GPIO that receives; ``None``: the board's next good one.
        port: for ``host`` only: the serial port, ``/tmp/x``.
    """

    name: str
    mode: Mode = Mode.STANDARD
    phases: int = 1
    contract: str = "base"
    producer: bool = False
    title: str = ""
    labels: tuple[str, ...] | None = None
    calendar: str = ""
    tariffs: tuple[tuple[int, str], ...] = ()
    rx: int | None = None
    port: str | None = None

    @property
    def historic(self) -> bool:
        """Whether the line runs at 1200 baud."""
        return self.mode is not Mode.STANDARD

    @property
    def baud(self) -> int:
        """Bits a second of its line."""
        return 1200 if self.historic else 9600

    @property
    def shown(self) -> str:
        """Its name for people."""
        return self.title or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class DeviceAnswers:
    """One ESP.

    Attributes:
        bridge: forward the bytes only; telewatt decodes.
        network: ``wifi``, ``ethernet`` or, on ``host``, ``none``.
        lamp: light-emitting diodes that show Tempo or EJP.
        api_port: only for ``host``, where several devices share one address; flags: for its
            compiler.
    """

    name: str
    board: Board
    framework: str
    meters: tuple[MeterAnswers, ...]
    title: str = ""
    language: Language = "en"
    bridge: bool = False
    network: str = "wifi"
    api: bool = True
    mqtt: bool = False
    web_server: bool = False
    ota: bool = True
    captive_portal: bool = True
    status_led: bool = False
    lamp: bool = False
    api_port: int | None = None
    flags: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Its name for people."""
        return self.title or self.name.replace("-", " ").capitalize()


def read_meter(name: str, words: str) -> MeterAnswers:
    """A meter from its words.

    Raises:
        AnswerError: names the word and what could be written.

    >>> read_meter("house", "historic ejp").baud
    1200
    """
    if not _ID.fullmatch(name):
        raise wrong(name, _NAMES.fill(sign="_"))
    meter = MeterAnswers(name)
    for word in words.replace(",", " ").split():
        key, equals, value = word.partition("=")
        if equals:
            meter = _with(meter, key, value, word)
        elif word in ("historic", "standard"):
            meter = replace(meter, mode=Mode(word))
        elif word in ("mono", "tri"):
            meter = replace(meter, phases=1 if word == "mono" else 3)
        elif word == "producer":
            meter = replace(meter, producer=True)
        elif word in CONTRACTS:
            meter = replace(meter, contract=word)
        else:
            raise _unknown(meter, word)
    return meter


def _with(meter: MeterAnswers, key: str, value: str, word: str) -> MeterAnswers:
    match key:
        case "rx":
            return replace(meter, rx=read_pin(value))
        case "port":
            return replace(meter, port=value)
        case "title":
            return replace(meter, title=value.replace("_", " "))
    raise _unknown(meter, word)


def _unknown(meter: MeterAnswers, word: str) -> AnswerError:
    return AnswerError(
        _UNKNOWN_WORD.fill(meter=meter.name, word=word, contracts=" ".join(CONTRACTS))
    )


def read_pin(text: str) -> int:
    """The number of ``GPIO16`` or ``16``.

    Raises:
        AnswerError: it is neither.
    """
    digits = text.upper().removeprefix("GPIO")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 2:
        raise wrong(text, Text("write a pin as GPIO16", "écrivez une broche comme GPIO16"))
    return int(digits)


def check(device: DeviceAnswers) -> DeviceAnswers:
    """The same answers with every pin chosen, if they fit together.

    Raises:
        AnswerError: says which answer does not fit, why, and the remedy.
    """
    for what, good, why in (*_rules(device), *_rules_of_meters(device)):
        if not good:
            raise wrong(what, why)
    placed = _placed(device)
    for meter in placed.meters:
        _check_pin(placed, meter)
    return placed


def _rules(device: DeviceAnswers) -> list[tuple[str, bool, Text]]:
    board, host = device.board, device.board.name == HOST
    reached = device.api or device.mqtt
    shows = not device.bridge and any(m.contract in ("tempo", "ejp") for m in device.meters)
    networks = ("none",) if host else ("wifi", "ethernet") if board.wired else ("wifi",)
    return [
        (device.name, bool(_NAME.fullmatch(device.name)), _NAMES.fill(sign="-")),
        (device.name, _is_title(device.title), _TITLES),
        *((meter.name, _is_title(meter.title), _TITLES) for meter in device.meters),
        ("--framework", device.framework in board.frameworks, Text(
            "this board takes: {known}", "cette carte prend : {known}"
        ).fill(known=" ".join(board.frameworks))),
        ("--network", device.network in networks, Text(
            "this board has: {known}", "cette carte a : {known}"
        ).fill(known=" ".join(networks))),
        ("--api", reached, Text(
            "without --api and --mqtt nothing reads the device",
            "sans --api ni --mqtt rien ne lit l'appareil",
        )),
        ("--mqtt", not (device.mqtt and host), Text(
            "ESPHome has no MQTT on this computer", "ESPHome n'a pas MQTT sur cet ordinateur"
        )),
        ("--style", device.api or not device.bridge, Text(
            "a bridge needs --api: its bytes go through it",
            "un pont demande --api : ses octets y passent",
        )),
        ("--status-led", not device.status_led or board.status is not None, Text(
            "this board has no plain LED: leave it out",
            "cette carte n'a pas de DEL simple : laissez-le",
        )),
        ("--lamp", not device.lamp or bool(board.lamps), Text(
            "this board has no pins for it", "cette carte n'a pas de broche pour cela"
        )),
        ("--lamp", not device.lamp or shows, Text(
            "it shows Tempo or EJP, decoded on the chip, and no meter here has it",
            "elle montre Tempo ou EJP, décodé sur la puce, et aucun compteur ici n'en a",
        )),
    ]  # fmt: skip


def _is_title(text: str) -> bool:
    """ESPHome fills in what follows a ``$``; what cannot be seen is no YAML."""
    return text.isprintable() and "$" not in text


def _rules_of_meters(device: DeviceAnswers) -> list[tuple[str, bool, Text]]:
    names = [meter.name for meter in device.meters]
    most = len(device.board.receive)
    rules = [
        ("--meter", 1 <= len(names) <= min(most, _MOST_METERS), Text(
            "this board reads one to {most} meters", "cette carte lit un à {most} compteurs"
        ).fill(most=most)),
        ("--meter", len(set(names)) == len(names), Text(
            "two meters have one name", "deux compteurs ont le même nom"
        )),
    ]  # fmt: skip
    for number, meter in enumerate(device.meters):
        rules += [
            (meter.name, not meter.historic or meter.contract in HISTORIC_CONTRACTS, Text(
                "historic mode knows base, hc, ejp and tempo (a new offer shows as base)",
                "le mode historique connaît base, hc, ejp et tempo (une offre récente y est base)",
            )),
            (meter.name, not (meter.historic and meter.producer), Text(
                "what is injected is sent in standard mode only: ask your supplier for it",
                "l'injection n'est émise qu'en mode standard : demandez-le à votre fournisseur",
            )),
            (meter.name, meter.historic or not device.board.software_uart(number), Text(
                "only one UART of an ESP8266 receives 9600 baud well: put the meter in standard "
                "mode first, or take an ESP32",
                "un seul UART d'un ESP8266 reçoit bien 9600 bauds : mettez le compteur en mode "
                "standard en premier, ou prenez un ESP32",
            )),
        ]  # fmt: skip
    return rules


def _placed(device: DeviceAnswers) -> DeviceAnswers:
    """Every meter with its pin: those given first, the others on what is left."""
    given = {meter.rx for meter in device.meters}
    free = [pin for pin in device.board.receive if pin not in given]
    meters = []
    for number, meter in enumerate(device.meters):
        pin = meter.rx if meter.rx is not None else free.pop(0)
        port = meter.port or f"/tmp/{device.name}-{meter.name}"
        on_host = device.board.name == HOST
        meters.append(replace(meter, rx=number if on_host else pin, port=port if on_host else None))
    return replace(device, meters=tuple(meters))


def _check_pin(device: DeviceAnswers, meter: MeterAnswers) -> None:
    chip, pin = device.board.facts, meter.rx
    if chip is None or pin is None:
        return
    what = f"{meter.name}: GPIO{pin}"
    instead = ", ".join(f"GPIO{good}" for good in device.board.receive)
    if pin not in chip.pins or pin in chip.flash | chip.strapping | chip.usb | chip.input_only & {
        17
    }:
        raise wrong(what, Text(
            "not for a meter on this chip; known to work: {instead}",
            "pas pour un compteur sur cette puce ; fonctionnent : {instead}",
        ).fill(instead=instead))  # fmt: skip
    if [other.rx for other in device.meters].count(pin) > 1:
        raise wrong(what, Text("two meters on one pin", "deux compteurs sur une broche"))
