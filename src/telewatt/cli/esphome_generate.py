"""``telewatt esphome generate``: from answers or captures to the files of a device."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from telewatt.cli import esphome_help as texts
from telewatt.cli.console import UNWRITABLE, Console, console_of
from telewatt.cli.esphome_meters import meters_of
from telewatt.cli.options import ConfigOption, JournalOption
from telewatt.esphome.answers import AnswerError, DeviceAnswers, check
from telewatt.esphome.boards import BOARDS, HOST, Board
from telewatt.esphome.factory import files_of
from telewatt.language import Text

_NO_BOARD = Text(
    "--board {name}: unknown; known are: {known}", "--board {name} : inconnue ; connues : {known}"
)
_THERE = Text(
    "{path} is there already: add --force to overwrite it, or --to another folder",
    "{path} existe déjà : ajoutez --force pour l'écraser, ou --to un autre dossier",
)
_WRITTEN = Text("written: {path}", "écrit : {path}")
_NEXT = Text(
    "Next: copy {folder}/secrets.yaml.example to {folder}/secrets.yaml, fill it in, and type\n"
    "  esphome run {folder}/{name}.yaml",
    "Ensuite : copiez {folder}/secrets.yaml.example vers {folder}/secrets.yaml, remplissez-le et "
    "tapez\n  esphome run {folder}/{name}.yaml",
)
_SOURCES = Text(
    "telewatt reads it with, in its configuration (key.txt: the value of api_encryption_key):",
    "telewatt le lit avec, dans sa configuration (key.txt : la valeur de api_encryption_key) :",
)
CANNOT_WRITE = 1


def generate(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=texts.NAME.en)] = "linky",
    *,
    meter: Annotated[list[str] | None, typer.Option("--meter", "-m", help=texts.METER.en)] = None,
    capture: Annotated[list[str] | None, typer.Option(help=texts.CAPTURE.en)] = None,
    seen: Annotated[list[str] | None, typer.Option(help=texts.SEEN.en)] = None,
    board: Annotated[str, typer.Option(help=texts.BOARD.en)] = "esp32doit-devkit-v1",
    boards: Annotated[bool, typer.Option("--boards", help=texts.BOARDS.en)] = False,
    framework: Annotated[str | None, typer.Option(help=texts.FRAMEWORK.en)] = None,
    style: Annotated[Literal["decode", "bridge"], typer.Option(help=texts.STYLE.en)] = "decode",
    network: Annotated[
        Literal["wifi", "ethernet"] | None, typer.Option(help=texts.NETWORK.en)
    ] = None,
    api: Annotated[bool, typer.Option(help=texts.API.en)] = True,
    mqtt: Annotated[bool, typer.Option(help=texts.MQTT.en)] = False,
    web_server: Annotated[bool, typer.Option(help=texts.WEB_SERVER.en)] = False,
    ota: Annotated[bool, typer.Option(help=texts.OTA.en)] = True,
    captive_portal: Annotated[bool, typer.Option(help=texts.CAPTIVE_PORTAL.en)] = True,
    status_led: Annotated[bool, typer.Option(help=texts.STATUS_LED.en)] = False,
    lamp: Annotated[bool, typer.Option(help=texts.LAMP.en)] = False,
    title: Annotated[str, typer.Option(help=texts.TITLE.en)] = "",
    to: Annotated[Path, typer.Option(file_okay=False, help=texts.TO.en)] = Path(),
    force: Annotated[bool, typer.Option("--force", help=texts.FORCE.en)] = False,
    config: ConfigOption = None,
    journal: JournalOption = None,
) -> None:
    """See `esphome_help.GENERATE`."""
    console = console_of(context)
    if boards:
        _list_boards(console)
        return
    try:
        device = check(_device(console, context.params))
    except AnswerError as error:
        console.fail(error.text)
    _write(console, files_of(device), to, force)
    console.tell(_NEXT, folder=to, name=name)
    if device.bridge:
        _tell_sources(console, device)


generate.__doc__ = texts.GENERATE.en


def _tell_sources(console: Console, device: DeviceAnswers) -> None:
    """The sections of telewatt's own configuration for a bridge."""
    console.tell(_SOURCES)
    for meter in device.meters:
        console.write(
            f"  [meters.{meter.name}]\n"
            f'  source = "esphome://{device.name}.local/{meter.name}"\n'
            '  key_file = "key.txt"'
        )


def _list_boards(console: Console) -> None:
    for board in BOARDS.values():
        pins = " ".join(f"GPIO{pin}" for pin in board.receive) if board.facts else ""
        words = (board.name, board.title.of(console.language), " ".join(board.frameworks), pins)
        console.answer("  ".join(words).rstrip())


def _device(console: Console, given: dict[str, Any]) -> DeviceAnswers:
    """The answers in the options."""
    board = _board(console, given["board"])
    host = board.name == HOST
    usual = "none" if host else "ethernet" if board.wired else "wifi"
    return DeviceAnswers(
        name=given["name"],
        board=board,
        framework=given["framework"] or board.frameworks[0],
        meters=meters_of(console, given),
        title=given["title"],
        language=console.language,
        bridge=given["style"] == "bridge",
        network=given["network"] or usual,
        api=given["api"],
        mqtt=given["mqtt"],
        web_server=given["web_server"],
        ota=given["ota"] and not host,
        captive_portal=given["captive_portal"],
        status_led=given["status_led"],
        lamp=given["lamp"],
    )


def _board(console: Console, name: str) -> Board:
    if name not in BOARDS:
        console.fail(_NO_BOARD, name=name, known=" ".join(BOARDS))
    return BOARDS[name]


def _write(console: Console, files: dict[str, str], folder: Path, force: bool) -> None:
    """Nothing is written if one of them is there, unless ``force``."""
    for path in files:
        if (folder / path).exists() and not force:
            console.fail(_THERE, path=folder / path)
    for path, text in files.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        except OSError as error:
            console.fail(UNWRITABLE, CANNOT_WRITE, path=folder / path, why=error.strerror)
        console.tell(_WRITTEN, path=folder / path)
