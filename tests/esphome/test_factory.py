import re
from dataclasses import replace
from itertools import islice

import pytest
import yaml

from telewatt.esphome.answers import AnswerError, DeviceAnswers, check, read_meter
from telewatt.esphome.boards import BOARDS
from telewatt.esphome.chips import CHIPS
from telewatt.esphome.factory import files_of
from tests.esphome.matrix import devices


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with the tags of ESPHome, as texts."""


Loader.add_multi_constructor("!", lambda loader, tag, node: f"!{tag} {node.value}")


def device(*meters: str, board: str = "esp32doit-devkit-v1", **more: object) -> DeviceAnswers:
    given = tuple(read_meter(f"m{n}", words) for n, words in enumerate(meters, 1))
    chosen = BOARDS[board]
    return DeviceAnswers("linky", chosen, chosen.frameworks[0], given, **more)  # type: ignore[arg-type]


def loaded(answers: DeviceAnswers) -> dict[str, dict]:
    files = files_of(check(answers))
    return {name: yaml.load(text, Loader) for name, text in files.items()}


def test_a_device_is_small_files_of_packages():
    files = files_of(check(device("standard tempo", "historic hc")))
    assert list(files) == [
        *("linky.yaml", "linky/m1.yaml", "linky/m2.yaml"),
        *("linky/home_assistant.yaml", "secrets.yaml.example"),
    ]
    assert max(len(text.splitlines()) for text in files.values()) < 270


def test_every_generated_file_is_yaml_and_asks_for_its_secrets():
    for answers in islice(devices(), 0, None, 5):
        files = files_of(answers)
        example = yaml.safe_load(files["secrets.yaml.example"]) or {}
        asked = set(re.findall(r"!secret (\w+)", "".join(files.values())))
        assert set(example) == asked
        assert all(value == "" for value in example.values())
        for text in files.values():
            yaml.load(text, Loader)


def test_indexes_are_texts_and_nothing_else_is_lost():
    house = loaded(device("standard hc producer"))["linky/m1.yaml"]
    texts = {one.get("tag_name") for one in house["text_sensor"]}
    numbers = {one["tag_name"] for one in house["sensor"]}
    assert {"EAST", "EASF01", "EASF02", "EAIT"} <= texts
    assert not texts & numbers
    assert {"SINSTS", "SINSTI", "IRMS1", "URMS1"} <= numbers


def test_the_counters_of_home_assistant_are_exact_and_of_the_contract_only():
    counters = loaded(device("historic tempo"))["linky/home_assistant.yaml"]
    sensors = counters["template"][0]["sensor"]
    assert [sensor["name"] for sensor in sensors] == [
        f"Linky Tempo {colour} {hours}"
        for colour in ("blue", "white", "red")
        for hours in ("off-peak", "peak")
    ]
    assert sensors[0]["state"] == "{{ states('sensor.linky_index_tempo_blue_off_peak') | int }}"


def test_names_are_french_where_french_is_asked_for():
    house = loaded(device("standard tempo", language="fr"))["linky/m1.yaml"]
    names = [one["name"] for section in ("sensor", "text_sensor") for one in house[section]]
    assert {"Puissance apparente", "Index Tempo rouge HP", "Tempo aujourd'hui"} <= set(names)


def test_two_meters_have_names_of_their_own():
    files = loaded(device("standard hc title=Chez_nous", "historic hc"))
    names = [
        one["name"]
        for meter in ("linky/m1.yaml", "linky/m2.yaml")
        for section in ("sensor", "text_sensor", "binary_sensor")
        for one in files[meter][section]
    ]
    assert len(names) == len(set(names))
    assert "Chez nous Apparent power" in names


def test_a_bridge_keeps_the_parity_bit():
    files = loaded(device("standard tempo", "historic base", bridge=True))
    for name, baud in (("linky/m1.yaml", 9600), ("linky/m2.yaml", 1200)):
        uart = files[name]["uart"][0]
        assert (uart["data_bits"], uart["parity"], uart["baud_rate"]) == (8, "NONE", baud)
        assert files[name]["serial_proxy"][0]["uart_id"] == uart["id"]
        assert set(files[name]) == {"uart", "serial_proxy"}


def test_an_esp8266_logs_over_the_network_and_receives_in_hardware():
    files = loaded(device("standard base", board="d1_mini"))
    assert files["linky.yaml"]["logger"]["baud_rate"] == 0
    assert files["linky/m1.yaml"]["uart"][0]["rx_pin"] == "GPIO13"


def test_three_meters_take_the_loggers_uart():
    assert "baud_rate" in loaded(device("standard", "standard", "historic"))["linky.yaml"]["logger"]
    assert "baud_rate" not in loaded(device("standard", "historic"))["linky.yaml"]["logger"]


def test_a_lamp_shows_the_meter_that_has_something_to_show():
    files = loaded(device("historic base", "historic ejp", lamp=True))
    assert [output["id"] for output in files["linky.yaml"]["output"]] == ["lamp_peak"]
    assert "m2_ejp_notice" in str(files["linky.yaml"]["interval"])


@pytest.mark.parametrize("board", [b for b in BOARDS.values() if b.facts], ids=lambda b: b.name)
def test_a_board_offers_only_pins_its_chip_allows(board):
    chip = CHIPS[board.chip]
    bad = chip.flash | chip.strapping | chip.usb
    assert not set(board.receive) & (bad | chip.input_only)
    assert not set(board.lamps) & (chip.flash | chip.usb | chip.input_only)
    assert set(board.receive) | set(board.lamps) <= chip.pins
    wired = board.wired
    taken = {wired.mdc, wired.mdio, wired.clock, wired.power} if wired else set()
    used = [*board.receive, *board.lamps, *([board.status[0]] if board.status else [])]
    assert len(used) == len(set(used))
    assert not taken & set(used)
    if chip.logger == "UART0" and board.platform == "esp32":
        assert not set(chip.uart0) & set(used)


WRONG = [
    (device(), "--meter"),
    (device("standard", "standard", "standard", "standard"), "--meter"),
    (device("historic weekend"), "m1"),
    (device("historic producer"), "m1"),
    (device("historic", "standard", board="d1_mini"), "m2"),
    (device("standard rx=GPIO6"), "m1: GPIO6"),
    (device("standard rx=GPIO12"), "m1: GPIO12"),
    (device("standard rx=GPIO16", "standard rx=GPIO16"), "m1: GPIO16"),
    (device("standard", api=False), "--api"),
    (device("standard", api=False, mqtt=True, bridge=True), "--style"),
    (device("standard", network="ethernet"), "--network"),
    (device("standard", status_led=True, board="esp32dev"), "--status-led"),
    (device("standard base", lamp=True), "--lamp"),
    (replace(device("standard"), framework="zephyr"), "--framework"),
    (replace(device("standard"), name="Mon Linky"), "Mon Linky"),
    (device("standard title=${secret}"), "m1"),
    (device("standard title=\x1b[2J"), "m1"),
    (device("standard title=\ud800"), "m1"),
    (replace(device("standard"), title="a\nesphome: {}"), "linky"),
    (replace(device("standard", board="host"), network="none", mqtt=True), "--mqtt"),
]


@pytest.mark.parametrize(("answers", "what"), WRONG, ids=[what for _, what in WRONG])
def test_answers_that_do_not_fit_are_named(answers: DeviceAnswers, what: str):
    with pytest.raises(AnswerError) as raised:
        check(answers)
    assert raised.value.text.en.startswith(f"{what}:")
    assert raised.value.text.fr.startswith(f"{what} :")


@pytest.mark.parametrize("words", ["standart", "standard phases=3", "rx=D99x", "rx="])
def test_a_word_that_means_nothing_is_named(words: str):
    with pytest.raises(AnswerError):
        read_meter("house", words)


@pytest.mark.parametrize("name", ["", "House", "1er", "maison-bis", "é", "a" * 25])
def test_a_name_that_is_no_id_is_refused(name: str):
    with pytest.raises(AnswerError):
        read_meter(name, "standard")
